"""The block `webhook`, and what its settings mean."""

from __future__ import annotations

import re
from typing import get_args
from urllib.parse import urlsplit

from standfast.api import (
    DROPPED,
    SECOND,
    SECRET,
    AnyEvent,
    Block,
    Custom,
    Dropped,
    Keyword,
    Reader,
    Record,
    Seconds,
    Secret,
    Statement,
    Switch,
    TargetPlace,
    Text,
    Words,
    did_you_mean,
)
from standfast.net.tls import TlsSetting
from standfast_notifiers.webhook.body import CLOUDEVENTS, SHIPPED
from standfast_notifiers.webhook.words import ALERTS

KINDS = tuple(str(kind.__struct_config__.tag) for kind in get_args(AnyEvent))
STATEFUL = frozenset(str(kind.__struct_config__.tag) for kind in ALERTS) - {"lvs.check"}
"""What an alert can be made of."""
USUAL = frozenset(KINDS) - {"vrrp.remark", "vrrp.priority", "lvs.check"}


class HttpOptions(Record, frozen=True):
    """How a server is reached. Times in microseconds."""

    headers: tuple[tuple[str, str], ...] = ()
    token: Secret | None = None
    """``Authorization: Bearer``."""
    tls: TlsSetting = TlsSetting(verify=True)
    proxy: str = ""
    timeout: int = 10 * SECOND


class WebhookOptions(Record, frozen=True):
    """One target."""

    url: Secret
    method: str = "POST"
    template: str = CLOUDEVENTS
    content_type: str = ""
    events: frozenset[str] = USUAL
    hmac: Secret | None = None
    hmac_header: str = "X-Standfast-Signature-256"
    routing_key: Secret | None = None
    http: HttpOptions = HttpOptions()


_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def url(words: Words, reader: Reader) -> Secret | Dropped:
    """``https://...``, or where it stands, if it is a secret."""
    word = words[0]
    if word.text.startswith(("file:", "credential:")):
        read: Secret | Dropped = SECRET.read(words, reader)
        return read
    if problem := url_problem(word.text):
        return reader.refuse("SF6905", word, f"`{word.text}` {problem}")
    return Secret(text=word.text)


def url_problem(text: str) -> str:
    """What is wrong with a URL; empty: nothing."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        return f"is no URL: {error}"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "is no URL that begins with `http://` or `https://` and a host"
    return ""


def proxy(words: Words, reader: Reader) -> str | Dropped:
    """``http://HOST:PORT``."""
    problem = url_problem(words[0].text)
    return reader.refuse("SF6905", words[0], f"`{words[0].text}` {problem}") if problem else words[0].text


def header(words: Words, reader: Reader) -> tuple[str, str] | Dropped:
    """Name and value."""
    name = words[0].text.removesuffix(":")
    if not _TOKEN.fullmatch(name):
        return reader.refuse("SF3004", words[0], f"`{name}` is no name of a header")
    return name, " ".join(word.text for word in words[1:])


def events(words: Words, reader: Reader) -> frozenset[str]:
    """Kinds, or the part before the point."""
    found: set[str] = set()
    for word in words:
        chosen = {kind for kind in KINDS if word.text in ("all", kind)}
        chosen |= {kind for kind in USUAL if kind.partition(".")[0] == word.text}
        if not chosen:
            hint = did_you_mean(word.text, [*KINDS, "all"]) or f"there are: {', '.join(KINDS)}"
            reader.remark("SF6908", word, f"there is no event `{word.text}`; it is left out", hint)
        found |= chosen
    return frozenset(found)


def template(words: Words, reader: Reader) -> str | Dropped:
    """A name that comes with standfast, or a path."""
    text = words[0].text
    if text.startswith("/") or text in (CLOUDEVENTS, *SHIPPED):
        return text
    hint = did_you_mean(text, [CLOUDEVENTS, *SHIPPED]) or "write one of these, or a file's absolute path"
    known = ", ".join(f"`{name}`" for name in (CLOUDEVENTS, *SHIPPED))
    return reader.refuse("SF6907", words[0], f"there is no template `{text}`; there are {known}", hint)


