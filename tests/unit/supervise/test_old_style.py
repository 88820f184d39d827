from __future__ import annotations

import pytest

from standfast import events
from standfast.supervise.logpipe import Record
from standfast.supervise.old_style import dated, lines
from standfast.supervise.telling import told


def shown(event):
    what = told(event)
    record = Record(
        time=0, level=what.level, event=what.event, words=what.words, process="vrrp", pid=1,
        instance=event.instance, fields=what.fields,
    )  # fmt: skip
    return list(lines(record))


def transition(old, new, cause="x"):
    return events.Transition(at=1, instance="VI_1", old=old, new=new, priority=1, cause=cause)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (transition("INIT", "BACKUP"), ["(VI_1) Entering BACKUP STATE (init)"]),
        (
            transition("BACKUP", "MASTER", "no advert from 10.0.0.2 for 3 s"),
            ["(VI_1) Receive advertisement timeout", "(VI_1) Entering MASTER STATE", "(VI_1) setting VIPs."],
        ),
        (transition("MASTER", "FAULT"), ["(VI_1) removing VIPs.", "(VI_1) Entering FAULT STATE"]),
        (transition("MASTER", "LEAVING"), ["(VI_1) sent 0 priority"]),
        (
            events.GroupTransition(at=1, group="G", old="BACKUP", new="MASTER", cause="x"),
            ["VRRP_Group(G) Syncing instances to MASTER state"],
        ),
        (
            events.TrackerChange(at=1, kind="script", name="chk", good=False, words="exit status 1"),
            ["VRRP_Script(chk) failed"],
        ),
        (
            events.PriorityChange(at=1, instance="VI_1", old=100, new=80, state="BACKUP", cause="x"),
            ["(VI_1) Changing effective priority from 100 to 80"],
        ),
        (
            events.QuorumChange(at=1, service="[10.0.0.1]:tcp:80", up=True, weight=2, quorum=1, sorry=False, cause="x"),
            ["Gained quorum 1+0=1 <= 2 for VS [10.0.0.1]:tcp:80"],
        ),
        (
            events.QuorumChange(at=1, service="VS", up=False, weight=0, quorum=1, sorry=False, cause="x"),
            ["Lost quorum 1-0=1 > 0 for VS VS"],
        ),
        (
            events.ServerChange(at=1, service="VS", server="[10.0.0.2]:tcp:80", up=False, weight=1, cause="x"),
            ["Removing service [10.0.0.2]:tcp:80 from VS VS"],
        ),
        (events.Remark(at=1, instance="VI_1", level="info", event="x", words="a\nb"), ["(VI_1) a", "(VI_1) b"]),
    ],
)
def test_lines_that_people_look_for(event, expected):
    assert shown(event) == expected


def test_an_election_that_is_forced():
    event = events.LowerPriorityMaster(at=1, instance="VI_1", other="10.0.0.2", other_priority=90, priority=100)
    assert shown(event)[0].endswith("forcing new election")


def test_the_time():
    assert len(dated(1_700_000_000)) == len("Fri Nov 27 14:46:30 2026")
