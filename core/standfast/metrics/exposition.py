"""From a picture of the daemon to the bytes that Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from prometheus_client import exposition as text_format
from prometheus_client.openmetrics import exposition as openmetrics

from standfast.config.health_model import Compat
from standfast.metrics import gen2brain, mehdy, own_daemon, own_health, own_vrrp
from standfast.metrics.own_vrrp import Document
from standfast.metrics.sheet import Declared, Sheet

OWN: Final[tuple[Declared, ...]] = (*own_daemon.DECLARED, *own_vrrp.DECLARED, *own_health.DECLARED)
TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def declared(compat: Iterable[Compat]) -> tuple[Declared, ...]:
    """Everything that may be said."""
    sets = {"mehdy": mehdy.DECLARED, "gen2brain": gen2brain.DECLARED}
    return (*OWN, *(each for name in compat for each in sets[name]))


def sheet_of(picture: Document, problems: Sequence[str], *, ready: bool, compat: Sequence[Compat]) -> Sheet:
    """Filled in."""
    sheet = Sheet(declared(compat))
    own_daemon.fill(sheet, picture, problems, ready=ready)
    own_vrrp.fill(sheet, picture["vrrp"])
    own_health.fill(sheet, picture)
    if "mehdy" in compat:
        mehdy.fill(sheet, picture["vrrp"])
    if "gen2brain" in compat:
        if "mehdy" in compat:  # `keepalived_up` is in both
            sheet.forget("keepalived_up")
        gen2brain.fill(sheet, picture)
    return sheet


def wants_openmetrics(accept: str) -> bool:
    """Does the client ask for it before plain text?"""
    kinds = [part.split(";")[0].strip() for part in accept.split(",")]
    return "application/openmetrics-text" in kinds


def rendered(sheet: Sheet, *, as_openmetrics: bool) -> bytes:
    """The bytes."""
    encode: Callable[[Any], bytes] = openmetrics.generate_latest if as_openmetrics else text_format.generate_latest
    return encode(sheet)
