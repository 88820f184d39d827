from __future__ import annotations

import pytest

from standfast.control.protocol import InstanceNow
from standfast.events import (
    CheckChange,
    DaemonChange,
    DualMaster,
    GroupTransition,
    QuorumChange,
    ServerChange,
    TrackerChange,
    Transition,
)
from standfast.health.subjects import as_event, ended_by, is_last, is_trouble, subject_of

STOP = Transition(at=1, instance="VI", old="MASTER", new="STOP", priority=0, cause="")


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (STOP, ("instance VI", "STOP")),
        (GroupTransition(at=1, group="G", old="BACKUP", new="MASTER", cause=""), ("group G", "MASTER")),
        (TrackerChange(at=1, kind="file", name="f", good=False, words="", value=3), ("file f", "False 3")),
        (DualMaster(at=1, instance="VI", other="x", other_priority=1), ("two masters in VI", "there")),
        (ServerChange(at=1, service="w", server="s", up=True, weight=1, cause=""), ("server s of w", "up")),
        (
            CheckChange(at=1, service="w", server="s", checker="T", number=2, up=False, server_up=False, words=""),
            ("check 2 of s of w", "down"),
        ),
        (QuorumChange(at=1, service="w", up=False, weight=0, quorum=1, sorry=False, cause=""), ("service w", "down")),
        (DaemonChange(at=1, what="started"), None),
    ],
)
def test_what_an_event_is_about(event, found):
    assert subject_of(event) == found


def test_after_the_last_state_there_is_nothing_left():
    assert is_last(STOP)
    assert not is_last(as_event(InstanceNow(name="VI", state="MASTER", priority=100), 5))
    assert subject_of(as_event(InstanceNow(name="VI", state="MASTER", priority=100), 5)) == ("instance VI", "MASTER")


@pytest.mark.parametrize(
    ("event", "trouble"),
    [
        (STOP, False),
        (Transition(at=1, instance="VI", old="MASTER", new="FAULT", priority=0, cause=""), True),
        (TrackerChange(at=1, kind="file", name="f", good=False, words=""), True),
        (TrackerChange(at=1, kind="file", name="f", good=None, words=""), False),
        (DualMaster(at=1, instance="VI", other="x", other_priority=1), True),
        (DualMaster(at=1, instance="VI", other="x", other_priority=1, over=True), False),
        (ServerChange(at=1, service="w", server="s", up=False, weight=1, cause=""), True),
        (ServerChange(at=1, service="w", server="s", up=False, weight=1, cause="", gone=True), False),
        (DaemonChange(at=1, what="stopping"), False),
    ],
)
def test_what_is_wrong_while_it_lasts(event, trouble):
    assert is_trouble(event) is trouble


def test_with_a_server_its_checks_are_over():
    gone = ServerChange(at=1, service="w", server="s", up=False, weight=1, cause="", gone=True)
    assert is_last(gone)
    others = ["server s of w", "check 0 of s of w", "check 0 of s of x", "two masters in VI"]
    assert ended_by(gone, others) == ["check 0 of s of w"]
    assert ended_by(STOP, others) == ["two masters in VI"]
