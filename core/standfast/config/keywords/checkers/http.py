"""``HTTP_GET`` and ``SSL_GET``: are the right pages served?"""

from __future__ import annotations

from dataclasses import replace

from standfast.config.keywords.checkers.common import TARGET, CheckerType, Place, checker_block, pacing
from standfast.config.keywords.checkers.url import TLS_COMPLIANT, URL, url_of
from standfast.config.kinds import DROPPED, Choice, Dropped, Switch, Text
from standfast.config.lvs_model import HttpOptions
from standfast.config.schema import Block, Declaration, Keyword

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
    return HttpOptions(
        urls=tuple(urls),
        tls=tls,
        protocol=place.settings.get("http_protocol", "1.0"),
        fast_recovery=place.settings.get("fast_recovery", False),
    )


def _pointless(place: Place) -> None:
    for name in ("enable_sni", "sni_name"):
        if name in place.settings.scalars:
            at = place.settings.scalars[name].statement
            place.findings.warning("SF4504", at, f"`{name}` counts only in `SSL_GET`: here there is no TLS")


def _checker(name: str, doc: str, more: tuple[Declaration, ...], url: Block) -> CheckerType:
    example = f"{name} {{\n    url {{\n        path /health\n    }}\n}}"
    block = checker_block(name, doc, (*_OWN, *more, url), example)
    return CheckerType(block, _options, delay_before_retry=PAUSE_S * 1_000_000)


HTTP_GET = _checker(
    "HTTP_GET",
    "Good if every url answers over HTTP as it should. Urls are checked in turn, one in each `delay_loop`.",
    (),
    URL,
)
SSL_GET = _checker(
    "SSL_GET",
    "As HTTP_GET over TLS. The server's certificate is not verified.",
    (TLS_COMPLIANT,),
    replace(URL, keywords=(*URL.keywords, TLS_COMPLIANT)),
)
