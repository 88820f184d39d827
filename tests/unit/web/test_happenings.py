from __future__ import annotations

import pytest

from standfast.events import (
    DaemonChange,
    DualMaster,
    GroupTransition,
    LowerPriorityMaster,
    PriorityChange,
    QuorumChange,
    Remark,
    ServerChange,
    TrackerChange,
    Transition,
)
from standfast.web.happenings import KEPT, Happenings, told

CASES = [
    (Transition(at=1, instance="V", old="BACKUP", new="MASTER", priority=1, cause="why"), "V", "BACKUP → MASTER: why"),
    (Transition(at=1, instance="V", old="MASTER", new="FAULT", priority=1, cause="why"), "V", "MASTER → FAULT: why"),
    (GroupTransition(at=1, group="G", old="BACKUP", new="MASTER", cause="why"), "G", "BACKUP → MASTER: why"),
    (PriorityChange(at=1, instance="V", old=1, new=2, state="BACKUP", cause="why"), "V", "1 → 2: why"),
    (TrackerChange(at=1, kind="script", name="chk", good=None, words="w"), "chk", "not known: w"),
    (DualMaster(at=1, instance="V", other="10.0.0.2", other_priority=9), "V", "10.0.0.2 (priority 9) is master too"),
    (LowerPriorityMaster(at=1, instance="V", other="o", other_priority=1, priority=2), "V",
     "o spoke as master with priority 1, ours 2"),
    (ServerChange(at=1, service="S", server="R", up=False, weight=1, cause="why"), "S R", "down: why"),
    (QuorumChange(at=1, service="S", up=True, weight=1, quorum=1, sorry=False, cause="why"), "S", "up: why"),
    (DaemonChange(at=1, what="reloaded", words="by hand"), "", "reloaded: by hand"),
    (Remark(at=1, level="error", event="x.y", words="w"), "", "w"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "who", "words"), CASES)
def test_events_in_words(event, who, words):
    shown = told(event)
    assert (shown["who"], shown["words"]) == (who, words)


def test_what_is_bad_is_marked():
    assert [told(event)["level"] for event, _, _ in CASES] == [
        "info", "warning", "info", "info", "info", "warning", "info", "warning", "info", "info", "error",
    ]  # fmt: skip


def test_the_newest_come_first_and_the_oldest_go():
    happenings = Happenings()
    for number in range(KEPT + 5):
        happenings.note(Remark(at=1, level="info", event="x", words=str(number)))
    assert [each["words"] for each in happenings.newest(2)] == [str(KEPT + 4), str(KEPT + 3)]
    assert len(happenings.newest(1000)) == KEPT
