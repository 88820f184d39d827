"""One small network for measuring: two routers for each side, a client, and a capture on the switch."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from _common.profiles import ADDRESS, BACKUP_PRIORITY, MASTER_PRIORITY, Profile, config
from _common.sides import DAEMONS
from standfast.lab.capture import Capture, Record
from standfast.lab.daemons import Daemon
from standfast.lab.frames import Advert
from standfast.lab.lab import INTERFACE, Host, Lab

_GROUP_IN_PROC = "120000E0"
"""224.0.0.18 as /proc/net/igmp prints it on a little-endian machine."""


class MeasurementError(Exception):
    """A measurement that cannot be made; the message says what did not happen."""


class Bench(AbstractContextManager["Bench"]):
    """A lab of one pair of hosts and a client. One pair of daemons runs in it at a time."""

    def __init__(self) -> None:
        self.lab = Lab()

    def __enter__(self) -> Self:
        self.lab.__enter__()
        self.first, self.second, self.client = self.lab.add_hosts(
            a=["10.9.0.1/24"], b=["10.9.0.2/24"], c=["10.9.0.3/24"]
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.lab.close()

    def capture(self) -> Capture:
        """What passes the switch from now on: adverts and ARP. A host that is cut off is not seen."""
        return Capture(self.lab.switch, "br0", _adverts_and_arp)

    def daemon(self, kind: str, host: Host, profile: Profile, *, instances: int = 1, groups: int = 0) -> Daemon:
        """The daemon of one side on one host, not started: the first host's has the higher priority."""
        priority = MASTER_PRIORITY if host is self.first else BACKUP_PRIORITY
        return DAEMONS[kind](host, config(profile, priority, instances=instances, groups=groups))

    def clear(self) -> None:
        """Take off what killed daemons left behind, so that the next one finds the hosts fresh."""
        for host in (self.first, self.second):
            flush = f"addr flush dev {INTERFACE} to"
            host.ip(f"{flush} {ADDRESS}/32", f"{flush} 10.9.1.0/24", f"{flush} 10.10.0.0/16")


def wait_listening(daemon: Daemon, timeout_s: float = 10) -> None:
    """Wait until a daemon has joined the VRRP group. Raises :class:`MeasurementError`."""

    def joined() -> bool:
        return _GROUP_IN_PROC in Path(f"/proc/{daemon.pid}/net/igmp").read_text()

    if not _poll(joined, timeout_s):
        raise MeasurementError(
            f"{daemon.kind} on {daemon.host.name} did not join 224.0.0.18 in {timeout_s} s:\n{daemon.log[-2000:]}"
        )


def wait_sole_master(capture: Capture, daemon: Daemon, profile: Profile, timeout_s: float = 15) -> None:
    """Wait until this daemon alone has advertised for some whole intervals. Raises :class:`MeasurementError`."""
    wanted = 2 if profile.interval_s >= 1 else 5

    def alone() -> Advert | None:
        last = capture.adverts()[-wanted:]
        at_ease = len(last) == wanted and last[-1].time - last[0].time > (wanted - 1.5) * profile.interval_s
        return last[-1] if at_ease and all(advert.source == daemon.host.address for advert in last) else None

    expect(capture, alone, timeout_s, f"{daemon.kind} on {daemon.host.name} did not become sole master", daemon)


def expect(
    capture: Capture, wanted: Callable[[], Record | None], timeout_s: float, complaint: str, *daemons: Daemon
) -> Record:
    """What is awaited from the wire. Raises :class:`MeasurementError`: the complaint and the daemons' last words."""
    found = capture.wait(wanted, timeout_s)
    if found is None:
        words = "".join(f"\n--- {daemon.kind} on {daemon.host.name}:\n{daemon.log[-1500:]}" for daemon in daemons)
        raise MeasurementError(f"{complaint} within {timeout_s:g} s{words}")
    return found


def _poll(question: Callable[[], bool], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _adverts_and_arp(frame: bytes) -> bool:
    return frame[12:14] == b"\x08\x06" or (frame[12:14] == b"\x08\x00" and frame[23] == 112)
