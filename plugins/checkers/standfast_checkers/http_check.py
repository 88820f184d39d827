"""``HTTP_CHECK``, ours: one request with everything that today's services want, and what its answer must be."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import trio

from standfast.api import (
    DROPPED,
    SECOND,
    TARGET,
    CheckError,
    CheckerType,
    CheckResult,
    Code,
    Custom,
    Dropped,
    Integer,
    Keyword,
    Place,
    Reader,
    Record,
    Seconds,
    Surroundings,
    Switch,
    Target,
    Text,
    Words,
    bad,
    checker_block,
    pacing,
    seconds,
)
from standfast.net.tls import TlsSetting, days_left
from standfast_checkers import jsonpath
from standfast_checkers.network import NetworkChecker
from standfast_checkers.url import status_codes

AGENT = "standfast"
LONGEST_ANSWER = 16 * 1024 * 1024
"""Bytes on the wire."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class HttpCheckOptions(Record, frozen=True):
    """The request, and what the answer must be."""

    path: str = "/"
    method: str = "GET"
    virtualhost: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    tls: TlsSetting | None = None
    sni_name: str = ""
    http2: bool = False
    status_codes: tuple[tuple[int, int], ...] = ((200, 299),)
    text: tuple[str, ...] = ()
    """Each must stand in the answer."""
    json: tuple[tuple[str, str | None], ...] = ()
    """Query and value; None: anything but nothing."""
    max_latency: int = 0
    """Microseconds from connecting to the end of the answer; 0: no limit."""
    max_redirects: int = 0


def method(words: Words, reader: Reader) -> str | Dropped:
    """A token (RFC 9110, 9.1)."""
    if _TOKEN.fullmatch(words[0].text):
        return words[0].text
    return reader.refuse("SF6602", words[0], f"`{words[0].text}` is no method; GET is used", "write `GET` or `HEAD`")


def header(words: Words, reader: Reader) -> tuple[str, str] | Dropped:
    """A name, with or without its colon, and a value."""
    name = words[0].text.removesuffix(":")
    if not _TOKEN.fullmatch(name):
        return reader.refuse("SF6602", words[0], f"`{name}` is no name of a header; the line is ignored")
    if name.lower() == "host":
        return reader.refuse("SF6602", words[0], "the Host header is set by `virtualhost`; the line is ignored")
    value = " ".join(word.text for word in words[1:])
    if any(ord(character) < 32 for character in value):
        return reader.refuse("SF6602", words[1], "a header's value must not have control characters")
    return name, value


def json_query(words: Words, reader: Reader) -> tuple[str, str | None] | Dropped:
    """A query, and perhaps a value."""
    try:
        jsonpath.parsed(words[0].text)
    except ValueError as error:
        hint = "write it like `$.status` or `$.checks[0].name`"
        message = f"`{words[0].text}` cannot be looked for: {error}; the line is ignored"
        return reader.refuse("SF6603", words[0], message, hint)
    return words[0].text, words[1].text if len(words) > 1 else None


