"""Which trackers keep their weight: members of a group must move together, and an owner has no weights at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from standfast.config.findings import Findings
from standfast.config.model import VrrpInstance
from standfast.config.tracking import Placed
from standfast.config.tracking_model import SyncGroup, Tracker

USUAL_FILE_WEIGHT = 1


def of_instance(
    placed: Sequence[Placed], instance: VrrpInstance, group: SyncGroup | None, findings: Findings
) -> tuple[Tracker, ...]:
    """The trackers that act on an instance by itself."""
    return tuple(_kept(placed, instance, group, findings))


def _kept(
    placed: Sequence[Placed], instance: VrrpInstance, group: SyncGroup | None, findings: Findings
) -> Iterator[Tracker]:
    why = ""
    if instance.owner:
        why = "priority 255 is never changed by weights"
    elif group is not None and not group.tracking_weight:
        why = f"the members of `{group.name}` change state together"
    for tracker, at in placed:
        if tracker.kind == "interface" and tracker.name == instance.interface:
            message = f"{instance.name}: `{tracker.name}` is the instance's own interface, which counts anyway; ignored"
            findings.error("SF4105", at, message, hint="remove the line")
        elif not why or tracker.weight == 0:
            yield tracker
        else:
            yield from _without_weight(tracker, Placed(tracker, at), why, instance, findings)


def _without_weight(
    tracker: Tracker, placed: Placed, why: str, instance: VrrpInstance, findings: Findings
) -> Iterator[Tracker]:
    """Interfaces of members, and files whose weight nobody set, go on with weight 0; the rest is dropped."""
    stays = tracker.kind == "interface" and not instance.owner
    stays = stays or (tracker.kind == "file" and tracker.weight == USUAL_FILE_WEIGHT)
    what = "it counts with weight 0 (FAULT while it is bad)" if stays else "the line is ignored"
    message = f"{instance.name}: {why}; `{tracker.name}` has weight {tracker.weight}, so {what}"
    if instance.owner:
        hint = "give the instance a priority below 255, or the tracker `weight 0`"
    else:
        hint = "track it in the group, or write `sync_group_tracking_weight` there"
    complain = findings.warning if tracker.kind == "process" else findings.error  # keepalived forgets these
    complain("SF4106", placed.at, message, hint=hint)
    if stays:
        yield Tracker(kind=tracker.kind, name=tracker.name, weight=0, reverse=tracker.reverse)


def of_group(
    placed: Sequence[Placed], name: str, members: Sequence[VrrpInstance], findings: Findings
) -> tuple[Tracker, ...]:
    """The trackers of a group; an owner among the members takes their weights away."""
    owner = next((member for member in members if member.owner), None)
    return tuple(_of_group(placed, name, owner, findings))


def _of_group(placed: Sequence[Placed], name: str, owner: VrrpInstance | None, findings: Findings) -> Iterator[Tracker]:
    for tracker, at in placed:
        if owner is None or tracker.weight == 0:
            yield tracker
            continue
        message = f"{name}: `{owner.name}` has priority 255, so `{tracker.name}` counts with weight 0"
        complain = findings.warning if tracker.kind == "process" else findings.error
        complain("SF4106", at, message, hint="give the member a priority below 255, or the tracker `weight 0`")
        yield Tracker(kind=tracker.kind, name=tracker.name, weight=0, reverse=tracker.reverse)
