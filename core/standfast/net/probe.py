"""Connections for checks: bound and marked before the first packet leaves, each wait limited, each failure in one code.

Everything here raises :class:`standfast.contract.checking.CheckError`, whose result is the check's: ``bad`` for what
was seen of the other side, ``unable`` (verdict ``none``) for what could not be tried from here. Times are microseconds.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from typing import NoReturn

import trio

from standfast.config.lvs_model import Target
from standfast.contract.checking import CheckError, CheckResult, Code, bad, unable
from standfast.net.patience import wait
from standfast.values import SECOND, Address, seconds

_BIND_ADDRESS_NO_PORT = 24
"""linux/in.h, IP_BIND_ADDRESS_NO_PORT: the port is chosen at connect, so that one address serves many targets."""

_SEEN: dict[int, tuple[Code, str]] = {
    errno.ECONNREFUSED: (Code.REFUSED, "connection refused"),
    errno.EHOSTUNREACH: (Code.UNREACHABLE, "host unreachable"),
    errno.ENETUNREACH: (Code.UNREACHABLE, "network unreachable"),
    errno.EHOSTDOWN: (Code.UNREACHABLE, "host is down"),
    errno.ENETDOWN: (Code.UNREACHABLE, "network is down"),
    errno.ENONET: (Code.UNREACHABLE, "host is not on the network"),
    errno.ENOPROTOOPT: (Code.UNREACHABLE, "protocol unreachable"),
    errno.EACCES: (Code.UNREACHABLE, "the way there is prohibited"),
    errno.ETIMEDOUT: (Code.TIMEOUT, "no answer"),
    errno.ECONNRESET: (Code.RESET, "connection reset"),
    errno.ECONNABORTED: (Code.RESET, "connection aborted"),
    errno.EPIPE: (Code.RESET, "connection closed"),
}
"""What an error of the kernel's says about the other side; all others say something of this host."""


def seen(error: OSError, doing: str) -> CheckResult:
    """The result that an error means; ``doing`` is for what failed on this host (``binding to 10.0.0.1``)."""
    code, words = _SEEN.get(error.errno or 0, (None, ""))
    if code is None:
        return unable(f"{doing}: {error.strerror or error}")
    return bad(code, words)


def failed(error: OSError, doing: str) -> NoReturn:
    """Raise what :func:`seen` makes of it."""
    raise CheckError(seen(error, doing)) from error


def open_socket(target: Target, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> socket.socket:
    """A non-blocking socket as ``target`` says: marked, on its interface, from its source; not connected yet."""
    try:
        made = socket.socket(target.address.socket_family, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, protocol)
    except OSError as error:
        raise CheckError(unable(f"no socket: {error.strerror}")) from error
    try:
        _prepare(made, target)
    except OSError as error:
        made.close()
        raise CheckError(unable(f"{_wanted(target)}: {error.strerror}")) from error
    return made


def _prepare(made: socket.socket, target: Target) -> None:
    if target.mark:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, target.mark)
    if target.bind_if:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, target.bind_if.encode() + b"\0")
    if target.bind_to is None and not target.bind_port:
        return
    if target.bind_port:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if made.type == socket.SOCK_STREAM:
            # The port must be free again at the next check: no TIME_WAIT.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif target.address.family == 4:
        made.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
    source = target.bind_to or Address(target.address.family, bytes(len(target.address.packed)))
    made.bind(_sockaddr(source, target.bind_port, target.bind_if))


def _wanted(target: Target) -> str:
    """What a socket was to be, for messages."""
    parts = []
    if target.bind_to or target.bind_port:
        parts.append(f"source {target.bind_to or '*'}" + (f" port {target.bind_port}" if target.bind_port else ""))
    if target.bind_if:
        parts.append(f"interface {target.bind_if}")
    if target.mark:
        parts.append(f"mark {target.mark}")
    return "no socket with " + ", ".join(parts) if parts else "no socket"


def destination(target: Target) -> tuple[str, int] | tuple[str, int, int, int]:
    """Where to, as :meth:`socket.socket.connect` has it."""
    return _sockaddr(target.address, target.port, target.bind_if)


def _sockaddr(address: Address, port: int, interface: str) -> tuple[str, int] | tuple[str, int, int, int]:
    if address.family == 4:
        return str(address), port
    scope = socket.if_nametoindex(interface) if interface and address.is_link_local else 0
    return str(address), port, 0, scope


class Connection:
    """A TCP connection, with or without TLS. Every wait is limited by ``timeout``; :meth:`close` is the caller's."""

    __slots__ = ("socket", "timeout")

    def __init__(self, connected: socket.socket, timeout: int) -> None:
        self.socket: socket.socket = connected
        self.timeout: float = timeout / SECOND

    async def readable(self) -> None:
        """Wait for something to read."""
        if not await wait(trio.lowlevel.wait_readable, self.socket, self.timeout):
            raise CheckError(self._silence())

    async def writable(self) -> None:
        """Wait until the kernel takes more."""
        if not await wait(trio.lowlevel.wait_writable, self.socket, self.timeout):
            raise CheckError(self._silence())

    def _silence(self) -> CheckResult:
        return bad(Code.TIMEOUT, f"no answer within {seconds(round(self.timeout * SECOND))}")

    async def receive(self, most: int = 65536) -> bytes:
        """What has come; empty at the end."""
        while True:
            try:
                return self.socket.recv(most)
            except BlockingIOError:
                await self.readable()
            except OSError as error:
                failed(error, "reading")

    async def send(self, data: bytes) -> None:
        """All of it."""
        left = data
        while True:
            try:
                sent = self.socket.send(left)
            except BlockingIOError:
                await self.writable()
                continue
            except OSError as error:
                failed(error, "writing")
            if sent == len(left):
                return
            left = left[sent:]

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


async def connect(target: Target) -> Connection:
    """A TCP connection within ``target.connect_timeout``."""
    made = open_socket(target)
    try:
        await _connected(made, target)
    except BaseException:
        made.close()
        raise
    return Connection(made, target.connect_timeout)


async def _connected(made: socket.socket, target: Target) -> None:
    number = _begin(made, target)
    if number == errno.EINPROGRESS:
        if not await wait(trio.lowlevel.wait_writable, made, target.connect_timeout / SECOND):
            raise CheckError(bad(Code.TIMEOUT, f"no connection within {seconds(target.connect_timeout)}"))
        number = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        failed(OSError(number, os.strerror(number)), "connecting")


def _begin(made: socket.socket, target: Target) -> int:
    try:
        return made.connect_ex(destination(target))
    except OSError as error:  # the interface is not there
        raise CheckError(unable(f"{target.bind_if}: {error.strerror or error}")) from error