HTTP = (
    Keyword("header", Custom("NAME VALUE ...", header, least=2), "One more header of the request.",
            "header X-Site north", "none", repeat="each"),
    Keyword("bearer_token", SECRET, "Sent as `Authorization: Bearer`.", "bearer_token file:/etc/standfast/token",
            "none"),
    Keyword("verify", Switch(), "Refuse a server whose certificate is not valid.", "verify off", "on"),
    Keyword("ca", Text("PATH"), "File (or, with `/` at its end, directory) with those who may have signed it.",
            "ca /etc/ssl/ours.pem", "this host's"),
    Keyword("certificate", Text("PATH"), "Certificate that is shown of us.", "certificate /etc/ssl/lb.pem", "none"),
    Keyword("key", Text("PATH"), "Its key.", "key /etc/ssl/lb.key", "in `certificate`"),
    Keyword("proxy", Custom("URL", proxy, most=1), "By way of this HTTP proxy; what the environment says of proxies "
            "does not count.", "proxy http://proxy.example.com:3128", "none"),
    Keyword("timeout", Seconds(SECOND // 10, 300 * SECOND), "How long one request may take in all.", "timeout 5", "10"),
)  # fmt: skip

URL = Custom("https://HOST/...|file:PATH|credential:NAME", url, most=1)

BLOCK = Block(
    "webhook",
    "A server that is told over HTTP what happens, as CloudEvents or by a template; what it does not take is sent "
    "again. Several notices go one by one, in order.",
    "webhook chat {\n    url https://chat.example.com/hooks/1\n    template slack\n}",
    (
        Keyword("url", URL, "Where to; one that is a secret itself may stand in a file.",
                "url https://example.com/events", "none: the block is left out"),
        Keyword("method", Text("METHOD", 16), "The request's.", "method PUT", "POST"),
        Keyword("template", Custom("cloudevents|alertmanager|slack|pagerduty|PATH", template, most=1),
                "How the body looks: CloudEvents 1.0, what Alertmanager (v2), Slack and its like or PagerDuty (Events "
                "v2) take, or a file's text with names such as `${summary}`.", "template slack", "cloudevents"),
        Keyword("content_type", Text("TYPE"), "Of the body.", "content_type text/plain", "that of the template"),
        Keyword("events", Custom("EVENT ...", events), "Which events are told: `vrrp`, `lvs`, `lvs.server`, ..., "
                "`all`.", "events vrrp lvs.quorum", "all but remarks, priorities and single checks; for alerts those "
                "that tell of a state", repeat="each"),
        Keyword("hmac_secret", SECRET, "Sign the body by HMAC-SHA256 with it.", "hmac_secret file:/etc/standfast/hmac",
                "none"),
        Keyword("hmac_header", Text("NAME"), "The header that has the signature, as `sha256=HEX`.",
                "hmac_header X-Hub-Signature-256", "X-Standfast-Signature-256"),
        Keyword("routing_key", SECRET, "PagerDuty's key of the integration.", "routing_key file:/etc/standfast/pd",
                "none"),
        *HTTP,
    ),
    header=Text("NAME"),
    repeat="each",
    ours=True,
)  # fmt: skip


def options_of(place: TargetPlace) -> WebhookOptions | Dropped:
    """Without a URL there is nobody to tell."""
    get = place.settings.get
    where = get("url")
    if where is None:
        return no_place(place.settings.statement, place, f"`webhook {place.name}` has no `url`; it is left out")
    kind = get("template", CLOUDEVENTS)
    chosen = [each.value for each in place.settings.all("events")]
    return WebhookOptions(
        url=where,
        method=get("method", "POST").upper(),
        template=kind,
        content_type=get("content_type", ""),
        events=frozenset().union(*chosen) if chosen else STATEFUL if kind in ("alertmanager", "pagerduty") else USUAL,
        hmac=get("hmac_secret"),
        hmac_header=get("hmac_header", "X-Standfast-Signature-256"),
        routing_key=get("routing_key"),
        http=http_options(place, where),
    )


def no_place(at: Statement | None, place: TargetPlace, message: str) -> Dropped:
    """Say that the block is left out."""
    if at is not None:
        place.findings.error("SF6905", at, message, hint="add `url https://...`")
    return DROPPED


def http_options(place: TargetPlace, *urls: Secret | None) -> HttpOptions:
    """Those keywords that all blocks with requests have."""
    get, scalars = place.settings.get, place.settings.scalars
    plain = all(each is None or each.text.startswith("http:") for each in urls)
    for name in ("verify", "ca", "certificate", "key"):
        if name in scalars and plain:
            place.findings.warning("SF6906", scalars[name].statement, f"`{name}` counts only with `https://`")
    if "key" in scalars and "certificate" not in scalars:
        place.findings.warning("SF6906", scalars["key"].statement, "`key` counts only with `certificate`")
    return HttpOptions(
        headers=tuple(each.value for each in place.settings.all("header")),
        token=get("bearer_token"),
        tls=TlsSetting(
            verify=get("verify", True), ca=get("ca", ""), certificate=get("certificate", ""), key=get("key", "")
        ),
        proxy=get("proxy", ""),
        timeout=get("timeout", 10 * SECOND),
    )
