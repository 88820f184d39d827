"""What keepalived's checkers and services mail, and what ours do: the same story through both, mail by mail."""

from __future__ import annotations

import re
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from guest.ipvs import namespace
from harness.mailbox import mailbox, shown

from standfast.lab.daemons import standfast_command
from standfast.lab.namespace import Namespace

pytestmark = [pytest.mark.uml, pytest.mark.keepalived, pytest.mark.timeout(240)]

TCP, WEB, MAIL, PROGRAM = 8001, 8002, 8003, 8004
PAGE = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"
ANSWERS: Mapping[int, tuple[bytes, ...]] = {
    TCP: (),
    WEB: (PAGE,),
    MAIL: (b"220 x\r\n", b"250 x\r\n", b"221 x\r\n"),
}
"""Port -> what is said, SMTP first and then in turn with the client."""
PACE = "delay_loop 0.3\nretry 0\nwarmup 0\ndelay_before_retry 0.1\n"
CONFIG = """
global_defs {{
    router_id lb-a
    script_user root
    smtp_server 127.0.0.1 {port}
    smtp_helo_name lb-a
    notification_email_from lb@example.com
    notification_email {{
        ops@example.com
    }}
    smtp_alert true
}}
virtual_server 10.100.1.1 80 {{
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    {more}
    sorry_server 127.0.0.1 8099
    real_server 127.0.0.1 {TCP} {{
        TCP_CHECK {{
            connect_timeout 2
            {PACE}
        }}
    }}
    real_server 127.0.0.1 {WEB} {{
        HTTP_GET {{
            url {{
                path /
                status_code 200
            }}
            connect_timeout 2
            {PACE}
        }}
    }}
    real_server 127.0.0.1 {MAIL} {{
        SMTP_CHECK {{
            connect_timeout 2
            {PACE}
        }}
    }}
    real_server 127.0.0.1 {PROGRAM} {{
        MISC_CHECK {{
            misc_path "/usr/bin/test -e {file}"
            misc_timeout 5
            {PACE}
        }}
    }}
}}
"""
CASES = {
    "quorum with hysteresis": "quorum 3\nhysteresis 1",
    "from the failure": "alpha\nomega\nquorum 2",
}
STEPS: Mapping[str, tuple[int, ...]] = {
    "start": (TCP, WEB, MAIL, PROGRAM),
    "one fails": (TCP, WEB, MAIL),
    "all fail": (),
    "two are back": (TCP, PROGRAM),
    "all are back": (TCP, WEB, MAIL, PROGRAM),
    "stop": (TCP, WEB, MAIL, PROGRAM),
}
"""Who is well."""


class Servers:
    """They listen while they are well; a program's file is there."""

    def __init__(self, place: Namespace, file: Path) -> None:
        self._place, self._file = place, file
        self._selector = selectors.DefaultSelector()
        self._listening: dict[int, socket.socket] = {}
        self._turns: dict[socket.socket, list[bytes]] = {}
        self._lock = threading.Lock()
        self._over = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def be_well(self, ports: tuple[int, ...]) -> None:
        with self._lock:
            for port in ANSWERS:
                if port in ports and port not in self._listening:
                    with self._place.entered():
                        self._listening[port] = socket.create_server(("127.0.0.1", port), backlog=50)
                    self._selector.register(self._listening[port], selectors.EVENT_READ, port)
                elif port not in ports and port in self._listening:
                    self._selector.unregister(self._listening[port])
                    self._listening.pop(port).close()
        if PROGRAM in ports:
            self._file.touch()
        else:
            self._file.unlink(missing_ok=True)

    def close(self) -> None:
        self._over = True
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()

    def _serve(self) -> None:
        while not self._over:
            with self._lock:
                for key, _ in self._selector.select(0):
                    with suppress(OSError):
                        self._handle(key.fileobj, key.data)
            time.sleep(0.005)

    def _handle(self, ready: socket.socket, port: int | None) -> None:
        if port is not None:
            connection, _ = ready.accept()
            self._turns[connection] = list(ANSWERS[port])
            self._selector.register(connection, selectors.EVENT_READ, None)
            if port == MAIL:
                connection.send(self._turns[connection].pop(0))
            return
        data = b""
        with suppress(OSError):
            data = ready.recv(4096)
        turns = self._turns[ready]
        if data and turns:
            ready.send(turns.pop(0))
        if not data or not turns:
            self._selector.unregister(ready)
            del self._turns[ready]
            ready.close()


