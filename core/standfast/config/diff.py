"""What a reload would do, in words, and which faults it would bring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from standfast.config.diagnostics import Diagnostic
from standfast.config.model import Config, UnicastPeer, VirtualAddress, VrrpInstance
from standfast.values import seconds

INSTANCE_TIMES = ("advert_interval", "preempt_delay", "stop_hold")
ANNOUNCING_TIMES = ("delay", "refresh", "lower_prio_delay", "garp_interval", "gna_interval")
TIMES = frozenset((*INSTANCE_TIMES, *ANNOUNCING_TIMES, "startup_delay", "delay_after_boot"))
"""Fields that hold microseconds."""

SECRET = frozenset(("auth", "hmac"))
"""Fields whose values are not repeated."""


def changes(old: Config, new: Config) -> tuple[str, ...]:
    """One sentence for each thing that differs; () if a reload would do nothing.

    Instances are matched as a reload matches them: by network, not by name, so a renamed one keeps its state.
    """
    return (*_global_changes(old, new), *_instance_changes(old, new))


def new_errors(old: Sequence[Diagnostic], new: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Errors of ``new`` that ``old`` does not have (moved lines are the same): with one of them a reload is refused."""
    known = {diagnostic.identity for diagnostic in old if diagnostic.severity == "error"}
    return [d for d in new if d.severity == "error" and d.identity not in known]


def _global_changes(old: Config, new: Config) -> Iterator[str]:
    for field, before, after in _differences(old, new, leave_out=("instances", "global_defs")):
        yield f"{field}: {_shown(field, before)} -> {_shown(field, after)}"
    for field, before, after in _differences(old.global_defs, new.global_defs):
        yield f"global_defs: {_sentence(field, before, after)}"


def _instance_changes(old: Config, new: Config) -> Iterator[str]:
    before = {instance.key: instance for instance in old.instances}
    after = {instance.key: instance for instance in new.instances}
    for key, instance in before.items():
        if key not in after:
            yield f"{instance.name}: removed; it leaves, and its addresses go"
    for key, instance in after.items():
        earlier = before.get(key)
        if earlier is None:
            yield f"{instance.name}: new; virtual router {instance.vrid} on {instance.interface or instance.source}"
        else:
            yield from (f"{earlier.name}: {words}" for words in _changed(earlier, instance))


def _changed(old: VrrpInstance, new: VrrpInstance) -> Iterator[str]:
    for field, before, after in _differences(old, new):
        yield _sentence(field, before, after)


def _differences(old: Any, new: Any, leave_out: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    for field in old.__struct_fields__:
        before, after = getattr(old, field), getattr(new, field)
        if before != after and field not in leave_out:
            yield field, before, after


def _sentence(field: str, before: Any, after: Any) -> str:
    if field in SECRET:
        return f"{field} changes"
    if isinstance(before, tuple) and isinstance(after, tuple):
        return _list_sentence(field, before, after)
    if isinstance(before, msgspec.Struct) and type(before) is type(after) and hasattr(before, "__struct_fields__"):
        inner = [_sentence(name, old, new) for name, old, new in _differences(before, after)]
        if field in ("announcing", "scheduling"):
            return f"{field}: {', '.join(inner)}"
    return f"{field.replace('_', ' ')} {_shown(field, before)} -> {_shown(field, after)}"


def _list_sentence(field: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> str:
    kept = set(before) & set(after)
    parts = [f"adds {_shown('', item)}" for item in after if item not in kept]
    parts += [f"removes {_shown('', item)}" for item in before if item not in kept]
    return f"{field}: {', '.join(parts) or 'another order'}"


def _shown(field: str, value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, VirtualAddress):
        return f"{value.address}/{value.prefix} on {value.dev}"
    if isinstance(value, UnicastPeer):
        return str(value.address)
    if isinstance(value, bool):
        return "on" if value else "off"
    return seconds(value) if field in TIMES and isinstance(value, int) else str(value)
