"""The three documents: JSON, statistics and data, of one configuration and what the VRRP process says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from standfast.config.model import Config, VrrpInstance
from standfast.config.tracking_model import TrackedProcess
from standfast.dumps.instance import Standing, data_of, stats_of, whole

Status = dict[str, Any]
"""What ``vrrp.status`` answers."""

_HEADINGS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Advertisements", (("Received", "advert_rcvd"), ("Sent", "advert_sent"))),
    ("", (("Became master", "become_master"), ("Released master", "release_master"))),
    ("Packet Errors", (("Length", "packet_len_err"), ("TTL", "ip_ttl_err"), ("Invalid Type", "invalid_type_rcvd"),
                       ("Advertisement Interval", "advert_interval_err"), ("Address List", "addr_list_err"))),
    ("Authentication Errors", (("Invalid Type", "invalid_authtype"), ("Type Mismatch", "authtype_mismatch"),
                               ("Failure", "auth_failure"))),
    ("Authentication Extension Errors", (("Missing", "auth_ext_missing"), ("Malformed", "auth_ext_malformed"),
                                         ("Unknown Key", "auth_ext_unknown_key"),
                                         ("Invalid HMAC", "auth_ext_invalid_hmac"), ("Stale", "auth_ext_stale"),
                                         ("Replay", "auth_ext_replay"))),
    ("Priority Zero", (("Received", "pri_zero_rcvd"), ("Sent", "pri_zero_sent"))),
)  # fmt: skip


def pairs(config: Config, status: Status) -> Iterator[tuple[VrrpInstance, Standing]]:
    """Instances that are configured and running, in the configuration's order."""
    standing = {each["name"]: each for each in status["instances"]}
    for instance in config.instances:
        if instance.name in standing:
            yield instance, standing[instance.name]


def as_json(config: Config, status: Status) -> bytes:
    """``json_version`` 1: an array of instances; 2: an object with it and the tracked processes."""
    instances = [
        {"data": data_of(instance, standing, config), "stats": stats_of(standing)}
        for instance, standing in pairs(config, status)
    ]
    document: Any = instances
    if config.global_defs.dumps.json_version == 2:
        document = {"vrrp": instances}
        if config.processes:
            document["track_process"] = [_process(each, status) for each in config.processes]
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def as_statistics(config: Config, status: Status) -> bytes:
    """Counters for people."""
    lines = []
    for instance, standing in pairs(config, status):
        lines.append(f"VRRP Instance: {instance.name}")
        stats = stats_of(standing)
        for heading, entries in _HEADINGS:
            if heading:
                lines.append(f"  {heading}:")
            indent = "    " if heading else "  "
            lines += [f"{indent}{label}: {stats[key]}" for label, key in entries]
    return "".join(f"{line}\n" for line in lines).encode()


def _process(process: TrackedProcess, status: Status) -> dict[str, Any]:
    thing: Status = next(
        (each for each in status["trackers"] if (each["kind"], each["name"]) == ("process", process.name)), {}
    )
    found: dict[str, Any] = {"process": process.command}
    if process.parameters:
        found["parameters"] = " ".join(process.parameters)
    found |= {"param_match": process.match, "min_processes": process.quorum}
    if process.quorum_max is not None:
        found["max_processes"] = process.quorum_max
    return found | {
        "current_processes": thing.get("value") or 0,
        "have_quorum": thing.get("good") is True,
        "weight": -process.weight if process.reverse else process.weight,
        "terminate_delay": whole(process.terminate_delay),
        "fork_delay": whole(process.fork_delay),
        "fork_delay_timer_running": False,
        "terminate_delay_timer_running": False,
        "full_command": process.full_command,
    }