_CODES = Custom("CODE|LOW-HIGH ...", status_codes)
KEYWORDS = (
    Keyword("path", Text("PATH"), "What to ask for.", "path /health?deep=1", "/", ours=True),
    Keyword("method", Custom("METHOD", method, most=1), "The request's method.", "method HEAD", "GET", ours=True),
    Keyword("header", Custom("NAME VALUE", header, least=2), "One more header of the request.",
            'header Authorization "Bearer s3cret"', "none", repeat="each", ours=True),
    Keyword("body", Text("TEXT"), "Body of the request.", 'body "ping"', "none", ours=True),
    Keyword("virtualhost", Text("NAME"), "Host header, and whom the certificate must be for.",
            "virtualhost www.example.com", "the real server's, else the virtual server's, else address and port",
            incomplete="skip", ours=True),
    Keyword("tls", Switch(), "Ask over TLS; the certificate is verified.", "tls", "off", ours=True),
    Keyword("sni_name", Text("NAME"), "Name for the TLS handshake.", "sni_name www.example.com", "`virtualhost`",
            ours=True),
    Keyword("verify", Switch(), "The certificate must be valid, for the name, and signed by somebody who is trusted.",
            "verify off", "on", ours=True),
    Keyword("ca", Text("FILE"), "Whom to trust; a directory ends with `/`.", "ca /etc/ssl/certs/own.pem",
            "this host's certificates", ours=True),
    Keyword("certificate", Text("FILE"), "Certificate to show, with its key or beside it.",
            "certificate /etc/standfast/client.pem", "none", ours=True),
    Keyword("key", Text("FILE"), "Key of the certificate.", "key /etc/standfast/client.key", "in `certificate`",
            ours=True),
    Keyword("http2", Switch(), "It must be HTTP/2; without `tls` it is spoken without asking.", "http2", "off",
            ours=True),
    Keyword("status_code", _CODES, "Status codes that are good; given several times, all count.",
            "status_code 200 204", "200-299", repeat="each", ours=True),
    Keyword("expect_text", Text("TEXT"), "It must stand in the answer; given several times, all of them.",
            'expect_text "all systems go"', "not looked for", repeat="each", ours=True),
    Keyword("expect_json", Custom("QUERY [VALUE]", json_query, most=2), "The answer is JSON, and has this value at "
            "this place: a singular query of JSONPath (RFC 9535), as `$.checks[0].name`. Without a value anything may "
            "stand there.", "expect_json $.status ok", "not looked for", repeat="each", ours=True),
    Keyword("max_latency", Seconds(1000, 3600 * SECOND), "Longer from connecting to the end of the answer is bad.",
            "max_latency 0.5", "no limit", ours=True),
    Keyword("max_redirects", Integer(0, 20), "How many redirects to follow, all of them on this server.",
            "max_redirects 2", "0: a redirect is an answer like any other", ours=True),
)  # fmt: skip


_SHARED = tuple(replace(keyword, ours=True) for keyword in (*TARGET, *pacing()))
"""As in the checkers that keepalived has, but no keyword of its."""


def _options(place: Place) -> HttpCheckOptions | Dropped:
    settings = place.settings
    get = settings.get
    if not str(get("path", "/")).startswith("/"):
        at = settings.scalars["path"].statement
        place.findings.error("SF6602", at, f"the path `{get('path')}` does not begin with `/`; the check is left out")
        return DROPPED
    if not get("tls", False):
        _pointless(place)
    return HttpCheckOptions(
        path=get("path", "/"),
        method=get("method", "GET"),
        virtualhost=get("virtualhost") or place.virtualhosts[0],
        headers=tuple(value.value for value in settings.all("header")),
        body=get("body", ""),
        tls=_tls(place) if get("tls", False) else None,
        sni_name=get("sni_name", ""),
        http2=get("http2", False),
        status_codes=tuple(pair for value in settings.all("status_code") for pair in value.value) or ((200, 299),),
        text=tuple(value.value for value in settings.all("expect_text")),
        json=tuple(value.value for value in settings.all("expect_json")),
        max_latency=get("max_latency", 0),
        max_redirects=get("max_redirects", 0),
    )


def _tls(place: Place) -> TlsSetting:
    get = place.settings.get
    return TlsSetting(
        verify=get("verify", True),
        ca=get("ca", "") if get("verify", True) else "",
        certificate=get("certificate", ""),
        key=get("key", ""),
        protocols=("h2", "http/1.1") if get("http2", False) else ("http/1.1",),
    )


def _pointless(place: Place) -> None:
    for name in ("sni_name", "verify", "ca", "certificate", "key"):
        if name in place.settings.scalars:
            at = place.settings.scalars[name].statement
            place.findings.warning("SF4504", at, f"`{name}` counts only with `tls`", hint="add `tls`")


