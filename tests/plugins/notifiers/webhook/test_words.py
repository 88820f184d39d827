from __future__ import annotations

import typing

import pytest

from standfast.api import (
    AnyEvent,
    CheckChange,
    DaemonChange,
    DualMaster,
    LowerPriorityMaster,
    Notice,
    PriorityChange,
    QuorumChange,
    ServerChange,
    TrackerChange,
    Transition,
)
from standfast.testing.contracts import EVENTS
from standfast_notifiers.webhook.words import (
    document_of,
    id_of,
    kind_of,
    state_of,
    subject_of,
    summary_of,
    values_of,
)

SERVER = ServerChange(at=0, service="web", server="[10.0.0.1]:80", up=False, weight=0, cause="refused")
CHECK = CheckChange(
    at=0, service="web", server="s", checker="TCP_CHECK", number=0, up=False, server_up=False, words="refused"
)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            Transition(at=0, instance="VI", old="BACKUP", new="MASTER", priority=1, cause="no advert"),
            "lb-a: instance VI is MASTER: no advert",
        ),
        (SERVER, "lb-a: server [10.0.0.1]:80 of web is down: refused"),
        (CHECK, "lb-a: TCP_CHECK 0 of s of web is down: refused"),
        (
            QuorumChange(at=0, service="web", up=True, weight=2, quorum=1, sorry=False, cause="enough"),
            "lb-a: service web is up: enough",
        ),
        (TrackerChange(at=0, kind="file", name="f", good=None, words=""), "lb-a: file f is unknown"),
        (DaemonChange(at=0, what="stopping"), "lb-a: standfast: stopping"),
        (DualMaster(at=0, instance="VI", other="x", other_priority=1), "lb-a: instance VI: x is master too"),
        (
            LowerPriorityMaster(at=0, instance="VI", other="x", other_priority=9, priority=10),
            "lb-a: instance VI: x spoke as master with the lower priority 9",
        ),
        (
            PriorityChange(at=0, instance="VI", old=1, new=2, state="BACKUP", cause="file f"),
            "lb-a: instance VI is 2: file f",
        ),
    ],
)
def test_summaries(event, words):
    assert summary_of(event, "lb-a") == words


def test_every_kind_has_a_name_and_a_document():
    for event in EVENTS:
        assert kind_of(event) == document_of(event)["kind"]
        assert "at" not in document_of(event)
        assert subject_of(event)
        assert isinstance(state_of(event), str)
    assert len(typing.get_args(AnyEvent)) == 11


def test_a_bad_state_holds_for_its_time_and_a_good_one_ends_now():
    bad = values_of(Notice(sequence=1, wall=100, host="h", event=SERVER), now=200, holds_s=300, routing_key="k")
    assert (bad["time"], bad["ends"]) == ("1970-01-01T00:01:40.000Z", "1970-01-01T00:08:20.000Z")
    assert (bad["action"], bad["severity"], bad["alert"]) == ("trigger", "warning", "StandfastServerDown")
    up = ServerChange(at=0, service="web", server="[10.0.0.1]:80", up=True, weight=0, cause="")
    good = values_of(Notice(sequence=1, wall=100, host="h", event=up), now=200, holds_s=300, routing_key="k")
    assert (good["ends"], good["action"], good["severity"]) == ("1970-01-01T00:03:20.000Z", "resolve", "info")
    assert good["subject"] == bad["subject"]


def test_the_same_notice_has_the_same_id():
    one, two = (Notice(sequence=n, wall=1.5, host="h", event=SERVER) for n in (1, 2))
    assert id_of(one) == id_of(one) != id_of(two)
