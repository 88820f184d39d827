"""JSON schemas of the documents that commands print, from the types that they are encoded from."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from standfast.cli.plugins import PluginsDocument
from standfast.config.plan import Plan
from standfast.config.render import CheckDocument
from standfast.config.shown import Shown
from standfast.control.protocol import DaemonStatus, ProcessStatus
from standfast.scripts.running import RunningScript
from standfast.simulation.verdicts import Report
from standfast.vrrp.standing import GroupStatus, ThingStatus
from standfast.vrrp.status import InstanceStatus

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: type, title: str) -> str:
    """The schema of one document."""
    return _written({"$schema": DIALECT, "title": title} | msgspec.json.schema(kind))


def status() -> str:
    """The document of ``status --json`` is put together from the answers of several processes."""
    kinds = (DaemonStatus, ProcessStatus, InstanceStatus, GroupStatus, ThingStatus, RunningScript)
    (daemon, process, instance, *_), parts = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    fields: dict[str, Any] = {
        "schema": {"const": "standfast.status/1"},
        "generated_at": {"type": "string", "format": "date-time"},
        "run_dir": {"type": "string"},
        "daemon": {"anyOf": [_some_of(daemon, parts, "DaemonStatus"), {"type": "null"}]},
        "processes": {"type": "object", "additionalProperties": _some_of(process, parts, "ProcessStatus")},
        "vrrp": {
            "type": "object",
            "properties": {
                "fresh": {"type": "boolean"},
                "turned_at": {"type": ["integer", "null"]},
                "age_s": {"type": ["number", "null"]},
                "instances": {"type": "array", "items": _some_of(instance, parts, "InstanceStatus")},
                "groups": {"type": "array", "items": {"$ref": "#/$defs/GroupStatus"}},
                "trackers": {"type": "array", "items": {"$ref": "#/$defs/ThingStatus"}},
                "notify": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
            "required": ["fresh", "instances"],
        },
        "virtual_servers": {"type": "array", "items": {"type": "object", "required": ["name", "up", "servers"]}},
        "targets": {"type": "array", "items": {"type": "object", "required": ["name", "state", "queue"]}},
        "providers": {"type": "array", "items": {"type": "object", "required": ["name", "instance", "state"]}},
        "notify_scripts": {"type": "array", "items": {"$ref": "#/$defs/RunningScript"}},
        "http": {"type": ["object", "null"]},
        "problems": {"type": "array", "items": {"type": "string"}},
    }
    needed = ["schema", "generated_at", "daemon", "processes", "vrrp", "problems"]
    document = {"$schema": DIALECT, "title": "standfast status --json", "type": "object", "properties": fields}
    return _written(document | {"required": needed, "$defs": parts})


def _some_of(reference: dict[str, Any], parts: dict[str, Any], name: str) -> dict[str, Any]:
    """A part that may lack fields: those of a process that does not answer are not known."""
    parts[name].pop("required", None)
    return reference


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


SCHEMAS = {
    "check-1.json": lambda: schema(CheckDocument, "standfast check --json"),
    "config-1.json": lambda: schema(Shown, "standfast config show --json"),
    "diff-1.json": lambda: schema(Plan, "standfast config diff --json"),
    "plugins-1.json": lambda: schema(PluginsDocument, "standfast plugins --json"),
    "simulate-1.json": lambda: schema(Report, "standfast simulate --json"),
    "status-1.json": status,
}
