"""What is said to a relay (RFC 5321, STARTTLS of RFC 3207, AUTH of RFC 4954), on any trio stream.

A client of our own: the library that speaks SMTP well (aiosmtplib) runs on asyncio alone, and smtplib waits in
threads that no time-out can end.
"""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import trio

from standfast.api import SECOND, NotDelivered, seconds
from standfast_notifiers.reasons import reason
from standfast_notifiers.smtp.letter import mailbox

LONGEST_REPLY = 64 * 1024
_LINE = re.compile(rb"([2-5][0-9][0-9])([ -]?)(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole reply."""

    code: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.code} {self.lines[-1]}".strip()[:200]


class Replies:
    """Cuts what a relay says into replies. Pure."""

    def __init__(self) -> None:
        self._data = b""
        self._lines: list[str] = []
        self._heard = 0

    def feed(self, data: bytes) -> None:
        """One more piece. Raises :class:`NotDelivered` if a reply has no end."""
        self._data += data
        self._heard += len(data)
        if self._heard > LONGEST_REPLY:
            raise NotDelivered(f"the relay's reply has no end ({LONGEST_REPLY} bytes read)")

    def take(self) -> Reply | None:
        """The next whole reply; None: more is to come. Raises :class:`NotDelivered` for what is none."""
        while (end := self._data.find(b"\n")) >= 0:
            line, self._data = self._data[:end].rstrip(b"\r"), self._data[end + 1 :]
            found = _LINE.fullmatch(line)
            if found is None:
                shown = line[:60].decode("latin-1").encode("unicode_escape").decode("ascii")
                raise NotDelivered(f"the relay does not speak SMTP: `{shown}`")
            self._lines.append(found[3].decode("utf-8", "replace"))
            if found[2] != b"-":
                reply = Reply(int(found[1]), tuple(self._lines))
                self._lines, self._heard = [], len(self._data)
                return reply
        return None

    @property
    def left(self) -> bytes:
        """What has come and is no reply yet."""
        return self._data


