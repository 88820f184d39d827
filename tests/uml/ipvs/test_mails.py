"""What keepalived's checkers and services mail, and what ours do: the same story through both, mail by mail."""

from __future__ import annotations

import re
import selectors
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
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
QUIET_S, PATIENCE_S = 1.0, 60


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


@dataclass
class Side:
    """A daemon, its servers, and the mails that it has sent."""

    servers: Servers
    process: subprocess.Popen[bytes]
    mails: list[str]
    told: int = 0
    """Of the steps before."""

    def of_this_step(self) -> Counter[str]:
        return alike(self.mails[self.told :])

    def next_step(self) -> None:
        self.told = len(self.mails)


@contextmanager
def playing(command: Callable[[str, Path], list[str]], case: str, directory: Path) -> Iterator[Side]:
    directory.mkdir()
    path, file = directory / "daemon.conf", directory / "well"
    with (
        namespace(command.__name__) as place,
        mailbox(place, "127.0.0.1") as (port, mails),
        serving(place, file) as servers,
        (directory / "log").open("wb") as log,
    ):
        names = {"TCP": TCP, "WEB": WEB, "MAIL": MAIL, "PROGRAM": PROGRAM, "PACE": PACE}
        path.write_text(CONFIG.format(port=port, more=CASES[case], file=file, **names))
        servers.be_well(STEPS["start"])
        process = place.popen(command(str(path), directory), output=log)
        try:
            yield Side(servers, process, mails)
        finally:
            process.kill()
            process.wait(10)


def settled(theirs: Side, ours: Side, least: int, right: Callable[[Counter[str], Counter[str]], bool]) -> None:
    """When both have told what they should and then nothing more for a while; or never will.

    The least is a mail for each server that changes (at the start, one of the service).
    """
    seen, quiet_since, deadline = (Counter[str](), Counter[str]()), time.monotonic(), time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        now = theirs.of_this_step(), ours.of_this_step()
        if now != seen:
            seen, quiet_since = now, time.monotonic()
        enough = min(each.total() for each in now) >= least
        if enough and right(*now) and time.monotonic() > quiet_since + QUIET_S:
            return
        time.sleep(0.05)


ALWAYS_TOLD = "Realserver [127.0.0.1]:tcp:8004 of virtual server [10.100.1.1]:tcp:80 - UP"
"""keepalived's MISC_CHECK mails its first success although nothing has changed by it."""


def alike(mails: list[str]) -> Counter[str]:
    """HTTP_GET: 2.2.7 leaves `/SSL` out. SMTP_CHECK: the reason is in words of one's own."""
    found: Counter[str] = Counter()
    for mail in mails:
        text = "\n".join(shown(mail)).replace(": HTTP request failed", ": HTTP/SSL request failed")
        found[re.sub("(tcp:8003 .* service) : .* <=", r"\1 : ... <=", text, flags=re.S)] += 1
    return found


def same(theirs: Counter[str], ours: Counter[str]) -> bool:
    return theirs == ours


def same_but_for_the_first_success(theirs: Counter[str], ours: Counter[str]) -> bool:
    surplus = [mail for mail in theirs if ALWAYS_TOLD in mail]
    return len(surplus) == 1 and theirs - Counter(surplus) == ours


def all_of_theirs(theirs: Counter[str], ours: Counter[str]) -> bool:
    """keepalived has ended before all of its last mails are sent."""
    return theirs <= ours


@pytest.mark.parametrize("case", CASES)
def test_the_same_mails_at_every_step(case, tmp_path):
    """Both play it at the same time, each in a network of its own."""
    from_failure = "alpha" in CASES[case]
    rights = {"stop": all_of_theirs} | ({} if from_failure else {"start": same_but_for_the_first_success})
    well: tuple[int, ...] = () if from_failure else STEPS["start"]
    with playing(keepalived, case, tmp_path / "a") as theirs, playing(standfast, case, tmp_path / "b") as ours:
        for step, ports in STEPS.items():
            least, well = len({*well} ^ {*ports}) or int(step == "start"), ports
            for side in (theirs, ours):
                side.servers.be_well(ports)
            if step == "stop":
                for side in (theirs, ours):
                    side.process.terminate()
                    side.process.wait(20)
            right = rights.get(step, same)
            settled(theirs, ours, least, right)
            told = theirs.of_this_step(), ours.of_this_step()
            assert right(*told), f"`{step}`: keepalived alone {told[0] - told[1]}, we alone {told[1] - told[0]}"
            assert min(each.total() for each in told) >= least, f"too few mails at `{step}`: {told}"
            for side in (theirs, ours):
                side.next_step()
