"""What a reload did to an instance, in the words of the configuration file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from standfast.config.diff import Change, Step, identity_changes, of_instance, of_others
from standfast.config.model import Config, VrrpInstance
from standfast.config.wording import TOP

_STATICS: Final = frozenset(TOP.get(field, field) for field in ("static_addresses", "static_routes", "static_rules"))


def changed(old: VrrpInstance, new: VrrpInstance) -> str:
    """``VI_1: priority, virtual_ipaddress changed``."""
    return f"{new.name}: {_keywords(of_instance(old, new))} changed"


def anew(old: VrrpInstance, new: VrrpInstance) -> str:
    """``VI_1: starts anew (virtual_router_id changed)``: of the same name, but another virtual router by its key."""
    return f"{new.name}: starts anew ({_keywords(identity_changes(old, new))} changed)"


def beside_instances(old: Config, new: Config) -> Iterator[str]:
    """``vrrp_script web: interval changed``; statics apart, which are told of when the kernel has them."""
    for step in of_others(old, new):
        if step.block not in _STATICS:
            yield _in_short(step)


def _in_short(step: Step) -> str:
    head = f"{step.block} {step.name}".rstrip()
    keywords = _keywords(step.changes)
    if step.what != "changed" or not step.name or not keywords:
        return f"{head}: {step.what}" if step.name else f"{head} changed"
    return f"{head}: {keywords} changed"


def _keywords(changes: Iterable[Change]) -> str:
    return ", ".join(change.keyword for change in changes)
