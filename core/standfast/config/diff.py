"""What a reload would do, in the words of the configuration file, and which faults it would bring.

``config diff`` prints all of it; what a running daemon says after a reload (:mod:`standfast.vrrp.changes`) and why it
refuses one (:mod:`standfast.supervise.reload`) come from here too, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from standfast.config.diagnostics import Diagnostic
from standfast.config.model import Config, UnicastPeer, VirtualAddress, VrrpInstance
from standfast.config.texts import text_of
from standfast.config.tracking_model import Tracker
from standfast.config.wording import ANNOUNCING_FIELDS, CANNOT_CHANGE, FIELDS, TOP, keyword_of
from standfast.values import seconds

TIMES = frozenset(
    [
        *("advert_interval", "preempt_delay", "stop_hold"),
        *("delay", "refresh", "lower_prio_delay", "garp_interval", "gna_interval"),
        *("interval", "timeout", "fork_delay", "terminate_delay"),
        *("delay_loop", "delay_before_retry", "warmup", "connect_timeout"),
    ]
)
"""Fields that hold microseconds."""

SECRET = frozenset(("auth", "hmac", "tls", "options"))
"""Fields whose values are not repeated: secrets, and what only its plugin can read."""

NESTED = frozenset(("announcing", "pace", "target", "notify"))
"""Records whose fields are keywords of the block around them."""


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One keyword, or one block of lines."""

    keyword: str
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.added or self.removed:
            parts = [*(f"adds {line}" for line in self.added), *(f"removes {line}" for line in self.removed)]
            return f"{self.keyword} {', '.join(parts)}"
        return (
            f"{self.keyword} {self.before} -> {self.after}" if self.before != self.after else f"{self.keyword} changes"
        )


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happens to one block."""

    block: str
    name: str = ""
    what: Literal["added", "removed", "changed", "anew", "fixed"]
    """``anew``: the same name, but another virtual router to the network; ``fixed``: it cannot change while running."""
    changes: tuple[Change, ...] = ()
    effect: str = ""
    """What that means for what runs."""

    def __str__(self) -> str:
        head = f"{self.block} {self.name}".rstrip()
        what = {"anew": "starts anew", "fixed": "cannot change under a running daemon: restart"}.get(
            self.what, self.what
        )
        said = "; ".join(map(str, self.changes))
        return f"{head}: {what}{f': {said}' if said else ''}{f' ({self.effect})' if self.effect else ''}"


class Named(Protocol):
    """A record that has a name."""

    @property
    def name(self) -> str:
        """Its name."""


def new_errors(old: Iterable[Diagnostic], new: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Errors of ``new`` that ``old`` does not have (moved lines are the same): with one of them a reload is refused."""
    known = {diagnostic.identity for diagnostic in old if diagnostic.severity == "error"}
    return [d for d in new if d.severity == "error" and d.identity not in known]


def fixed_changes(old: Any, new: Any) -> list[str]:
    """Keywords that differ though they cannot change under a running daemon."""
    return [keyword for name, keyword in CANNOT_CHANGE.items() if getattr(old, name) != getattr(new, name)]


def of_config(old: Config, new: Config) -> Iterator[Step]:
    """Everything outside of load balancing and ``global_defs``."""
    for keyword in fixed_changes(old, new):
        yield Step(block=keyword, what="fixed")
    yield from of_instances(old.instances, new.instances)
    yield from of_others(old, new)


def of_others(old: Config, new: Config) -> Iterator[Step]:
    """Definitions, groups, statics, and what stands alone: all that is neither an instance nor in ``global_defs``."""
    for field in new.__struct_fields__:
        before, after = getattr(old, field), getattr(new, field)
        if before == after or field in CANNOT_CHANGE or field in ("instances", "global_defs"):
            continue
        block = TOP.get(field, field)
        if isinstance(after, tuple) and all(hasattr(each, "name") for each in (*before, *after)):
            yield from of_named(block, before, after)
        else:
            yield Step(block=block, what="changed", changes=(change(block, field, before, after),))


# Instances

GOES_ON = "goes on in its state; what is in both stays as it is"


