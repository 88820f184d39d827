"""Requests by httpx: one client for all targets with the same settings, and what each answer means."""

from __future__ import annotations

import datetime
import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import trio

from standfast.api import SECOND, CheckError, NotDelivered
from standfast_notifiers.reasons import reason
from standfast_notifiers.webhook.options import HttpOptions, url_problem

if TYPE_CHECKING:
    import ssl

    import httpx

AGENT = "standfast"
LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read; the rest is not wanted."""
FINAL = frozenset((400, 410, 413, 414, 415, 422, 431))
"""The target refuses this very message: to repeat it is no use. Any other status may be another one later."""


@dataclass(slots=True)
class _Shared:
    client: httpx.AsyncClient
    users: int = 0


_clients: dict[tuple[Any, ...], _Shared] = {}


@dataclass(slots=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(slots=True)
class Sender:
    """Sends for one target. Raises :class:`ValueError`, when made, for files that cannot be used."""

    options: HttpOptions
    _context: ssl.SSLContext = field(init=False)
    _token: str = field(init=False)
    _key: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        try:
            self._context = self.options.tls.context()
        except CheckError as error:
            raise ValueError(error.result.words) from error
        self._token = "" if self.options.token is None else self.options.token.read()

    async def send(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request. Raises :class:`NotDelivered` if there is no answer; an answer of any status is one."""
        import httpx

        given = dict(self.options.headers) | dict(headers or {})
        if self._token:
            given["Authorization"] = f"Bearer {self._token}"
        try:
            with trio.fail_after(self.options.timeout / SECOND):
                return await self._exchange(method, url, body, given)
        except trio.TooSlowError:
            raise NotDelivered(f"no answer within {self.options.timeout / SECOND:g} s") from None
        except httpx.InvalidURL as error:
            raise NotDelivered("the URL is none") from error
        except (httpx.HTTPError, httpx.StreamError, ValueError) as error:
            raise NotDelivered(in_words(error)) from error

    async def _exchange(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        from standfast_notifiers.webhook.content import Content

        client = self._client()
        request = client.build_request(method, url, headers=headers)
        if body:
            request.headers["Content-Length"] = str(len(body))
            request.stream = Content(body)
        response = await client.send(request, stream=True)
        read = bytearray()
        try:
            with trio.CancelScope() as enough:  # so ended, httpx's generators leave nothing half done
                async for piece in response.aiter_raw():
                    read += piece
                    if len(read) > LONGEST_ANSWER:
                        enough.cancel()
        finally:
            await response.aclose()
        return Answer(response.status_code, bytes(read[:LONGEST_ANSWER]), dict(response.headers))

    def _client(self) -> httpx.AsyncClient:
        import httpx

        token = trio.lowlevel.current_trio_token()
        key = (token, self.options.tls, self.options.proxy)
        shared = _clients.get(key)
        if shared is None:
            client = httpx.AsyncClient(
                verify=self._context,
                proxy=self.options.proxy or None,
                trust_env=False,
                follow_redirects=False,
                timeout=None,  # noqa: S113 - the whole request is limited
                headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
            )
            shared = _clients[key] = _Shared(client)
        if self._key is None:
            self._key = key
            shared.users += 1
        return shared.client

    async def close(self) -> None:
        """The last one closes the client."""
        key, self._key = self._key, None
        shared = _clients.get(key) if key is not None else None
        if shared is None or key is None:
            return
        shared.users -= 1
        if not shared.users:
            del _clients[key]
            await shared.client.aclose()


def checked_url(text: str) -> str:
    """A URL that was read from a file. Raises :class:`ValueError` without showing it."""
    if url_problem(text):
        raise ValueError("what stands where the URL should be is none: it begins with `http://` or `https://`")
    return text


def accepted(answer: Answer) -> None:
    """Raises :class:`NotDelivered` if the answer says that it was not taken."""
    if 200 <= answer.status < 300:
        return
    wish = retry_after(answer.headers.get("retry-after", ""), time.time())
    raise NotDelivered(f"answered {described(answer)}", retry=answer.status not in FINAL, retry_after_s=wish)


def described(answer: Answer) -> str:
    """Status and the beginning of what was said."""
    if 300 <= answer.status < 400:
        return f"{answer.status}: redirects are not followed"
    said = " ".join(answer.body[:120].decode("utf-8", "replace").split())
    return f"{answer.status}: {said}" if said and said.isprintable() else str(answer.status)


def retry_after(text: str, now: float) -> float | None:
    """Seconds that the header asks for (RFC 9110, 10.2.3); None: nothing that can be read."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        there = email.utils.parsedate_to_datetime(text)
        there = there if there.tzinfo else there.replace(tzinfo=datetime.UTC)
        return max(there.timestamp() - now, 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def in_words(error: Exception) -> str:
    """What httpx complains of: what is at the bottom of it, if that says something."""
    inner: BaseException | None = error
    words = str(error)
    while inner is not None:
        while isinstance(inner, BaseExceptionGroup):
            inner = inner.exceptions[0]
        words = getattr(inner, "verify_message", "") or reason(inner) or str(inner) or words
        inner = inner.__cause__ or inner.__context__
    return " ".join(str(words).split()) or type(error).__name__