class HttpCheck(NetworkChecker):
    """One request by httpx."""

    options: HttpCheckOptions
    declaration = CheckerType(
        checker_block(
            "HTTP_CHECK",
            "One request over HTTP/1.1 or HTTP/2: method, headers, body, TLS with verified certificates; the answer's "
            "status, text, JSON and latency are looked at.",
            (*_SHARED, *KEYWORDS),
            "HTTP_CHECK {\n    path /health\n    expect_json $.status ok\n}",
            ours=True,
        ),
        _options,
        record=HttpCheckOptions,
    )

    def __init__(self, options: HttpCheckOptions, target: Target | None, surroundings: Surroundings) -> None:
        super().__init__(options, target, surroundings)
        self._queries = [(query, jsonpath.parsed(query), value) for query, value in options.json]
        address = f"[{self.target.address}]" if self.target.address.family == 6 else str(self.target.address)
        scheme = "https" if options.tls else "http"
        # Large modules, and only the process that checks needs them: here, so that no check waits for them.
        import httpx  # noqa: F401

        import standfast_checkers.client  # noqa: F401

        self._url = f"{scheme}://{options.virtualhost or f'{address}:{self.target.port}'}{options.path}"

    async def look(self) -> CheckResult:
        """Ask once."""
        limit = self.options.max_latency
        with trio.CancelScope() as scope:
            if limit:
                scope.deadline = trio.current_time() + limit / SECOND
            return await self._ask()
        return bad(Code.TIMEOUT, f"no whole answer within {seconds(limit)} (`max_latency`)")

    async def _ask(self) -> CheckResult:
        import httpx

        from standfast_checkers.client import Backend, Transport, broken

        options = self.options
        setting = options.tls or (TlsSetting(verify=True) if options.max_redirects else None)
        context = setting and self.surroundings.tls_context(("tls", setting), setting.context)
        try:
            url = httpx.URL(self._url)
        except httpx.InvalidURL as error:
            raise CheckError(bad(Code.PROTOCOL, f"{self._url} is no URL: {error}")) from error
        port = url.port or (443 if options.tls else 80)
        backend = Backend(self.target, url.raw_host.decode(), port, LONGEST_ANSWER)
        transport = Transport(backend, context or None, http2=options.http2, tls=options.tls is not None)
        follow = options.max_redirects > 0
        async with httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=follow,
            max_redirects=options.max_redirects or 1,
            timeout=None,  # noqa: S113 - each wait is limited by the target's connect_timeout
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
        ) as client:
            extensions = {"sni_hostname": options.sni_name} if options.sni_name else {}
            request = client.build_request(
                options.method,
                url,
                headers=list(options.headers),
                content=options.body.encode("utf-8", "surrogateescape") if options.body else None,
                extensions=extensions,
            )
            try:
                response = await client.send(request, stream=True)
                body = await self._body(response)
                await response.aclose()
            except httpx.TooManyRedirects as error:
                raise CheckError(bad(Code.STATUS, f"more than {options.max_redirects} redirects")) from error
            except httpx.HTTPError as error:
                raise broken(error) from error
            result = self._judged(response.status_code, response.http_version, body)
        days = days_left(backend.certificate) if backend.certificate else None
        if days is not None:
            result.details["certificate_days"] = days
        return result

    async def _body(self, response: Any) -> bytes:
        """Whole; kept only if it is looked at."""
        keep = bool(self.options.text or self.options.json)
        body = bytearray()
        async for piece in response.aiter_raw():
            if keep:
                body += piece
        return bytes(body)

    def _judged(self, status: int, version: str, body: bytes) -> CheckResult:
        """Status, version, text, JSON, in this order."""
        options = self.options
        details: dict[str, str | int | float] = {"status": status, "version": version}
        if not any(low <= status <= high for low, high in options.status_codes):
            return bad(Code.STATUS, f"status {status} for {options.path}", details=details)
        if options.http2 and version != "HTTP/2":
            return bad(Code.PROTOCOL, f"answered by {version}, not HTTP/2", details=details)
        for text in options.text:
            if text.encode("utf-8", "surrogateescape") not in body:
                return bad(Code.CONTENT, f"`{text}` does not stand in {options.path}", details=details)
        wrong = self._json(body) if self._queries else ""
        if wrong:
            return bad(Code.CONTENT, wrong, details=details)
        return CheckResult(verdict="good", code=Code.OK, words=f"status {status} for {options.path}", details=details)

    def _json(self, body: bytes) -> str:
        """What is wrong with the document; empty: nothing."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError) as error:
            return f"the answer is no JSON: {error}"
        for query, steps, value in self._queries:
            found = jsonpath.value_at(document, steps)
            if found is jsonpath.MISSING:
                return f"there is no {query} in the answer"
            if value is not None and not jsonpath.is_value(found, value):
                shown = json.dumps(found, ensure_ascii=False)
                return f"{query} is {shown if len(shown) < 60 else shown[:57] + '...'}, not {value}"
        return ""
