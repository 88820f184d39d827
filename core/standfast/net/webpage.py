"""One page over HTTP/1 the way health checks ask for it: a connection of its own, read to its end, leniently.

A server that is answering at all is to be recognised as answering, so header lines may look as they like.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from standfast.contract.checking import CheckError, Code, bad
from standfast.net.probe import Connection

LONGEST_HEAD = 64 * 1024
"""Bytes of status line and headers."""
LONGEST_BODY = 16 * 1024 * 1024
"""Bytes of a body that is kept (to be searched); one that is only counted or digested may be longer."""

AGENT = "KeepAliveClient"
"""What keepalived calls itself; servers know their checkers by it."""

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"[!-~]{1,32} +([0-9]{3})(?![0-9])")
"""Any protocol's name will do, as for keepalived: `ICY 200 OK` is an answer."""
_LENGTH = re.compile(rb"\ncontent-length *: *([0-9]{1,18})", re.I)


def request(path: str, host: str, protocol: str = "1.0") -> bytes:
    """The request's bytes; ``protocol`` is ``1.0``, ``1.0C`` or ``1.1`` (the latter two ask for the end)."""
    closing = "" if protocol == "1.0" else "Connection: close\r\n"
    head = f"GET {path} HTTP/{protocol[:3]}\r\nUser-Agent: {AGENT}\r\n{closing}Host: {host}\r\n\r\n"
    return head.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Page:
    """A whole reply."""

    status: int
    size: int
    """Bytes of the body as they came."""
    length: int | None
    """What Content-Length says; None: nothing."""
    digest: str
    """MD5 in hexadecimal, as far as Content-Length goes; empty if it was not asked for."""
    body: bytes
    """Empty if it was not to be kept."""
    head: bytes


class PageReader:
    """Takes a reply in pieces. Pure; raises :class:`CheckError` for what is no reply."""

    __slots__ = ("_body", "_digest", "_head", "_keep", "_left", "_rest", "_size", "length", "status")

    def __init__(self, *, keep: bool = False, digest: bool = False) -> None:
        self._keep = keep
        self._digest = hashlib.md5(usedforsecurity=False) if digest else None
        self._rest = b""
        """What came of the head so far."""
        self._head: bytes | None = None
        self._body = bytearray()
        self._size = 0
        self._left: int | None = None
        """What the digest may still take."""
        self.status: int = 0
        self.length: int | None = None

    def feed(self, data: bytes) -> None:
        """One more piece."""
        if self._head is None:
            data = self._begin(data)
        if self._head is None or not data:
            return
        self._size += len(data)
        if self._digest is not None:
            part = data if self._left is None else data[: self._left]
            self._digest.update(part)
            if self._left is not None:
                self._left -= len(part)
        if self._keep:
            if len(self._body) + len(data) > LONGEST_BODY:
                raise CheckError(bad(Code.CONTENT, f"the page is longer than {LONGEST_BODY} bytes"))
            self._body += data

    def _begin(self, data: bytes) -> bytes:
        """Until the head is whole; the result is what belongs to the body."""
        known = max(0, len(self._rest) - 3)
        self._rest = self._rest + data if self._rest else data
        end = _END_OF_HEAD.search(self._rest, known)
        head = self._rest if end is None else self._rest[: end.start()]
        if not self.status:
            self._read_status(head, whole=end is not None)
        if end is None:
            if len(head) > LONGEST_HEAD:
                raise CheckError(bad(Code.PROTOCOL, f"headers without end ({LONGEST_HEAD} bytes read)"))
            return b""
        self._head = head
        said = _LENGTH.search(head)
        if said is not None:
            self.length = self._left = int(said[1])
        rest, self._rest = self._rest[end.end() :], b""
        return rest

    def _read_status(self, head: bytes, *, whole: bool) -> None:
        found = _STATUS.match(head)
        if found is not None:
            self.status = int(found[1])
        elif whole or b"\n" in head or len(head) > 256:
            raise CheckError(bad(Code.PROTOCOL, f"no HTTP status line: {shown(head)}"))

    def finish(self) -> Page:
        """Nothing more comes."""
        if self._head is None:
            if not self._rest:
                raise CheckError(bad(Code.RESET, "the connection was closed without an answer"))
            raise CheckError(bad(Code.PROTOCOL, f"the answer ends within its headers: {shown(self._rest)}"))
        digest = "" if self._digest is None else self._digest.hexdigest()
        return Page(self.status, self._size, self.length, digest, bytes(self._body), self._head)


def shown(data: bytes, most: int = 40) -> str:
    """The first line, short and printable."""
    line = data.split(b"\n", 1)[0].rstrip(b"\r")
    text = line[:most].decode("latin-1").encode("unicode_escape").decode("ascii")
    return f"`{text}{'...' if len(line) > most else ''}`"


async def read_page(connection: Connection, asked: bytes, *, keep: bool = False, digest: bool = False) -> Page:
    """Ask and read to the end. Raises :class:`CheckError`."""
    reader = PageReader(keep=keep, digest=digest)
    await connection.send(asked)
    while data := await connection.receive():
        reader.feed(data)
    return reader.finish()
