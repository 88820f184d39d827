"""Which data plane runs which service: the one asked for, else IPVS if the kernel has it, else nftables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from standfast.config.entrances import entrances_of
from standfast.config.lvs_model import Balancing, VirtualServer
from standfast.config.suggest import did_you_mean
from standfast.contract.balancing import Entrance, LoadBalancer, Objection
from standfast.health.telling import unique_names

PREFERENCE: Final = ("ipvs", "nftables")


@dataclass(slots=True)
class Choice:
    """What runs where, and what runs nowhere."""

    of: dict[str, str] = field(default_factory=dict)
    """Service -> data plane."""
    problems: dict[str, str] = field(default_factory=dict)
    """Service -> why it is not balanced, in words."""


def choose(balancing: Balancing, known: Mapping[str, type[LoadBalancer]]) -> Choice:
    """Decide for every service. Asks the kernel only of planes that come into question."""
    lacking = _Lacking(known)
    groups = {group.name: group for group in balancing.groups}
    services = list(zip(unique_names(balancing.virtual_servers), balancing.virtual_servers, strict=True))
    objections = {
        (name, plane): _objections(known[plane], service, entrances_of(service, groups))
        for name, service in services
        for plane in _in_question(service.backend or balancing.globals.backend, known)
    }
    choice = Choice()
    undecided = [name for name, service in services if not (service.backend or balancing.globals.backend)]
    default, why = _default(undecided, known, lacking, objections)
    for name, service in services:
        plane = service.backend or balancing.globals.backend or default
        problem = why if not plane else _problem(name, plane, known, lacking, objections)
        if problem:
            choice.problems[name] = problem
        else:
            choice.of[name] = plane
    return choice


def _objections(
    plane: type[LoadBalancer], service: VirtualServer, entrances: Sequence[Entrance]
) -> tuple[Objection, ...]:
    """A backend that fails on a service cannot run it; the others go on."""
    try:
        return tuple(plane.objections(service, entrances))
    except Exception as error:
        return (Objection(keyword="", words=f"its plugin raised {type(error).__name__}: {error}"),)


class _Lacking:
    """Asks each data plane once."""

    def __init__(self, known: Mapping[str, type[LoadBalancer]]) -> None:
        self._known = known
        self._said: dict[str, str] = {}

    def __call__(self, plane: str) -> str:
        if plane not in self._said:
            self._said[plane] = self._ask(plane)
        return self._said[plane]

    def _ask(self, plane: str) -> str:
        try:
            return self._known[plane].lacking()
        except Exception as error:
            return f"its plugin raised {type(error).__name__}: {error}"


def _in_question(asked_for: str, known: Mapping[str, type[LoadBalancer]]) -> Iterable[str]:
    return [plane for plane in ((asked_for,) if asked_for else PREFERENCE) if plane in known]


_Objections = Mapping[tuple[str, str], tuple[Objection, ...]]


def _default(
    undecided: list[str], known: Mapping[str, type[LoadBalancer]], lacking: _Lacking, objections: _Objections
) -> tuple[str, str]:
    """The first that works and has nothing against any of these services; else empty, and why."""
    if not undecided:
        return "", ""
    reasons = []
    for plane in PREFERENCE:
        if plane not in known:
            reasons.append(f"{plane}: no plugin brings it")
            continue
        why = lacking(plane)
        against = [f"{name}: {each.words}" for name in undecided for each in objections[name, plane]]
        if not why and not against:
            return plane, ""
        reasons.append(f"{plane}: {why or against[0]}")
    return "", "no data plane can balance: " + "; ".join(reasons)


def _problem(
    name: str, plane: str, known: Mapping[str, type[LoadBalancer]], lacking: _Lacking, objections: _Objections
) -> str:
    if plane not in known:
        return f"`lb_backend {plane}`: no plugin brings it. {did_you_mean(plane, known)}".rstrip()
    for objection in objections[name, plane]:
        return f"{plane}: {objection.words}"
    why = lacking(plane)
    return f"{plane}: {why}" if why else ""
