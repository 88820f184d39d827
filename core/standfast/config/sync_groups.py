"""Groups of instances: members are looked up when the whole file has been read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from standfast.config.definitions import opening
from standfast.config.findings import Findings
from standfast.config.model import VrrpInstance
from standfast.config.notifications import notifications
from standfast.config.settings import Settings
from standfast.config.suggest import did_you_mean
from standfast.config.tracking import Tracking
from standfast.config.tracking_model import SyncGroup, TrackGroup
from standfast.config.tree import Statement, Word
from standfast.config.weights import of_group


class Members:
    """Finds instances by name, and complains of those that are not there."""

    def __init__(self, settings: Settings, instances: Mapping[str, VrrpInstance], findings: Findings) -> None:
        self.instances = instances
        self.findings = findings
        self._known = {block.name for block in settings.blocks.get("vrrp_instance", ())}
        self._group_of: dict[str, str] = {}

    def of(self, block: Settings) -> list[str]:
        """The members of a group as they stand there, each once; unknown ones are left out."""
        complain = self.complaint(block)
        found: dict[str, None] = {}
        for at, word in _words(block):
            if word.text not in self._known:
                hint = did_you_mean(word.text, self._known)
                message = f"{block.name}: there is no `vrrp_instance {word.text}`; the name is ignored"
                complain("SF4111", at, message, word=word, hint=hint)
            elif word.text in found:
                message = f"{block.name}: `{word.text}` stands there twice"
                complain("SF4112", at, message, word=word)
            else:
                found[word.text] = None
        return list(found)

    def complaint(self, block: Settings) -> Callable[..., None]:
        """How to complain of a group: keepalived says nothing of what is wrong in a ``track_group``."""
        quiet = block.statement is not None and block.statement.keyword.text == "track_group"
        return self.findings.warning if quiet else self.findings.error

    def claim(self, block: Settings, names: Sequence[str]) -> Iterator[str]:
        """Those that no sync group before this one has."""
        for name in names:
            owner = self._group_of.setdefault(name, block.name)
            if owner == block.name:
                yield name
                continue
            at, word = next(pair for pair in _words(block) if pair[1].text == name)
            message = f"{block.name}: `{name}` is in `{owner}` already; an instance belongs to one group"
            self.findings.error("SF4112", at, message, word=word, hint=f"remove it here or from `{owner}`")


def _words(block: Settings) -> Iterator[tuple[Statement, Word]]:
    for value in block.all("group"):
        for word in value.value:
            yield value.statement, word


def track_groups(settings: Settings, members: Members) -> tuple[TrackGroup, ...]:
    """All ``track_group`` blocks that have members."""
    result: list[TrackGroup] = []
    for block in settings.blocks.get("track_group", ()):
        names = members.of(block)
        if names:
            result.append(TrackGroup(name=block.name, members=tuple(names)))
        elif not block.all("group"):
            _empty(block, members)
    return tuple(result)


def sync_groups(settings: Settings, defaults: Settings, members: Members, tracking: Tracking) -> Iterator[SyncGroup]:
    """All groups with members."""
    for block in settings.blocks.get("vrrp_sync_group", ()):
        named = members.of(block)
        names = tuple(members.claim(block, named))
        if not block.all("group"):
            _empty(block, members)
        elif len(names) == 1 == sum(1 for _ in _words(block)):
            at = opening(block)
            message = f"the group `{block.name}` has one member only: it does nothing"
            members.findings.warning("SF4114", at, message, hint="add the other instances, or remove the group")
        if names:
            yield _group(block, names, defaults, members, tracking)


def _group(
    block: Settings, names: tuple[str, ...], defaults: Settings, members: Members, tracking: Tracking
) -> SyncGroup:
    instances = [members.instances[name] for name in names if name in members.instances]
    return SyncGroup(
        name=block.name,
        members=names,
        trackers=of_group(tracking.of(block), block.name, instances, members.findings),
        tracking_weight=block.get("sync_group_tracking_weight", False),
        notify=notifications(block, defaults),
    )


def _empty(block: Settings, members: Members) -> None:
    at = opening(block)
    message = f"the group `{block.name}` has no members; it is removed"
    members.complaint(block)("SF4113", at, message, hint="add `group {`, the names of its instances, and `}`")
