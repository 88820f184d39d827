from __future__ import annotations

from typing import get_args

import pytest

from standfast import events
from standfast.supervise.telling import _SAYS, told

EVENTS = [
    (events.Transition(at=1, instance="VI_1", old="MASTER", new="FAULT", priority=1, cause="down"), "vrrp.transition"),
    (events.GroupTransition(at=1, group="G", old="BACKUP", new="MASTER", cause="x"), "vrrp.group_transition"),
    (events.PriorityChange(at=1, old=1, new=2, state="BACKUP", cause="x"), "vrrp.priority"),
    (events.TrackerChange(at=1, kind="script", name="c", good=False, words="exit status 1"), "vrrp.tracker"),
    (events.DualMaster(at=1, other="10.0.0.2", other_priority=3), "vrrp.dual_master"),
    (events.DualMaster(at=1, other="10.0.0.2", other_priority=3, yielded=True), "vrrp.dual_master"),
    (events.LowerPriorityMaster(at=1, other="10.0.0.2", other_priority=3, priority=9), "vrrp.lower_priority_master"),
    (events.ServerChange(at=1, service="web", server="s", up=True, weight=1, cause="x"), "lvs.server"),
    (events.QuorumChange(at=1, service="web", up=False, weight=0, quorum=1, sorry=True, cause="x"), "lvs.quorum"),
    (events.DaemonChange(at=1, what="started"), "daemon.change"),
    (events.Remark(at=1, level="error", event="vrrp.remarkable", words="look"), "vrrp.remarkable"),
]


@pytest.mark.parametrize(("event", "name"), EVENTS)
def test_every_kind_has_a_stable_name_and_words(event, name):
    what = told(event)
    assert (what.event, bool(what.words)) == (name, True)


def test_what_is_bad_is_a_warning():
    levels = [told(event).level for event, _ in EVENTS]
    assert levels == [
        "warning",
        "info",
        "info",
        "warning",
        "error",
        "error",
        "warning",
        "info",
        "warning",
        "info",
        "error",
    ]


def test_no_kind_of_event_is_forgotten():
    checks = {kind for kind in get_args(events.AnyEvent) if kind.__name__ == "CheckChange"}
    assert set(_SAYS) == set(get_args(events.AnyEvent)) - checks
