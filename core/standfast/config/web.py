"""What ``global_defs`` says of listeners for HTTP, put together: who may be answered without a token."""

from __future__ import annotations

from msgspec import structs

from standfast.config import codes_web  # noqa: F401 - declares its codes
from standfast.config.findings import Findings
from standfast.config.health_model import DEFAULT_COMPAT, Listener, Service, Web
from standfast.config.settings import Settings

SERVES: dict[str, frozenset[Service]] = {
    "metrics_listen": frozenset(("metrics",)),
    "http_listen": frozenset(("metrics", "status")),
}


def build_web(defaults: Settings, findings: Findings) -> Web:
    """The listeners; one place named twice is one listener that serves both."""
    token = defaults.get("http_token")
    found: dict[tuple[object, ...], Listener] = {}
    for keyword, serves in SERVES.items():
        for value in defaults.all(keyword):
            place: Listener = value.value
            if token is None and _reached_by_others(place):
                message = f"`{keyword} {place.words}` can be reached from outside, and there is no `http_token`"
                hint = "listen on 127.0.0.1, or add `http_token file:/etc/standfast/token`"
                findings.error("SF4561", value.statement, message, hint=hint)
                continue
            known = found.get(place.place)
            both = serves if known is None else serves | known.serves
            found[place.place] = structs.replace(place, serves=both)
    if token is not None and all(listener.address is None for listener in found.values()):
        at = defaults.scalars["http_token"].statement
        findings.warning("SF4562", at, "no listener asks for `http_token`")
    compat = defaults.get("metrics_compat", DEFAULT_COMPAT)
    return Web(listeners=tuple(found.values()), token=token, compat=compat)


def _reached_by_others(listener: Listener) -> bool:
    return listener.address is not None and not listener.address.is_loopback
