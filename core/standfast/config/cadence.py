"""When things happen: intervals, preemption, announcements (repairs 13 to 16)."""

from __future__ import annotations

from standfast.config.draft import Draft
from standfast.config.kinds import plain_seconds
from standfast.config.model import Announcing, Elsewhere
from standfast.config.settings import Settings
from standfast.values import MILLISECOND, SECOND

V3_STEP = 10 * MILLISECOND
V3_LONGEST = 4095 * V3_STEP
"""Twelve bits of hundredths of a second (RFC 9568, 5.2.7)."""


def decide_preemption(draft: Draft) -> None:
    """Owners and masters preempt; a delay needs something to delay."""
    draft.preempt = not draft.settings.get("nopreempt", False)
    if not draft.preempt and (draft.owner or draft.master):
        draft.preempt = True
        why = "with priority 255" if draft.owner else "with `state MASTER`"
        draft.error("SF4033", "nopreempt", f"`nopreempt` does not work {why}; it is ignored", "write `state BACKUP`")
    draft.preempt_delay = draft.settings.get("preempt_delay", 0)
    why = _no_delay(draft)
    if draft.preempt_delay and why:
        draft.preempt_delay = 0
        draft.error("SF4034", "preempt_delay", f"`preempt_delay` does not work {why}; it is ignored")


def _no_delay(draft: Draft) -> str:
    if draft.master:
        return "with `state MASTER`"
    if draft.strict:
        return "in strict mode"
    return "" if draft.preempt else "with `nopreempt`"


def decide_down_timer(draft: Draft) -> None:
    """Strict mode has three adverts, as the RFC."""
    draft.down_timer_adverts = draft.inherited("down_timer_adverts", "vrrp_down_timer_adverts", 3)
    if draft.strict and draft.down_timer_adverts != 3:
        draft.down_timer_adverts = 3
        draft.error("SF4035", "down_timer_adverts", "strict mode has 3 `down_timer_adverts`; used: 3")


def decide_expired_timer(draft: Draft) -> None:
    """``timer_expired_backup`` is for those that do not preempt."""
    draft.timer_expired_backup = draft.settings.get("timer_expired_backup")
    if draft.timer_expired_backup is not None and draft.preempt:
        draft.timer_expired_backup = None
        message = "`timer_expired_backup` needs `nopreempt`; it is ignored"
        draft.error("SF4036", "timer_expired_backup", message)


def decide_interval(draft: Draft) -> None:
    """Whole seconds in version 2; steps of 10 ms up to 40.95 s in version 3."""
    wanted = draft.settings.get("advert_int", SECOND)
    if draft.version == 2:
        used = max(SECOND, (wanted + SECOND // 2) // SECOND * SECOND)
    else:
        used = min(V3_LONGEST, max(V3_STEP, (wanted + V3_STEP // 2) // V3_STEP * V3_STEP))
    draft.advert_interval = used
    if used == wanted:
        return
    rule = "whole seconds" if draft.version == 2 else "steps of 0.01 up to 40.95 seconds"
    message = f"version {draft.version} has {rule}, not {plain_seconds(wanted)}; used: {plain_seconds(used)}"
    hint = "write `version 3` on all machines for shorter ones" if draft.version == 2 and wanted < SECOND else ""
    draft.error("SF4031", "advert_int", message, hint)


def announcing(draft: Draft) -> Announcing:
    """The instance's announcements: its own settings, else the global ones (``vrrp_min_garp`` among them)."""
    settings, usual = draft.settings, _Usual(draft.defaults)
    delay = settings.get("garp_master_delay", usual("garp_master_delay", 5 * SECOND, 0))
    repeat = settings.get("garp_master_repeat", usual("garp_master_repeat", 5, 1))
    lower_delay = draft.defaults.get("vrrp_garp_lower_prio_delay", usual("garp_master_delay", 5 * SECOND, 0))
    lower_repeat = draft.defaults.get("vrrp_garp_lower_prio_repeat", usual("garp_master_repeat", 5, 1))
    refresh = usual("garp_master_refresh", 0, 0)
    refresh_repeat = usual("garp_master_refresh_repeat", 1, 0)
    everywhere, extra = draft.inherited("garp_extra_if", "vrrp_garp_extra_if", (False, 0))
    return Announcing(
        repeat=repeat,
        delay=delay,
        refresh=settings.get("garp_master_refresh", refresh),
        refresh_repeat=settings.get("garp_master_refresh_repeat", refresh_repeat),
        lower_prio_repeat=0 if draft.strict else settings.get("garp_lower_prio_repeat", lower_repeat),
        lower_prio_delay=0 if draft.strict else settings.get("garp_lower_prio_delay", lower_delay),
        garp_interval=draft.defaults.get("vrrp_garp_interval", 0),
        gna_interval=draft.defaults.get("vrrp_gna_interval", 0),
        na_router=settings.get("na_router", "auto"),
        extra=Elsewhere(period=extra, everywhere=everywhere),
    )


class _Usual:
    """Global defaults of announcements; ``vrrp_min_garp`` lowers those that are not set."""

    def __init__(self, defaults: Settings) -> None:
        self._defaults = defaults
        self._least = defaults.get("vrrp_min_garp", False)

    def __call__(self, name: str, default: int, least: int) -> int:
        value: int = self._defaults.get(f"vrrp_{name}", least if self._least else default)
        return value
