"""How a service stands now, in words: who of its servers is up, what they weigh together, and what is needed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from standfast.health import quorum
from standfast.health.server import Server
from standfast.health.service import Service

NAMED: Final = 3
"""Servers of each kind that are named; the others are counted."""


def standing(service: Service) -> str:
    """``2 of 3 servers up; down: [10.0.0.2]:80; live servers weigh 2, needed: 2``."""
    config = service.config
    parts = [_counted(service), *_named(service)]
    parts.append(quorum.now_in_words(service.weight, config.quorum, config.hysteresis, up=service.up))
    if service.panicking:
        parts.append("so few are up that failed ones stay in (panic_threshold)")
    if service.suspended:
        parts.append("not checked while its address is not on this machine")
    return "; ".join(parts)


def standing_of(server: Server) -> str:
    """What keeps a server from counting; of one that counts, what made it so; empty if nothing ever did."""
    parts = ["" if server.healthy else server.why_unwell()]
    if server.order:
        origin = server.order_from
        parts.insert(0, f"{server.order} by order{'' if origin is None else origin}")
    return "; ".join(filter(None, parts)) or server.cause


def _counted(service: Service) -> str:
    up = sum(server.alive for server in service.servers)
    every = len(service.servers)
    if up == every:
        return "all servers up" if every > 1 else "its server is up"
    return f"{up} of {every} servers up"


def _named(service: Service) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for server in service.servers:
        state = server.order or ("" if server.alive else "down")
        if state:
            found.setdefault(state, []).append(server.label)
    for state in ("down", "disabled", "drained"):
        if names := found.get(state):
            rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            yield f"{state}: {', '.join(names[:NAMED])}{rest}"
