"""``SMTP_CHECK``: does a mail server greet?"""

from __future__ import annotations

from standfast.api import (
    TARGET,
    Block,
    CheckError,
    CheckerType,
    CheckResult,
    Code,
    Keyword,
    Place,
    Record,
    Text,
    bad,
    checker_block,
    good,
    pacing,
)
from standfast.net.probe import Connection, connect
from standfast.net.webpage import shown
from standfast_checkers.network import NetworkChecker

HELO_NAME = "smtpchecker.keepalived.org"
LONGEST_REPLY = 64 * 1024
"""Bytes; RFC 5321 allows 512 for a line."""


class SmtpOptions(Record, frozen=True):
    """What is said in HELO."""

    helo_name: str = HELO_NAME


def _options(place: Place) -> SmtpOptions:
    return SmtpOptions(helo_name=place.settings.get("helo_name", HELO_NAME))


class Replies:
    """Cuts what a server says into replies (RFC 5321, 4.2.1). Pure."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> None:
        """One more piece. Raises :class:`CheckError` if a reply has no end."""
        self._data += data
        if len(self._data) > LONGEST_REPLY:
            raise CheckError(bad(Code.PROTOCOL, f"a reply without end ({LONGEST_REPLY} bytes read)"))

    def take(self) -> bytes | None:
        """The last line of the next whole reply; None: more is to come."""
        while (end := self._data.find(b"\n")) >= 0:
            line, self._data = self._data[:end].rstrip(b"\r"), self._data[end + 1 :]
            if not (line[:3].isdigit() and line[3:4] == b"-"):
                return line
        return None


class SmtpCheck(NetworkChecker):
    """Greeting, HELO, QUIT."""

    options: SmtpOptions
    declaration = CheckerType(
        checker_block(
            "SMTP_CHECK",
            "Good if the server greets with 220, answers HELO with 250, and QUIT with anything.",
            (
                Keyword("helo_name", Text("NAME"), "Name given in HELO.", "helo_name lb.example.com", HELO_NAME,
                        incomplete="skip"),
                *TARGET,
                *pacing(),
                Block("host", "One more server to greet, as a check of its own.", "host {\n    connect_port 25\n}",
                      (*TARGET, *pacing()), repeat="each", retired="a second SMTP_CHECK"),
            ),
        ),
        _options,
        nested="host",
        record=SmtpOptions,
    )  # fmt: skip

    async def look(self) -> CheckResult:
        """The whole conversation."""
        connection = await connect(self.target)
        try:
            replies = Replies()
            await _expect(connection, replies, b"220", "the greeting")
            await connection.send(f"HELO {self.options.helo_name}\r\n".encode("utf-8", "surrogateescape"))
            await _expect(connection, replies, b"250", "HELO")
            await connection.send(b"QUIT\r\n")
            await _next(connection, replies, "QUIT")
        finally:
            connection.close()
        return good("greeted")


async def _expect(connection: Connection, replies: Replies, code: bytes, to: str) -> None:
    line = await _next(connection, replies, to)
    if line[:3] == code:
        return
    if line[:3].isdigit():
        raise CheckError(bad(Code.STATUS, f"the answer to {to} is {shown(line, 60)}, not {code.decode()}"))
    raise CheckError(bad(Code.PROTOCOL, f"the answer to {to} is no SMTP reply: {shown(line)}"))


async def _next(connection: Connection, replies: Replies, to: str) -> bytes:
    while (line := replies.take()) is None:
        data = await connection.receive()
        if not data:
            raise CheckError(bad(Code.RESET, f"the connection was closed instead of an answer to {to}"))
        replies.feed(data)
    return line
