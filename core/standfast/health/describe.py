"""What ``status`` shows of services and servers: plain data, times in ISO 8601, durations in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from standfast.clock import iso as _moment
from standfast.config.lvs_model import Checker
from standfast.contract.balancing import Counters, PoolStatistics
from standfast.health.present import standing, standing_of
from standfast.health.probe import Figures
from standfast.health.server import Origin, Server
from standfast.health.service import Service
from standfast.health.verdict import Standing, in_words


def describe_service(service: Service, *, plane: str, problem: str, counted: PoolStatistics | None) -> dict[str, Any]:
    """One service with its servers. ``plane``: what runs it; ``problem``: why it is not balanced as it should be."""
    config = service.config
    members = {} if counted is None else counted.members
    pool = service.pool()
    weights = {(member.address, member.port): member.weight for member in pool.members}
    described: dict[str, Any] = {
        "name": service.name,
        "protocol": config.protocol,
        "address": None if config.address is None else str(config.address),
        "port": config.port,
        "up": service.up,
        "since": _moment(service.since),
        "words": standing(service),
        "cause": service.cause,
        "serving": pool.serving,
        "weight": service.weight,
        "quorum": config.quorum,
        "hysteresis": config.hysteresis,
        "scheduler": config.scheduler,
        "method": config.forwarding.method,
        "backend": plane,
        "problem": problem,
        "panicking": service.panicking,
        "suspended": service.suspended,
        "servers": [
            describe_server(server, weights.get(server.key), members.get(server.label)) for server in service.servers
        ],
    }
    if config.sorry_server is not None:
        described["sorry_server"] = f"[{config.sorry_server.address}]:{config.sorry_server.port}"
    if counted is not None:
        described["statistics"] = _counters(counted.pool)
    return described


def describe_server(server: Server, programmed: int | None, counted: Counters | None) -> dict[str, Any]:
    """``programmed``: its weight in the data plane; None: it is not there."""
    described: dict[str, Any] = {
        "server": server.label,
        "state": state_of(server),
        "since": _moment(server.since),
        "words": standing_of(server),
        "cause": server.cause,
        "weight": server.weight,
        "programmed": programmed,
        "checks": [
            describe_check(checker, standing)
            for checker, standing in zip(server.config.checkers, server.standings, strict=True)
        ],
    }
    if server.config.dns_name:
        described["dns_name"] = server.config.dns_name
    if server.order_ends is not None:
        described["out_at"] = _moment(server.order_ends)
    if server.weight_ordered is not None:
        described["weight_ordered"] = server.weight_ordered
    if server.order_from is not None:
        described["order"] = _describe_origin(server.order_from)
    if server.weight_from is not None:
        described["weight_order"] = _describe_origin(server.weight_from)
    if counted is not None:
        described["statistics"] = _counters(counted)
    return described


def _describe_origin(origin: Origin) -> dict[str, str]:
    return {"since": _moment(origin.at), "by": origin.by, "why": origin.why}


def state_of(server: Server) -> str:
    """``up``, ``down``, or what was ordered."""
    return server.order or ("up" if server.alive else "down")


def describe_check(checker: Checker, standing: Standing) -> dict[str, Any]:
    """One checker with its last result in words."""
    last = standing.last
    described: dict[str, Any] = {
        "kind": checker.kind,
        "up": standing.up,
        "since": _moment(standing.since),
        "last": in_words(standing),
    }
    if last is not None:
        described |= {"code": last.code.value, "ms": round(last.duration / 1000, 3), "at": _moment(standing.last_at)}
        described |= {"details": last.details} if last.details else {}
    if standing.failures:
        described["failures"] = standing.failures
    return described


def describe_checks(figures: Figures, probes: int) -> dict[str, Any]:
    """The scheduler's own figures."""
    late = figures.lateness
    return {
        "probes": probes,
        "made": figures.made,
        "joined": figures.joined,
        "late_p50_ms": late.percentile(50) / 1000,
        "late_p99_ms": late.percentile(99) / 1000,
        "late_worst_ms": late.worst / 1000,
        "faulty": dict(figures.faulty),
        "kinds": {
            kind: {
                "good": tally.good,
                "bad": tally.bad,
                "none": tally.none,
                "durations": figures.durations[kind].describe(),
            }
            for kind, tally in figures.results.items()
        },
    }


def _counters(counters: Counters) -> dict[str, int]:
    """What is known."""
    known: Mapping[str, int | None] = msgspec.structs.asdict(counters)
    return {name: value for name, value in known.items() if value is not None}
