"""Orders from ``health.ctl`` that are about servers and checks."""

from __future__ import annotations

from typing import Final

from standfast import clock
from standfast.control.protocol import Outcome, Request
from standfast.health.balancing import BalancingPart
from standfast.health.orders import Unknown, order, server_named, services_named
from standfast.health.server import Server
from standfast.health.service import Service
from standfast.health.verdict import in_words
from standfast.values import SECOND, seconds

PATIENCE_S: Final = 10.0
"""For checks that are made at once."""


async def obey(part: BalancingPart, request: Request) -> Outcome | None:
    """Do it; None: it is not for us."""
    try:
        if request.do == "server":
            return Outcome(ok=True, words=_about_server(part, request))
        if request.do == "check":
            return await _check_now(part, request)
    except (Unknown, ValueError) as error:
        return Outcome(ok=False, words=str(error))
    return None


def _about_server(part: BalancingPart, request: Request) -> str:
    lines = []
    services = services_named(part.books, request.service)
    for service in services:
        server = server_named(service, request.server)
        within = None if request.within_s is None else round(request.within_s * SECOND)
        now = clock.now()
        lines.append(order(part.books, request.action, service, server, now=now, amount=request.amount, within=within))
    part.drains_changed()
    return "\n".join(lines)


async def _check_now(part: BalancingPart, request: Request) -> Outcome:
    chosen = [
        (service, server)
        for service in services_named(part.books, request.service)
        for server in ([server_named(service, request.server)] if request.server else service.servers)
    ]
    probes = {probe.key: probe for service, server in chosen for probe in part.probes_of(service, server.label)}
    late = await part.scheduler.check_now(probes.values(), patience_s=PATIENCE_S)
    lines = [_line(service, server) for service, server in chosen]
    lines += [f"{probe.label}: no answer within {PATIENCE_S:.0f} s" for probe in late]
    well = not late and all(server.healthy for _, server in chosen)
    return Outcome(ok=well, words="\n".join(lines) or "there is nothing to check")


def _line(service: Service, server: Server) -> str:
    checks = []
    for checker, standing in zip(server.config.checkers, server.standings, strict=True):
        took = "" if standing.last is None else f" ({seconds(standing.last.duration)})"
        checks.append(f"{checker.kind}: {in_words(standing)}{took}")
    state = server.order or ("up" if server.alive else "down")
    return f"{server.label} of {service.name} is {state}" + (f"; {'; '.join(checks)}" if checks else "; no checks")