class Dialogue:
    """One connection to a relay. Every wait ends after ``timeout`` microseconds; everything raises NotDelivered."""

    def __init__(self, stream: trio.abc.Stream, timeout: int) -> None:
        self.stream = stream
        self._timeout = timeout
        self._replies = Replies()
        self._offers: dict[str, str] = {}

    async def greeting(self) -> None:
        """The relay speaks first."""
        await self._expect("", 220, "the greeting", final=False)

    async def hello(self, name: str, *, extended: bool) -> None:
        """HELO, as keepalived says it, or EHLO, if the relay's extensions are needed."""
        word = "EHLO" if extended else "HELO"
        reply = await self._expect(f"{word} {name}", 250, word, final=False)
        offers = (line.partition(" ") for line in reply.lines[1:])
        self._offers = {keyword.upper(): more for keyword, _, more in offers}

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """From here on nobody listens. What came in the clear behind the answer is refused (CVE-2011-0411)."""
        if "STARTTLS" not in self._offers:
            raise NotDelivered("the relay offers no STARTTLS")
        await self._expect("STARTTLS", 220, "STARTTLS", final=False)
        if self._replies.left:
            raise NotDelivered("the relay has said more in the clear after STARTTLS")
        self.stream = await secured(self.stream, context, host, self._timeout)
        self._offers = {}

    async def log_in(self, user: str, password: str) -> None:
        """AUTH PLAIN, else LOGIN."""
        ways = self._offers.get("AUTH", "").upper().split()
        if "PLAIN" in ways:
            await self._expect(f"AUTH PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}", 235, "AUTH", final=False)
        elif "LOGIN" in ways:
            await self._expect("AUTH LOGIN", 334, "AUTH", final=False)
            await self._expect(_base64(user), 334, "AUTH", final=False)
            await self._expect(_base64(password), 235, "AUTH", final=False)
        else:
            raise NotDelivered("the relay offers neither AUTH PLAIN nor LOGIN")

    async def send(self, sender: str, recipients: Sequence[str], message: bytes) -> list[str]:
        """One mail. Who was refused, in words; raises if everybody was."""
        await self._expect(f"MAIL FROM:<{mailbox(sender)}>", 250, "MAIL FROM")
        refused: dict[str, Reply] = {}
        for each in recipients:
            reply = await self._ask(f"RCPT TO:<{mailbox(each)}>")
            if reply.code not in (250, 251):
                refused[mailbox(each)] = reply
        if len(refused) == len({mailbox(each) for each in recipients}):
            first, *_ = refused.values()
            raise _refusal(first, "RCPT TO", final=all(each.code >= 500 for each in refused.values()))
        await self._expect("DATA", 354, "DATA")
        await self._say(message)
        reply = await self._next()
        if reply.code != 250:
            raise _refusal(reply, "the mail", final=reply.code >= 500)
        return [f"{address}: {reply}" for address, reply in refused.items()]

    async def quit(self) -> None:
        """The mail is there; nobody minds how this ends."""
        with trio.move_on_after(1):
            try:
                await self._ask("QUIT")
            except NotDelivered:
                return

    async def _expect(self, line: str, code: int, to: str, *, final: bool = True) -> Reply:
        """``final``: a refusal for good (5xx) concerns this mail, not the relay."""
        reply = await self._ask(line) if line else await self._next()
        if reply.code != code:
            raise _refusal(reply, to, final=final and reply.code >= 500)
        return reply

    async def _ask(self, line: str) -> Reply:
        await self._say(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return await self._next()

    async def _say(self, data: bytes) -> None:
        with waiting(self._timeout):
            try:
                await self.stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
                raise NotDelivered("the relay has hung up") from error

    async def _next(self) -> Reply:
        while (reply := self._replies.take()) is None:
            with waiting(self._timeout):
                try:
                    data = bytes(await self.stream.receive_some(8192))
                except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
                    raise NotDelivered("the relay has hung up") from error
            if not data:
                raise NotDelivered("the relay has hung up")
            self._replies.feed(data)
        return reply


async def connected(host: str, port: int, timeout: int) -> trio.abc.Stream:  # noqa: ASYNC109 - microseconds
    """A connection to the relay, whichever of its addresses answers."""
    try:
        with waiting(timeout):
            stream = await trio.open_tcp_stream(host, port)
    except OSError as error:
        raise NotDelivered(f"cannot reach {host} port {port}: {_why(error)}") from error
    return stream


async def secured(
    stream: trio.abc.Stream,
    context: ssl.SSLContext,
    host: str,
    timeout: int,  # noqa: ASYNC109 - microseconds
) -> trio.abc.Stream:
    """TLS on top of it."""
    above = trio.SSLStream(stream, context, server_hostname=host, https_compatible=True)
    with waiting(timeout):
        try:
            await above.do_handshake()
        except trio.BrokenResourceError as error:
            raise NotDelivered(f"no TLS with {host}: {_tls_reason(error.__cause__ or error)}") from error
        except (ssl.SSLError, OSError, ValueError) as error:
            raise NotDelivered(f"no TLS with {host}: {_tls_reason(error)}") from error
    return above


@contextmanager
def waiting(timeout: int) -> Iterator[None]:
    """Raises :class:`NotDelivered` after so many microseconds."""
    try:
        with trio.fail_after(timeout / SECOND):
            yield
    except trio.TooSlowError:
        raise NotDelivered(f"no answer within {seconds(timeout)}") from None


def _refusal(reply: Reply, to: str, *, final: bool) -> NotDelivered:
    return NotDelivered(f"the relay's answer to {to} is `{reply}`", retry=not final)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def _why(error: OSError) -> str:
    """Trio wraps what each address said."""
    inner = error.__cause__
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    return reason(inner) or reason(error) or str(error)


def _tls_reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return str(error) or "the relay has hung up"