def of_instances(old: Sequence[VrrpInstance], new: Sequence[VrrpInstance]) -> Iterator[Step]:
    """Matched as a reload matches them: by what they are on the network, so that a renamed one keeps its state."""
    before = {instance.key: instance for instance in old}
    after = {instance.key: instance for instance in new}
    going = {each.name: each for key, each in before.items() if key not in after}
    coming = {each.name for key, each in after.items() if key not in before}
    for name, instance in going.items():
        if name not in coming:
            hold = f", at most {seconds(instance.stop_hold)} later" if instance.stop_hold else ""
            effect = f"it says priority 0; its addresses go when another machine is master{hold}"
            yield Step(block="vrrp_instance", name=name, what="removed", effect=effect)
    for key, instance in after.items():
        earlier = before.get(key)
        if earlier is not None:
            if earlier != instance:
                changes = tuple(of_instance(earlier, instance))
                yield Step(block="vrrp_instance", name=instance.name, what="changed", changes=changes, effect=GOES_ON)
        elif instance.name in going:
            changes = tuple(identity_changes(going[instance.name], instance))
            effect = "another virtual router to the network: the old one leaves, the new one begins as BACKUP"
            yield Step(block="vrrp_instance", name=instance.name, what="anew", changes=changes, effect=effect)
        else:
            effect = "begins as MASTER" if instance.owner else "begins as BACKUP"
            yield Step(block="vrrp_instance", name=instance.name, what="added", effect=effect)


def of_instance(old: VrrpInstance, new: VrrpInstance, fields: Iterable[str] | None = None) -> Iterator[Change]:
    """Keyword by keyword; ``fields`` narrows it."""
    yield from differing(old, new, lambda field: keyword_of(field, unicast=new.unicast), fields)


def identity_changes(old: VrrpInstance, new: VrrpInstance) -> Iterator[Change]:
    """Why it is another virtual router."""
    way = ("unicast_peers",) if old.unicast != new.unicast else ("source",) if new.unicast else ("group",)
    return of_instance(old, new, ("vrid", "family", "interface", *way))


# Anything with a name


def of_named(
    block: str, old: Iterable[Named], new: Iterable[Named], words: Callable[[str], str] = keyword_of
) -> Iterator[Step]:
    """Definitions and groups, matched by name."""
    before, after = {each.name: each for each in old}, {each.name: each for each in new}
    for name in before:
        if name not in after:
            yield Step(block=block, name=name, what="removed")
    for name, record in after.items():
        if name not in before:
            yield Step(block=block, name=name, what="added")
        elif before[name] != record:
            yield Step(block=block, name=name, what="changed", changes=tuple(differing(before[name], record, words)))


def differing(old: Any, new: Any, words: Callable[[str], str], fields: Iterable[str] | None = None) -> Iterator[Change]:
    """The fields of a record that differ, each in its keyword's words."""
    for field in new.__struct_fields__ if fields is None else fields:
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        if field in NESTED and type(before) is type(after):
            yield from differing(before, after, words)
        else:
            yield change(words(field), field, before, after)


def change(keyword: str, field: str, before: Any, after: Any) -> Change:
    """One difference."""
    if field in SECRET:
        return Change(keyword=keyword)
    if isinstance(before, tuple) and isinstance(after, tuple):
        added = tuple(_shown("", each) for each in after if each not in before)
        removed = tuple(_shown("", each) for each in before if each not in after)
        if added or removed:
            return Change(keyword=keyword, added=added, removed=removed)
        return Change(keyword=keyword, before="in this order", after="in another order")
    return Change(keyword=keyword, before=_said(field, before), after=_said(field, after))


def _said(field: str, value: Any) -> str:
    wording = FIELDS.get(field) or ANNOUNCING_FIELDS.get(field)
    return _shown(field, wording.said(value) if wording else value)


def _shown(field: str, value: Any) -> str:
    if isinstance(value, VirtualAddress):
        return f"{value.address}/{value.prefix} on {value.dev}"
    if isinstance(value, UnicastPeer):
        return str(value.address)
    if isinstance(value, Tracker):
        return f"{value.kind} {value.name} weight {value.weight}{' reverse' if value.reverse else ''}"
    return text_of(value, time=field in TIMES)


def settings_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """The same for bound settings, by keyword; what is not set is ``not set``."""
    for keyword in dict.fromkeys((*old, *new)):
        before, after = old.get(keyword), new.get(keyword)
        if before != after:
            shown = [("not set" if value is None else text_of(value)) for value in (before, after)]
            yield Change(keyword=keyword, before=shown[0], after=shown[1])
