"""The status page in a browser (headless Chromium): alive, silent, and when the daemon is gone."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest
import trio

from standfast.config.health_model import HealthConfig, Listener, Web
from standfast.control.picture import Picture
from standfast.events import Transition
from standfast.health.feed import Numbered
from standfast.health.hub import Hub
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.page import SharedPage
from standfast.supervise.setup import ChildSetup
from standfast.values import Address
from standfast.web.part import Http

pytestmark = pytest.mark.chromium

KEPT = Path(__file__).parents[1] / "unit" / "metrics" / "picture.json"
# An address of this process's own: a port that was free a moment ago is not taken by another worker.
HERE = f"127.{os.getpid() >> 16 & 255}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
EVIL = "<img src=x onerror=\"document.title='evil'\">"


class Server:
    """The real part on loopback, in a thread of its own, with pictures that a test decides on."""

    def __init__(self, run_dir: Path) -> None:
        self.document = json.loads(KEPT.read_text())
        self.problems: tuple[str, ...] = ()
        self.silent = threading.Event()
        self.over = threading.Event()
        self.looked = threading.Event()
        self.run_dir = run_dir
        with closing(socket.socket()) as probe:
            probe.bind((HERE, 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}/"

    def wait(self) -> None:
        """Until it listens: a browser that was refused does not ask again."""
        deadline = time.monotonic() + 60
        while True:
            with suppress(ConnectionRefusedError), socket.create_connection((HERE, self.port)):
                return
            assert time.monotonic() < deadline, "it does not listen"
            time.sleep(0.01)

    def take(self, _run_dir: Path) -> Picture:
        if self.looked.is_set() and self.silent.is_set():
            self.over.wait(300)
        self.looked.set()
        return Picture(json.loads(json.dumps(self.document)), self.problems)

    async def main(self, task_status=trio.TASK_STATUS_IGNORED) -> None:
        log, reader = pair()
        with log, reader:
            setup = ChildSetup(
                generation=1,
                config=-1,
                channel=log,
                page=SharedPage(),
                log=LogPipe(log, "health"),
                control=log,
                status=log,
                run_dir=self.run_dir,
                resume=False,
            )
            place = Listener(serves=frozenset(("metrics", "status")), address=Address.parse(HERE), port=self.port)
            part = Http(Hub(setup, HealthConfig(web=Web(listeners=(place,)))), take=self.take)
            part.hub.hear(
                Numbered(1, Transition(at=1, instance="VI_1", old="BACKUP", new="MASTER", priority=9, cause=EVIL))
            )
            async with trio.open_nursery() as nursery:
                nursery.start_soon(part.run)
                await trio.to_thread.run_sync(self.over.wait)
                await part.stop(leave=False)
                nursery.cancel_scope.cancel()


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path)
    thread = threading.Thread(target=trio.run, args=(made.main,))
    thread.start()
    made.wait()
    yield made
    made.over.set()
    thread.join()


STATES = "[...document.querySelectorAll('#instances .state')].map((each) => each.textContent).join()"


@pytest.fixture
def page(server, browser):
    browser.open(server.url)
    return browser


def test_it_shows_what_is_and_nothing_becomes_markup(server, page):
    server.document["vrrp"]["instances"][0]["cause"] = EVIL
    server.document["virtual_servers"][0]["servers"][0]["words"] = EVIL
    page.wait(STATES, lambda states: states == "MASTER,MASTER,FAULT")
    text = page.wait("document.body.innerText", lambda text: text.count(EVIL) == 3)
    assert "2 MASTER, 1 FAULT" in text
    for words in ("VI_1", "10.9.0.100/24 dev veth0", "10.9.0.1 (150)", "[10.9.0.100]:tcp:80", "connection refused",
                  "BACKUP → MASTER", "Sync groups"):  # fmt: skip
        assert words in text
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    assert page.evaluate("document.title").startswith("2 MASTER, 1 FAULT")
    assert page.evaluate("document.getElementById('summary').className") == "bad"
    assert page.evaluate("document.querySelectorAll('#instances tbody tr[role=row] > [role=cell]').length") == 18


def test_it_follows_what_happens(server, page):
    page.wait(STATES, lambda states: states == "MASTER,MASTER,FAULT")
    server.problems = ("VI_1: MASTER, but 10.9.0.101/24 dev veth0 is missing: the log has the reason",)
    server.document["vrrp"]["instances"][0]["addresses_present"] = ["10.9.0.100/24 dev veth0"]
    page.wait("document.body.innerText", lambda text: "10.9.0.101/24 dev veth0 (missing)" in text)
    assert "2 MASTER, 1 FAULT; 1 problem" in page.text()
    assert server.problems[0] in page.text()
    server.problems = ()
    for number, state in ((0, "BACKUP"), (2, "BACKUP")):
        server.document["vrrp"]["instances"][number] |= {"state": state, "addresses_present": []}
    page.wait(STATES, lambda states: states == "BACKUP,MASTER,BACKUP")
    assert page.evaluate("document.getElementById('summary').className") == "ok"


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1200, 900)], ids=["phone", "desk"])
def test_it_fits_every_screen_in_both_schemes(server, page, tmp_path, width, height):
    page.wait(STATES, lambda states: states == "MASTER,MASTER,FAULT")
    backgrounds = {}
    for scheme in ("light", "dark"):
        picture = page.look(width, height, scheme)
        assert picture[:4] == b"\x89PNG"
        (tmp_path / f"{scheme}.png").write_bytes(picture)  # for whoever wants to see it
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        backgrounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert backgrounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}


@pytest.mark.parametrize("how", ["silent", "over"])
def test_it_says_unknown_when_nothing_is_heard(server, page, how):
    """The daemon hangs, or is gone."""
    page.wait(STATES, lambda states: states == "MASTER,MASTER,FAULT")
    getattr(server, how).set()
    page.wait(STATES, lambda states: states == "UNKNOWN,UNKNOWN,UNKNOWN")
    summary = page.evaluate("document.getElementById('summary').textContent")
    assert re.fullmatch(r"UNKNOWN: the daemon has not been heard for \d+ s", summary)
    assert "MASTER" not in page.text().partition("Last events")[0]
    assert "MASTER" not in page.evaluate("document.title")
