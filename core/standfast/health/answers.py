"""Orders from ``health.ctl`` that are about servers and checks."""

from __future__ import annotations

from typing import Final

from standfast import clock
from standfast.control.protocol import Outcome, Request
from standfast.health.balancing import BalancingPart
from standfast.health.orders import Unknown, Wish, carry_out, order, server_named, services_named
from standfast.health.server import Origin, Server
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
    origin = Origin(clock.now(), request.by, request.why)
    within = None if request.within_s is None else round(request.within_s * SECOND)
    wish = Wish(request.action, origin, request.amount, within)
    services = services_named(part.books, request.service)
    taken_back = _taken_back(part, services, request.server) if request.action == "enable" else {}
    chosen = []
    for service in services:
        try:
            chosen.append((service, server_named(service, request.server)))
        except Unknown:
            if not taken_back:  # else it was about a server that is not there
                raise
    lines = list(taken_back.values())
    lines += [f"{server.label} of {service.name} {order(wish, server)}" for service, server in chosen]
    problem = part.orders.note(part.books.services)
    for service, server in chosen:
        carry_out(part.books, wish, service, server)
    part.drains_changed()
    by = f" (ordered by {request.by}{f': {request.why}' if request.why else ''})" if request.by else ""
    for line in lines:
        part.means.say("info", "lvs.orders", f"{line}{by}")
    return "\n".join([*lines, problem] if problem else lines)


def _taken_back(part: BalancingPart, services: list[Service], server: str) -> dict[str, str]:
    """Orders about a server that is not there at the moment (its name means other addresses): words by service."""
    forgotten = [(service.name, part.orders.forget(service, server)) for service in services]
    return {name: f"{label} of {name} will count when it is there again" for name, label in forgotten if label}


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