Story = Mapping[str, Counter[str]]
"""Step -> the mails, each as one text."""


def keepalived(path: str, directory: Path) -> list[str]:
    pids = ["-p", f"{directory}/pid", "-c", f"{directory}/checkers"]
    return ["keepalived", "-f", path, "-C", "-n", "-l", "-D", *pids]


def standfast(path: str, directory: Path) -> list[str]:
    return [*standfast_command(), "run", "-f", path, "--run-dir", f"{directory}/run", "--log-format", "console"]


@contextmanager
def serving(place: Namespace, file: Path) -> Iterator[Servers]:
    servers = Servers(place, file)
    try:
        yield servers
    finally:
        servers.close()


def told_by(command: Callable[[str, Path], list[str]], case: str, directory: Path) -> Story:
    path, log_file, file = directory / "daemon.conf", directory / "log", directory / "well"
    told: dict[str, Counter[str]] = {}
    with (
        namespace(command.__name__) as place,
        mailbox(place, "127.0.0.1") as (port, mails),
        serving(place, file) as servers,
        log_file.open("wb") as log,
    ):
        names = {"TCP": TCP, "WEB": WEB, "MAIL": MAIL, "PROGRAM": PROGRAM, "PACE": PACE}
        path.write_text(CONFIG.format(port=port, more=CASES[case], file=file, **names))
        servers.be_well(STEPS["start"])
        daemon = place.popen(command(str(path), directory), output=log)
        try:
            well: tuple[int, ...] = () if "alpha" in CASES[case] else STEPS["start"]
            for step, ports in STEPS.items():
                before, least = len(mails), len({*well} ^ {*ports}) or int(step == "start")
                well = ports
                servers.be_well(ports)
                if step == "stop":
                    daemon.terminate()
                    daemon.wait(20)
                told[step] = Counter("\n".join(shown(mail)) for mail in settled(mails, before, least, step))
        finally:
            daemon.kill()
            daemon.wait(10)
    return told


def settled(mails: list[str], before: int, least: int, step: str) -> list[str]:
    """Those of this step: one for each server that changes (at the start, of the service), then no more for a while."""
    quiet_since, seen, deadline = time.monotonic(), before, time.monotonic() + 20
    while time.monotonic() < deadline:
        if len(mails) != seen:
            seen, quiet_since = len(mails), time.monotonic()
        if seen >= before + least and time.monotonic() > quiet_since + 2:
            return mails[before:]
        time.sleep(0.05)
    raise AssertionError(f"{len(mails) - before} mails at the step `{step}`, {least} at least are expected")


ALWAYS_TOLD = "Realserver [127.0.0.1]:tcp:8004 of virtual server [10.100.1.1]:tcp:80 - UP"
"""keepalived's MISC_CHECK mails its first success although nothing has changed by it."""


def alike(mails: Counter[str]) -> Counter[str]:
    """HTTP_GET: 2.2.7 leaves `/SSL` out. SMTP_CHECK: the reason is in words of one's own."""
    found: Counter[str] = Counter()
    for mail, times in mails.items():
        text = mail.replace(": HTTP request failed", ": HTTP/SSL request failed")
        found[re.sub("(tcp:8003 .* service) : .* <=", r"\1 : ... <=", text, flags=re.S)] += times
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_same_mails_at_every_step(case, tmp_path):
    told: list[dict[str, Counter[str]]] = []
    for command in (keepalived, standfast):
        directory = tmp_path / command.__name__
        directory.mkdir()
        told.append({step: alike(mails) for step, mails in told_by(command, case, directory).items()})
    theirs, ours = told
    if "alpha" not in CASES[case]:
        (surplus,) = [mail for mail in theirs["start"] if ALWAYS_TOLD in mail]
        del theirs["start"][surplus]
    for step in [*STEPS][:-1]:
        assert ours[step] == theirs[step], step
    assert theirs["stop"] <= ours["stop"], "keepalived has ended before all of its last mails are sent"
