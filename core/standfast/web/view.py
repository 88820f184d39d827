"""What the page shows: the picture without what only programs want. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

Document: TypeAlias = dict[str, Any]

EVENTS: Final = 30


def view(picture: Document, problems: Sequence[str], lacking: Sequence[str], events: Sequence[Document]) -> Document:
    """One document for all who look at the page."""
    daemon = picture["daemon"]
    return {
        "at": picture["generated_at"],
        "fresh": picture["vrrp"]["fresh"],
        "problems": list(problems),
        "lacking": [words for words in lacking if words not in problems],
        "version": "" if daemon is None else daemon["version"],
        "generation": None if daemon is None else daemon["generation"],
        "config": "" if daemon is None else daemon["config_file"],
        "instances": [_instance(instance) for instance in picture["vrrp"]["instances"]],
        "groups": [
            {name: group[name] for name in ("name", "state", "since", "cause", "members")}
            for group in picture["vrrp"]["groups"]
        ],
        "services": [_service(service) for service in picture["virtual_servers"]],
        "events": list(events),
    }


def _instance(instance: Document) -> Document:
    shown: Document = {name: instance[name] for name in ("name", "state", "since", "cause")}
    if "vrid" in instance:
        wanted, present = instance["addresses_wanted"], set(instance["addresses_present"])
        shown |= {name: instance[name] for name in ("vrid", "interface", "master", "master_priority", "priority")}
        shown["addresses"] = [{"address": each, "here": each in present} for each in wanted]
        shown["dual"] = None if instance["dual_master"] is None else instance["dual_master"]["address"]
    return shown


def _service(service: Document) -> Document:
    shown: Document = {
        name: service[name] for name in ("name", "up", "since", "words", "serving", "weight", "quorum", "problem")
    }
    shown["servers"] = [
        {
            **{name: server[name] for name in ("server", "state", "since", "words", "weight")},
            "checks": [{"kind": check["kind"], "up": check["up"], "last": check["last"]} for check in server["checks"]],
        }
        for server in service["servers"]
    ]
    return shown
