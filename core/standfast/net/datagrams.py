"""Datagrams to one place, with the errors that ICMP brings back; failures as in :mod:`standfast.net.probe`."""

from __future__ import annotations

import socket
from types import TracebackType

import trio

from standfast.config.lvs_model import Target
from standfast.net.probe import destination, failed, open_socket
from standfast.values import SECOND

_IP_RECVERR = 11
_IPV6_RECVERR = 25
"""linux/in.h, linux/in6.h: all ICMP errors are told, not only that a port is closed."""


class Datagrams:
    """A connected socket for datagrams. The limit of ``connect_timeout`` counts from :meth:`send` on."""

    def __init__(self, target: Target, made: socket.socket | None = None) -> None:
        self._target = target
        self.socket: socket.socket = made if made is not None else open_socket(target, socket.SOCK_DGRAM)
        self._deadline = 0.0
        try:
            if target.address.family == 4:
                self.socket.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            else:
                self.socket.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            self.socket.connect(destination(target))
        except OSError as error:
            self.socket.close()
            failed(error, "connecting")

    def __enter__(self) -> Datagrams:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send one. Raises :class:`CheckError`."""
        self._deadline = trio.current_time() + self._target.connect_timeout / SECOND
        try:
            self.socket.send(data)
        except OSError as error:
            failed(error, "sending")

    async def receive(self) -> bytes | None:
        """The next one; None: the time is over. Raises :class:`CheckError` for what ICMP says."""
        with trio.CancelScope(deadline=self._deadline):
            while True:
                await trio.lowlevel.wait_readable(self.socket)
                try:
                    return self.socket.recv(65536)
                except BlockingIOError:
                    continue
                except OSError as error:
                    failed(error, "receiving")
        return None
