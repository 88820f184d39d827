"""``HTTP_GET`` and ``SSL_GET``: are the right pages served?"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from msgspec import structs

from standfast.api import (
    DROPPED,
    SECOND,
    TARGET,
    Block,
    CheckError,
    CheckerType,
    CheckResult,
    Choice,
    Code,
    Declaration,
    Dropped,
    Keyword,
    Place,
    Record,
    Surroundings,
    Switch,
    Target,
    Text,
    TlsCredentials,
    bad,
    checker_block,
    pacing,
)
from standfast.net.probe import connect
from standfast.net.tls import TlsSetting, days_left, secure
from standfast.net.webpage import Page, read_page, request
from standfast_checkers.network import NetworkChecker
from standfast_checkers.rounds import Rounds
from standfast_checkers.url import TLS_COMPLIANT, URL, Url, url_of

PAUSE_S = 3
"""Default of `delay_before_retry` here."""

_PACING = pacing(pause=str(PAUSE_S))
_OWN = (
    *TARGET,
    *_PACING,
    replace(next(keyword for keyword in _PACING if keyword.name == "retry"), name="nb_get_retry", field="retry",
            doc="Old name of `retry`.", example="nb_get_retry 3", retired="retry"),
    Keyword("virtualhost", Text("NAME"), "Host header of all requests.", "virtualhost www.example.com",
            "the real server's, else the virtual server's, else address and port", incomplete="skip"),
    Keyword("http_protocol", Choice({"1.0": "1.0", "1.0C": "1.0C", "1.0c": "1.0C", "1.1": "1.1"}), "Version of the "
            "request; 1.0C and 1.1 ask for the connection to be closed.", "http_protocol 1.1", "1.0",
            incomplete="skip"),
    Keyword("enable_sni", Switch(), "Name the host in the TLS handshake.", "enable_sni", "off"),
    Keyword("sni_name", Text("NAME", least=0), "That name; switches `enable_sni` on.", "sni_name www.example.com",
            "`virtualhost` of url, checker or virtual server"),
    Keyword("fast_recovery", Switch(), "Check all urls at once at the start and after a failure, not one in each "
            "`delay_loop`.", "fast_recovery", "off"),
)  # fmt: skip


class HttpOptions(Record, frozen=True):
    """What is asked for. Times are microseconds."""

    urls: tuple[Url, ...]
    tls: TlsSetting | None = None
    """None: without TLS."""
    protocol: Literal["1.0", "1.0C", "1.1"] = "1.0"
    fast_recovery: bool = False
    retry: int = 1
    """This and the times as in the pace: the checker keeps its own count, to know which page is next."""
    delay_loop: int = 60 * SECOND
    delay_before_retry: int = 3 * SECOND


def _options(place: Place) -> HttpOptions | Dropped:
    tls = place.statement.keyword.text == "SSL_GET"
    blocks = place.settings.blocks.get("url", ())
    urls = [url for block in blocks if (url := url_of(block, place, tls=tls)) is not None]
    if not urls:
        if not blocks:
            name = place.statement.keyword.text
            hint = "add `url {`, `path /`, `}` on three lines"
            place.findings.error("SF4501", place.statement, f"`{name}` without `url` is left out", hint=hint)
        return DROPPED
    if not tls:
        _pointless(place)
    pace = place.pace
    return HttpOptions(
        urls=tuple(urls),
        tls=_tls(place) if tls else None,
        protocol=place.settings.get("http_protocol", "1.0"),
        fast_recovery=place.settings.get("fast_recovery", False),
        retry=pace.retry,
        delay_loop=pace.delay_loop,
        delay_before_retry=pace.delay_before_retry,
    )


def _tls(place: Place) -> TlsSetting:
    """The certificate is verified only if the check says so: keepalived never does, whatever `SSL` says."""
    get, shown = place.settings.get, place.credentials or TlsCredentials()
    verify = get("verify", bool(get("ca")))
    return TlsSetting(
        verify=verify,
        ca=(get("ca") or shown.ca) if verify else "",
        certificate=shown.certificate,
        key=shown.key,
        password=shown.password,
    )


def _pointless(place: Place) -> None:
    for name in ("enable_sni", "sni_name"):
        if name in place.settings.scalars:
            at = place.settings.scalars[name].statement
            place.findings.warning("SF4504", at, f"`{name}` counts only in `SSL_GET`: here there is no TLS")


VERIFY = (
    Keyword("verify", Switch(), "The server's certificate must be valid, signed by somebody who is trusted, and for "
            "the name that is asked for: `sni_name`, `virtualhost`, or the address. keepalived verifies nothing.",
            "verify", "off, unless `ca` is given", ours=True),
    Keyword("ca", Text("FILE"), "Whom to trust; a directory ends with `/`. Switches `verify` on.",
            "ca /etc/ssl/certs/ca-certificates.crt", "`ca` of `SSL`, else this host's certificates", ours=True),
)  # fmt: skip


def _checker(name: str, doc: str, more: tuple[Declaration, ...], url: Block) -> CheckerType:
    example = f"{name} {{\n    url {{\n        path /health\n    }}\n}}"
    block = checker_block(name, doc, (*_OWN, *more, url), example)
    return CheckerType(block, _options, delay_before_retry=PAUSE_S * SECOND, record=HttpOptions)


class HttpGet(NetworkChecker):
    """Asks for one page of several in turn."""

    options: HttpOptions
    declaration = _checker(
        "HTTP_GET",
        "Good if every url answers over HTTP as it should. Urls are checked in turn, one in each `delay_loop`.",
        (),
        URL,
    )

    def __init__(self, options: HttpOptions, target: Target | None, surroundings: Surroundings) -> None:
        super().__init__(options, target, surroundings)
        self._rounds = Rounds(
            pages=len(options.urls),
            patience=options.retry + 1,
            fast=options.fast_recovery,
            loop=options.delay_loop,
            pause=options.delay_before_retry,
        )
        self._pages = [_Asked(url, options, self.target) for url in options.urls]

    async def look(self) -> CheckResult:
        """Ask for the page whose turn it is."""
        page = self._pages[self._rounds.page]
        try:
            reply, details = await self._ask(page)
            result = page.judged(reply)
            result = structs.replace(result, details=result.details | details) if details else result
        except CheckError as ended:
            result = ended.result
        if result.verdict == "none":
            return result
        step = self._rounds.answered() if result.verdict == "good" else self._rounds.failed()
        if step.verdict == result.verdict and step.again_after is None:
            return result
        return structs.replace(result, verdict=step.verdict, again_after=step.again_after)

    async def _ask(self, page: _Asked) -> tuple[Page, dict[str, str | int | float]]:
        connection = await connect(self.target)
        try:
            setting = self.options.tls
            if setting is None:
                return await read_page(connection, page.request, keep=page.keep, digest=page.digest), {}
            context = self.surroundings.tls_context(("tls", setting), setting.context)
            connection = above = await secure(connection, context, page.name_for_tls)
            details = _expiry(above.certificate())
            reply = await read_page(above, page.request, keep=page.keep, digest=page.digest)
            if page.url.tls_compliant:
                above.say_goodbye()
            return reply, details
        finally:
            connection.close()


def _expiry(certificate: bytes) -> dict[str, str | int | float]:
    days = days_left(certificate) if certificate else None
    return {} if days is None else {"certificate_days": days}


class SslGet(HttpGet):
    """The same over TLS."""

    declaration = _checker(
        "SSL_GET",
        "As HTTP_GET over TLS. The server's certificate is verified only with `verify` or `ca`; its expiry is shown.",
        (TLS_COMPLIANT, *VERIFY),
        replace(URL, keywords=(*URL.keywords, TLS_COMPLIANT)),
    )


class _Asked:
    """One url, ready to be asked for and judged."""

    def __init__(self, url: Url, options: HttpOptions, target: Target) -> None:
        self.url = url
        address = f"[{target.address}]" if target.address.family == 6 else str(target.address)
        self.request = request(url.path, url.virtualhost or f"{address}:{target.port}", options.protocol)
        self.digest = bool(url.digest)
        self.keep = bool(url.regex)
        self.name_for_tls = url.sni_name
        if options.tls is not None and options.tls.verify and not url.sni_name:
            self.name_for_tls = _host_of(url.virtualhost) or str(target.address)
        self._pattern: PagePattern | None = None
        if url.regex:
            from standfast_checkers.pattern import PagePattern

            self._pattern = PagePattern(url.regex, url.regex_options, url.regex_min_offset, url.regex_max_offset)

    def judged(self, page: Page) -> CheckResult:
        """Status, digest, pattern, in this order."""
        url = self.url
        details: dict[str, str | int | float] = {"status": page.status}
        if page.length is not None and page.length != page.size:
            details["wrong_length"] = f"{page.length} said, {page.size} sent"
        if not any(low <= page.status <= high for low, high in url.status_codes):
            return bad(Code.STATUS, f"status {page.status} for {url.path}", details=details)
        if url.digest and page.digest != url.digest:
            return bad(Code.CONTENT, f"digest {page.digest} for {url.path}, not {url.digest}", details=details)
        if self._pattern is not None:
            wrong = self._searched(page.body)
            if wrong:
                return bad(Code.CONTENT, f"{wrong} in {url.path}", details=details)
        return CheckResult(verdict="good", code=Code.OK, words=f"status {page.status} for {url.path}", details=details)

    def _searched(self, body: bytes) -> str:
        """What is wrong with the body; empty: nothing."""
        from standfast_checkers.pattern import PatternError

        assert self._pattern is not None  # noqa: S101 - only called with one
        try:
            found = self._pattern.found(body)
        except PatternError as error:
            return f"the pattern gave up ({error})"
        if found == self.url.regex_no_match:
            return "what must not be there was found" if found else "the pattern was not found"
        return ""


def _host_of(virtualhost: str) -> str:
    """Without a port."""
    if virtualhost.startswith("["):
        return virtualhost[1:].partition("]")[0]
    host, colon, port = virtualhost.rpartition(":")
    return host if colon and port.isdigit() and ":" not in host else virtualhost
