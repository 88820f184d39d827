"""The parent's own sockets: who asks how the daemon is, and who gives it orders."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec

from standfast.control.protocol import Outcome, Request, decode_request, encode
from standfast.supervise.reactor import Reactor
from standfast.values import SECOND

_LINE_LIMIT = 4_096
_CLIENTS = 32
_PATIENCE = 5 * SECOND

Answer = Callable[[msgspec.Struct], None]
Handler = Callable[[Request, Answer], None]


def listen(run_dir: Path, name: str, *, mode: int, group: int = 0) -> socket.socket:
    """A listening socket ``run_dir/name`` that only those may use whom ``mode`` and ``group`` admit.

    Raises :class:`OSError`.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    directory = os.open(run_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    before = os.umask(0o177)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=directory)
        # By way of the descriptor: sun_path holds 108 bytes, directories of tests and containers may be longer.
        listener.bind(f"/proc/self/fd/{directory}/{name}")
        if group:
            os.chown(name, -1, group, dir_fd=directory)
        os.chmod(name, mode, dir_fd=directory)
    finally:
        os.umask(before)
        os.close(directory)
    listener.setblocking(False)
    listener.listen(64)
    return listener


class Desk:
    """Serves one listening socket from the parent's loop; nobody can make it wait."""

    def __init__(self, reactor: Reactor, listener: socket.socket, handle: Handler) -> None:
        self._reactor = reactor
        self._listener = listener
        self._handle = handle
        self._clients: dict[_Client, None] = {}
        """Those that came first, first."""
        reactor.on_readable(listener.fileno(), self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return  # it has hung up already
        if len(self._clients) >= _CLIENTS and not self._make_room():
            connection.close()
            return
        self._clients[_Client(self._reactor, connection, self._handle, self._left)] = None

    def _make_room(self) -> bool:
        """Send the oldest away that has not asked yet: clients that hang must not keep orders out."""
        idle = next((client for client in self._clients if not client.asked), None)
        if idle is not None:
            idle.hang_up()
        return idle is not None

    def _left(self, client: _Client) -> None:
        self._clients.pop(client, None)


class _Client:
    def __init__(
        self, reactor: Reactor, connection: socket.socket, handle: Handler, left: Callable[[_Client], None]
    ) -> None:
        connection.setblocking(False)
        self._reactor = reactor
        self._connection = connection
        self._handle = handle
        self._left = left
        self._said = b""
        self._owed = b""
        self._open = True
        self.asked = False
        """Its request has come; from here on it waits for us."""
        self._timer = reactor.after(_PATIENCE, self.hang_up)
        reactor.on_readable(connection.fileno(), self._read)

    def _read(self) -> None:
        try:
            piece = self._connection.recv(_LINE_LIMIT)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.hang_up()
            return
        self._said += piece
        if b"\n" in self._said:
            self._request(self._said.partition(b"\n")[0])
        elif len(self._said) > _LINE_LIMIT:
            self._answer(Outcome(ok=False, words="a request is one line of JSON; this one does not end"))

    def _request(self, line: bytes) -> None:
        self.asked = True
        self._timer.cancel()  # an order may take its time
        self._reactor.forget(self._connection.fileno())  # a client that closes its sending side still wants the answer
        try:
            request = decode_request(line)
        except msgspec.DecodeError as error:
            self._answer(Outcome(ok=False, words=f"not a request: {error}"))
            return
        self._handle(request, self._answer)

    def _answer(self, answer: msgspec.Struct) -> None:
        if not self._open:
            return
        self._timer.cancel()
        self._timer = self._reactor.after(_PATIENCE, self.hang_up)
        self._owed = encode(answer)
        self._write()

    def _write(self) -> None:
        try:
            self._owed = self._owed[self._connection.send(self._owed) :]
        except BlockingIOError:
            pass
        except OSError:
            self.hang_up()
            return
        if self._owed:
            self._reactor.on_writable(self._connection.fileno(), self._write)
        else:
            self.hang_up()

    def hang_up(self) -> None:
        """End the conversation; a second time does nothing."""
        if self._open:
            self._open = False
            self._timer.cancel()
            self._reactor.forget(self._connection.fileno())
            self._connection.close()
            self._left(self)
