"""What is answered over HTTP while the daemon lives, hangs and is dead; and what asking costs the speaker: nothing."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from harness.config import global_defs, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone

from standfast.lab.daemons import Standfast
from standfast.web.newsroom import MAX_AGE_S

SCRAPES_A_SECOND = 100
SCRAPERS = 4


class Answer(NamedTuple):
    status_code: int
    text: str


class Connection(http.client.HTTPConnection):
    """To a Unix socket, whatever the host."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.host)


class Http:
    """A daemon's Unix socket, which is there for every network namespace."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.socket = ""

    def start(self, config: str, *, wait: bool = True) -> Standfast:
        """A daemon that answers, and is ready if that is waited for."""
        daemon = self.net.daemon(self.net.a, config)
        assert isinstance(daemon, Standfast)
        self.socket = str(daemon.directory / "http")
        daemon.write(global_defs(f"http_listen unix:{self.socket} 600") + config)
        daemon.start()
        self.net.wait_listening(daemon)
        if wait:
            eventually(self.ready, 30, lambda: daemon.log)
        return daemon

    def get(self, path: str, timeout_s: float = 30) -> Answer:
        with closing(Connection(self.socket, timeout=timeout_s)) as connection:
            connection.request("GET", path, headers={"Host": "daemon"})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode())

    def picture(self) -> str:
        """The first one that the page gets."""
        with closing(Connection(self.socket, timeout=30)) as connection:
            connection.request("GET", "/events", headers={"Host": "daemon"})
            with connection.getresponse() as answer:
                return next(line.decode() for line in answer if line.startswith(b"data: "))

    def ready(self) -> bool:
        return self.words() == "ready\n"

    def words(self) -> str:
        """What `/readyz` says; empty while nobody answers."""
        try:
            return self.get("/readyz").text
        except OSError:
            return ""

    def scrape(self, every_s: float, done: threading.Event) -> int:
        """Ask for metrics on one connection until it is enough; how often."""
        count, due = 0, time.monotonic()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.socket)
            reader = connection.makefile("rb")
            while not done.is_set():
                connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                length = 0
                assert b" 200 " in reader.readline()
                while (line := reader.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                assert len(reader.read(length)) == length > 10_000
                count += 1
                due += every_s
                done.wait(max(due - time.monotonic(), 0))
            reader.close()
        return count


@pytest.fixture
def web(solo: Net) -> Http:
    return Http(solo)


def pids(daemon: Standfast, *names: str) -> list[int]:
    processes = daemon.status()["processes"]
    return [processes[name]["pid"] for name in names]


@ours_alone
def test_nobody_says_master_of_a_daemon_that_hangs_or_is_dead(solo: Net, web: Http):
    daemon = web.start(instance(priority=150))
    eventually(lambda: "MASTER" in web.get("/status").text, 30, lambda: daemon.log)
    assert "MASTER" in web.picture()
    number = 'keepalived_vrrp_state{iname="VI_1",intf="eth0",ip_address="10.9.0.100/24",vrid="51"} 2.0'
    eventually(lambda: number in web.get("/metrics").text, 30, lambda: web.get("/metrics").text)
    stopped = pids(daemon, "parent", "vrrp")
    for pid in stopped:  # the parent first: it would replace the other
        os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(MAX_AGE_S + 0.1)  # what was asked before may be told so long
        answers = {path: web.get(path) for path in ("/readyz", "/status", "/metrics", "/livez")}
        assert answers["/readyz"].status_code == 503
        assert "UNKNOWN (stuck)" in answers["/readyz"].text
        assert "MASTER" not in answers["/status"].text
        assert "MASTER" not in web.picture().partition('"events"')[0]
        assert "\nstandfast_up 0.0\n" in answers["/metrics"].text
        assert "\nkeepalived_up 0.0\n" in answers["/metrics"].text
        assert "\nkeepalived_vrrp_state" not in answers["/metrics"].text
        assert answers["/livez"].status_code == 200
    finally:
        for pid in reversed(stopped):
            os.kill(pid, signal.SIGCONT)
    eventually(web.ready, 30, lambda: daemon.log)
    daemon.freeze()
    with pytest.raises(TimeoutError):
        web.get("/status", timeout_s=1)
    daemon.kill()
    with pytest.raises(ConnectionError):
        web.get("/status")


@ours_alone
def test_ready_means_that_the_kernel_has_what_vrrp_says(solo: Net, web: Http, tmp_path: Path):
    check, go = tmp_path / "check", tmp_path / "go"
    check.write_text(f"#!/bin/sh\nuntil test -e {go}; do sleep 0.1; done\n")
    check.chmod(0o755)
    script = f'vrrp_script chk {{\n    script "{check}"\n    interval 60\n}}\n'
    settings = global_defs("script_user root") + script
    daemon = web.start(settings + instance("track_script {\n chk\n }", priority=150), wait=False)
    eventually(lambda: "VI_1 is FAULT" in web.words(), 30, lambda: daemon.log)
    assert "track_script chk has said nothing yet" in web.words()
    go.touch()
    eventually(web.ready, 30, lambda: daemon.log)
    assert web.words() == "ready\n"


@pytest.mark.alone
@ours_alone
def test_a_hundred_scrapes_a_second_change_no_adverts_time(solo: Net, web: Http):
    others = [instance(name=f"V{vrid}", vrid=vrid, interval=1, vips=[f"10.9.1.{vrid}/24"]) for vrid in range(100, 150)]
    web.start(instance(priority=150) + "".join(others))
    done = threading.Event()
    with ThreadPoolExecutor(SCRAPERS) as pool:
        counts = [pool.submit(web.scrape, SCRAPERS / SCRAPES_A_SECOND, done) for _ in range(SCRAPERS)]
        began = time.monotonic()
        adverts = solo.adverts_during(solo.a, 3)
        done.set()
        scraped = sum(count.result(30) for count in counts)
        took = time.monotonic() - began
    assert scraped > 0.1 * SCRAPES_A_SECOND * took, "a slow machine cannot do more, and has its hands full with them"
    mine = [advert for advert in adverts if advert.vrid == 51]
    solo.steady(mine, 0.1, tolerance_s=0.02)
    assert len(mine) >= 29
