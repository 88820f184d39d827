"""What health's checks say to VRRP (``track_check``): datagrams that are taken or dropped, never waited for.

The line outlives both processes; a verdict carries its own time, so one that waited too long in it says so itself.
After a restart of the VRRP process, health says everything once more.
"""

from __future__ import annotations

import socket
from typing import Final

import msgspec

_MESSAGE: Final = 8_192
_WORDS: Final = 1_000


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check, as seen at one time."""

    name: str
    """Of the ``track_check``."""
    good: bool | None
    """None: nothing can be said (yet, or any more)."""
    at: int
    """Microseconds on CLOCK_BOOTTIME."""
    words: str = ""
    """For people: ``connection refused``."""
    max_age: int = 0
    """Microseconds for which it holds when nothing newer comes; 0: for ever."""

    def fresh(self, now: int) -> bool:
        """Does it still hold?"""
        return not self.max_age or now - self.at <= self.max_age


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Verdict)


def send(line: socket.socket, verdict: Verdict) -> bool:
    """Health's side. False: there is no room (VRRP is away); say it again later."""
    if len(verdict.words) > _WORDS:
        verdict = msgspec.structs.replace(verdict, words=verdict.words[:_WORDS])
    try:
        line.send(_encoder.encode(verdict))
    except OSError:
        return False
    return True


def receive(line: socket.socket, *, limit: int = 64) -> list[Verdict]:
    """VRRP's side: what has come, at most ``limit`` of them; what is no verdict is left out. Never waits."""
    verdicts: list[Verdict] = []
    for _ in range(limit):
        try:
            data = line.recv(_MESSAGE)
        except OSError:
            break
        try:
            verdicts.append(_decoder.decode(data))
        except msgspec.DecodeError:
            continue
    return verdicts
