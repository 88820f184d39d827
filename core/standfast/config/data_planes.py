"""Can the data plane that is asked for run a service? Told when a configuration is checked, on any machine."""

from __future__ import annotations

from collections.abc import Mapping

from standfast.config.entrances import entrances_of
from standfast.config.findings import Findings
from standfast.config.lvs_model import Group, LvsGlobals, VirtualServer
from standfast.config.settings import Settings
from standfast.config.suggest import did_you_mean
from standfast.config.tree import Statement
from standfast.containment import at_work
from standfast.contract.balancing import LoadBalancer

OURS = frozenset(("ipvs", "nftables"))
"""Those that come with standfast; one that is missing was said to be a broken plugin (SF5002)."""


def check_data_planes(
    services: list[tuple[Settings, VirtualServer]],
    defaults: Settings,
    groups: Mapping[str, Group],
    known: Mapping[str, type[LoadBalancer]],
    findings: Findings,
) -> None:
    """Complain of every service whose own or global `lb_backend` does not exist or cannot run it.

    Without `lb_backend` the kernel of the machine decides, which nobody knows here.
    """
    globally = defaults.get("lb_backend", "")
    if globally and globally not in known and globally not in OURS:
        _unknown(defaults.scalars["lb_backend"].statement, globally, known, findings)
    for block, service in services:
        at = block.statement
        if at is None:
            continue
        if service.backend and service.backend not in known and service.backend not in OURS:
            _unknown(block.scalars["lb_backend"].statement, service.backend, known, findings)
            continue
        plane = service.backend or globally
        if plane in known:
            try:
                with at_work(plane):
                    objections = list(known[plane].objections(service, entrances_of(service, groups)))
            except Exception as error:  # what a plugin does wrong is its own affair
                message = f"the plugin of `{plane}` fails on {service.name} ({type(error).__name__}: {error})"
                findings.error("SF6503", at, message, hint="tell who wrote the plugin")
                continue
            for objection in objections:
                where = block.seen.get(objection.keyword, at) if objection.keyword else at
                message = f"{service.name} cannot be balanced by {plane}: {objection.words}"
                findings.error("SF6502", where, message, hint=objection.hint)


def check_idle(
    services: list[tuple[Settings, VirtualServer]],
    defaults: Settings,
    settings: LvsGlobals,
    known: Mapping[str, type[LoadBalancer]],
    findings: Findings,
) -> None:
    """Complain of global settings that change nothing on a data plane that was chosen."""
    if defaults.statement is None:
        return  # nothing is set
    for plane in sorted({service.backend or settings.backend for _, service in services} & set(known)):
        try:
            with at_work(plane):
                idle = list(known[plane].idle(settings))
        except Exception as error:  # as above
            message = f"the plugin of `{plane}` fails on `global_defs` ({type(error).__name__}: {error})"
            findings.warning("SF6505", defaults.statement, message, hint="tell who wrote the plugin")
            continue
        for each in idle:
            message = f"`{each.keyword}` changes nothing on {plane}: {each.words}"
            findings.warning("SF6505", defaults.seen.get(each.keyword, defaults.statement), message, hint=each.hint)


def _unknown(at: Statement, name: str, known: Mapping[str, object], findings: Findings) -> None:
    hint = did_you_mean(name, known) or "known: " + (", ".join(f"`{each}`" for each in sorted(known)) or "none")
    findings.error("SF6501", at, f"there is no data plane called `{name}`; nothing is balanced by it", hint=hint)
