"""Small web servers in namespaces, and a client that asks one address again and again and counts who answers."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType
from typing import Self

from standfast.lab.lab import Host

_ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}"
_TURN_S = 0.05
_REQUEST = b"GET / HTTP/1.0\r\n\r\n"
_PATIENCE_S = 1.0


class WebServers:
    """Every server answers every request with its host's name. All of them run in one thread of ours."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._listening: dict[str, socket.socket] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="web servers", daemon=True)
        self._thread.start()

    def open(self, host: Host) -> None:
        """Start a host's server."""
        with host.namespace.entered():
            listening = socket.create_server(("", self.port), backlog=256)
        listening.setblocking(False)
        with self._lock:
            self._listening[host.name] = listening
            self._selector.register(listening, selectors.EVENT_READ, host.name)

    def kill(self, host: Host) -> None:
        """End it: whoever comes is refused."""
        with self._lock:
            listening = self._listening.pop(host.name)
            self._selector.unregister(listening)
            listening.close()

    def close(self) -> None:
        """End all."""
        self._closing.set()
        self._thread.join(5)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            for key, _events in self._selector.select(_TURN_S):
                if isinstance(key.fileobj, socket.socket):
                    with suppress(OSError), self._lock:
                        self._turn(key.fileobj, key.data)

    def _turn(self, ready: socket.socket, name: str) -> None:
        if ready.fileno() < 0:
            return
        if ready is self._listening.get(name):
            connection, _ = ready.accept()
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, name)
            return
        self._selector.unregister(ready)
        with ready:
            if ready.recv(4096):
                ready.send(_ANSWER.format(len(name), name).encode())


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it began and ended (seconds since the epoch), and who answered; empty: nobody did."""

    began: float
    ended: float
    by: str


class Browser:
    """Asks for a page every ``every_s`` seconds, each time by a new connection. A context manager."""

    def __init__(self, host: Host, address: str, port: int, *, every_s: float = 0.01) -> None:
        self._host, self._place, self._every_s = host, (address, port), every_s
        self._asked: list[Asked] = []
        self._change = threading.Condition()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._browse, name="browser", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._closing.set()
        self._thread.join(2 * _PATIENCE_S)

    def since(self, when: float) -> list[Asked]:
        """The requests that began after ``when``."""
        with self._change:
            return [asked for asked in self._asked if asked.began > when]

    def wait(self, since: float, answering: set[str], *, count: int, timeout_s: float) -> float | None:
        """Wait until ``count`` requests in a row, begun after ``since``, were answered by ``answering`` alone.

        Every one of them must have been among those who answered. The time at which that row began; None: the time
        is over.
        """
        deadline = time.monotonic() + timeout_s
        with self._change:
            while True:
                row = [asked for asked in self._asked if asked.began > since][-count:]
                if len(row) == count and {asked.by for asked in row} == answering:
                    return self._row_began(since, answering)
                if not self._change.wait(deadline - time.monotonic()):
                    return None

    def _row_began(self, since: float, answering: set[str]) -> float:
        began = time.time()
        for asked in reversed(self._asked):
            if asked.began <= since or asked.by not in answering:
                break
            began = asked.began
        return began

    def _browse(self) -> None:
        with self._host.namespace.entered():
            while not self._closing.is_set():
                began = time.time()
                by = self._ask()
                with self._change:
                    self._asked.append(Asked(began, time.time(), by))
                    self._change.notify_all()
                self._closing.wait(max(0.0, began + self._every_s - time.time()))

    def _ask(self) -> str:
        try:
            with socket.create_connection(self._place, _PATIENCE_S) as connection:
                connection.send(_REQUEST)
                answer = b""
                while piece := connection.recv(4096):
                    answer += piece
        except OSError:
            return ""
        return answer.rpartition(b"\r\n\r\n")[2].decode(errors="replace")


def answered(requests: list[Asked]) -> Counter[str]:
    """How many each server answered; under the empty name those that nobody did."""
    return Counter(asked.by for asked in requests)


def longest_gap_ms(requests: list[Asked], since: float) -> float:
    """The longest time without an answer, in milliseconds."""
    marks = [since, *(asked.ended for asked in requests if asked.by)]
    return max((after - before for before, after in pairwise(marks)), default=float("inf")) * 1000
