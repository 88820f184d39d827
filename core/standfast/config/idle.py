"""A configuration that runs and does nothing: an empty file, or one whose instances stand in an include that is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.settings import Settings

HELPERS: Final = frozenset(
    {
        "global_defs",
        "vrrp_sync_group",
        "track_group",
        "vrrp_script",
        "vrrp_track_file",
        "track_file",
        "vrrp_track_process",
        "vrrp_check",
        "bfd_instance",
        "garp_group",
        "linkbeat_interfaces",
        "interface_up_down_delays",
    }
)
"""Blocks that only serve virtual routers. Any other block, also a plugin's, is taken for something to do."""


LOST = frozenset(("SF1108", "SF1109", "SF2001", "SF2002", "SF2003", "SF2004", "SF2101", "SF2105", "SF2106"))
"""Faults that may have cost the block that would have been something to do."""


def nothing_to_do(settings: Settings, file: str, told: Sequence[Diagnostic] = ()) -> list[Diagnostic]:
    """One warning at the start of the main file, or none, also if a fault already told explains it."""
    if any(diagnostic.code in LOST for diagnostic in told):
        return []
    if HELPERS.issuperset(settings.blocks) and HELPERS.issuperset(settings.lists):
        hint = "is everything included that should be, and does each `@` line mean this machine?"
        return [Diagnostic("warning", "SF4041", Span(file, 1, 1, 1), "nothing to do: no `vrrp_instance`", hint)]
    return []
