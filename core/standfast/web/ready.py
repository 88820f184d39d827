"""Is this machine ready: is everything as it says, and has everything been looked at once? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]


def lacking(picture: Document, problems: Sequence[str]) -> list[str]:
    """What is in the way, in words; empty: ready."""
    return [*problems, *_processes(picture), *_instances(picture), *_services(picture), *_tracked(picture)]


def _processes(picture: Document) -> Iterator[str]:
    daemon = picture["daemon"]
    if daemon is None:
        return
    for name, process in picture["processes"].items():
        if process["state"] not in ("running", "stuck"):  # what is stuck is among the problems
            yield f"the {name} process is {process['state']}"
        elif name in ("vrrp", "health") and process["generation"] != daemon["generation"]:
            yield f"the {name} process runs by generation {process['generation']}, not {daemon['generation']}"


def _instances(picture: Document) -> Iterator[str]:
    for instance in picture["vrrp"]["instances"]:
        name, state = instance["name"], instance["state"]
        if state in ("INIT", "LEAVING", "UNKNOWN") or any(fault.get("pending") for fault in instance.get("faults", ())):
            yield f"{name} is {state}: {instance['cause']}"
        elif state == "MASTER":
            yield from _missing(name, instance, "addresses")
            yield from _missing(name, instance, "routing")
        elif instance.get("addresses_present"):
            yield f"{name} is {state}, but {instance['addresses_present'][0]} is on this machine"


def _missing(name: str, instance: Document, what: str) -> Iterator[str]:
    present = set(instance[f"{what}_present"])
    for each in instance[f"{what}_wanted"]:
        if each not in present:
            yield f"{name} is MASTER, but {each} is missing"
            return


def _services(picture: Document) -> Iterator[str]:
    for service in picture["virtual_servers"]:
        if service["suspended"]:
            continue
        for server in service["servers"]:
            for check in server["checks"]:
                if "code" not in check:
                    yield f"{check['kind']} of {server['server']} of {service['name']} has not run yet"


def _tracked(picture: Document) -> Iterator[str]:
    for thing in picture["vrrp"]["trackers"]:
        if thing["kind"] in ("check", "script") and thing["since"] is None:
            yield f"track_{thing['kind']} {thing['name']} has said nothing yet"
