"""What a reload did to an instance, in the words of the configuration file."""

from __future__ import annotations

from collections.abc import Iterable

from standfast.config.diff import Change, identity_changes, of_instance
from standfast.config.model import VrrpInstance


def changed(old: VrrpInstance, new: VrrpInstance) -> str:
    """``VI_1: priority, virtual_ipaddress changed``."""
    return f"{new.name}: {_keywords(of_instance(old, new))} changed"


def anew(old: VrrpInstance, new: VrrpInstance) -> str:
    """``VI_1: starts anew (virtual_router_id changed)``: of the same name, but another virtual router by its key."""
    return f"{new.name}: starts anew ({_keywords(identity_changes(old, new))} changed)"


def _keywords(changes: Iterable[Change]) -> str:
    return ", ".join(change.keyword for change in changes)
