"""A client that keeps asking an address (ICMP echo) and knows for how long it went without an answer."""

from __future__ import annotations

import select
import socket
import struct
import threading
import time
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType
from typing import Self

from standfast.lab.frames import ones_complement_sum
from standfast.lab.lab import Host

_SO_TIMESTAMPNS = 35
_ICMP6_FILTER = 1
_ECHO4, _REPLY4, _ECHO6, _REPLY6 = 8, 0, 128, 129


@dataclass(frozen=True, slots=True)
class Outage:
    """From the first request without an answer to the next answer (seconds since the epoch)."""

    start: float
    end: float

    @property
    def ms(self) -> float:
        """Length in milliseconds."""
        return (self.end - self.start) * 1000


class Client:
    """Asks every ``every_s`` seconds from a thread of its own until closed."""

    def __init__(self, host: Host, address: str, *, every_s: float = 0.005) -> None:
        self.address = address
        self._every_s = every_s
        self._v6 = ":" in address
        with host.namespace.entered():
            kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
            if self._v6:
                self._socket = socket.socket(socket.AF_INET6, kind, socket.IPPROTO_ICMPV6)
                self._socket.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, _only_echo_replies())
            else:
                self._socket = socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._sent: list[float] = []
        self._answers: list[float] = []
        self._change = threading.Condition()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._ask, name=f"client {host.name}", daemon=True)
        self._thread.start()
        host.lab.closing.callback(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop asking; the record stays."""
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def wait_answer(self, since: float, timeout_s: float = 20) -> bool:
        """Wait for an answer that arrived after ``since``; False when the time is over."""
        with self._change:
            return self._change.wait_for(lambda: bool(self._answers) and self._answers[-1] > since, timeout_s)

    def outages(self, since: float = 0, until: float | None = None) -> list[Outage]:
        """Times without an answer that were longer than two requests, the running one included."""
        with self._change:
            sent, answers = list(self._sent), list(self._answers)
        return find_outages(sent, answers, since, time.time() if until is None else until, 2 * self._every_s)

    def longest_ms(self, since: float = 0) -> float:
        """The longest outage since then in milliseconds; 0 if there was none."""
        return max((outage.ms for outage in self.outages(since)), default=0.0)

    def _ask(self) -> None:
        sequence = 0
        next_request = time.monotonic()
        while not self._closing.is_set():
            left = next_request - time.monotonic()
            if left <= 0:
                sequence = (sequence + 1) & 0xFFFF
                self._send(sequence)
                next_request = max(next_request + self._every_s, time.monotonic())
                left = self._every_s
            if select.select([self._socket], [], [], left)[0]:
                self._receive()

    def _send(self, sequence: int) -> None:
        request = struct.pack("!BBHHH", _ECHO6 if self._v6 else _ECHO4, 0, 0, _identity(self), sequence)
        if not self._v6:  # the kernel fills in ICMPv6 checksums
            request = request[:2] + (0xFFFF - ones_complement_sum(request)).to_bytes(2, "big") + request[4:]
        with self._change:
            self._sent.append(time.time())
        try:
            self._socket.sendto(request, (self.address, 0))
        except OSError:
            return  # no route, no neighbour: an outage, and that is what we measure

    def _receive(self) -> None:
        while True:
            try:
                data, ancillary, _, source = self._socket.recvmsg(256, 64)
            except OSError:  # nothing left, or a pending "host unreachable"
                return
            if self._is_answer(data, source[0]):
                seconds, nanoseconds = struct.unpack("=qq", ancillary[0][2])
                with self._change:
                    self._answers.append(seconds + nanoseconds / 1e9)
                    self._change.notify_all()

    def _is_answer(self, data: bytes, source: str) -> bool:
        icmp = data if self._v6 else data[(data[0] & 15) * 4 :]
        kind = _REPLY6 if self._v6 else _REPLY4
        return icmp[0] == kind and int.from_bytes(icmp[4:6], "big") == _identity(self) and source == self.address


def find_outages(
    sent: list[float], answers: list[float], since: float, until: float, threshold_s: float
) -> list[Outage]:
    """Gaps between answers, each from the first request that nobody answered to the next answer.

    A sleepy client makes none, and lengthens none: of a time in which it did not ask nobody knows.
    """
    marks = [since, *(at for at in answers if since < at < until), until]
    found = []
    for before, after in pairwise(marks):
        if after - before <= threshold_s:
            continue
        asked = sent[bisect_right(sent, before) : bisect_left(sent, after)]
        start, end = (asked[0] if asked else after), after
        if after < until and len(asked) > 1:  # the last of them was answered, the one before was not
            end = min(after, asked[-2] + threshold_s)
        if end - start > threshold_s:
            found.append(Outage(start, end))
    return found


def _identity(client: Client) -> int:
    """Tells clients of one host apart in the ICMP identifier."""
    return id(client) >> 4 & 0xFFFF


def _only_echo_replies() -> bytes:
    """ICMP6_FILTER: a set bit blocks that type."""
    words = [0xFFFFFFFF] * 8
    words[_REPLY6 >> 5] &= ~(1 << (_REPLY6 & 31))
    return struct.pack("=8I", *words)
