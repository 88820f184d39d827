from __future__ import annotations

import pytest
import trio

from standfast.config.health_model import HealthConfig
from standfast.control.protocol import InstanceNow
from standfast.events import QuorumChange, Transition
from standfast.health.feed import Numbered, Snapshot
from standfast.health.hub import Hub
from standfast.health.verdicts import Verdict, ask, receive, send


def became(name, state, priority=100):
    return Transition(at=1, instance=name, old="BACKUP", new=state, priority=priority, cause="test")


@pytest.fixture
def hub(surroundings):
    return Hub(surroundings.setup, HealthConfig())


def test_it_knows_who_is_master(hub):
    heard = []
    hub.on_vrrp(heard.append)
    hub.hear(Snapshot("first", 5, (InstanceNow(name="VI_1", state="MASTER", priority=100),)))
    assert hub.masters() == {"VI_1"}
    hub.hear(Numbered(6, became("VI_2", "MASTER")))
    hub.hear(Numbered(7, became("VI_1", "BACKUP")))
    assert hub.masters() == {"VI_2"}
    hub.hear(Numbered(8, became("VI_2", "DELETED")))
    assert (hub.masters(), set(hub.instances)) == (frozenset(), {"VI_1"})
    assert len(heard) == 4


def test_history_does_not_change_what_is_known(hub):
    hub.hear(Snapshot("first", 5, (InstanceNow(name="VI_1", state="MASTER", priority=100),)))
    hub.hear(Numbered(4, became("VI_1", "FAULT")))
    assert hub.masters() == {"VI_1"}


def test_a_new_vrrp_process_is_told_every_verdict_again(hub, surroundings):
    hub.verdict(Verdict(name="web", good=True, words="fine", max_age=5, at=1))
    hub.verdict(Verdict(name="web", good=False, words="refused", max_age=5, at=2))
    assert [(v.name, v.good) for v in receive(surroundings.vrrp)] == [("web", True), ("web", False)]
    hub.hear(Snapshot("restart", 0, ()))
    assert [(v.name, v.good, v.at) for v in receive(surroundings.vrrp)] == [("web", False, 2)]
    hub.forget_verdict("web")
    hub.hear(Snapshot("restart", 0, ()))
    assert receive(surroundings.vrrp) == []


def test_what_did_not_fit_is_said_with_the_next(hub, surroundings):
    filler = surroundings.setup.lines.verdicts
    hub.verdict(Verdict(name="a", good=True, at=1))
    (said,) = receive(surroundings.vrrp)
    while send(filler, said):
        pass
    hub.verdict(Verdict(name="b", good=False, at=1))
    while receive(surroundings.vrrp):
        pass
    hub.verdict(Verdict(name="c", good=True, at=1))
    assert [v.name for v in receive(surroundings.vrrp)] == ["b", "c"]


def test_its_own_events_go_to_everybody(hub):
    heard = []
    hub.on_event(heard.append)
    event = QuorumChange(at=1, service="web", up=False, weight=0, quorum=1, sorry=False, cause="test")
    hub.publish(event)
    assert heard == [event]
    assert hub.ring.since(0) == (1, [event])


async def test_when_vrrp_and_the_parent_are_gone_no_question_is_waited_for(hub, surroundings):
    surroundings.vrrp.close()
    with trio.fail_after(60):
        await hub.hear_questions()


async def test_what_vrrp_asks_reaches_who_makes_checks(hub, surroundings, nursery):
    asked, heard = [], trio.Event()
    hub.on_question(lambda names: asked.append(names) or heard.set())
    nursery.start_soon(hub.hear_questions)
    assert ask(surroundings.vrrp, ("gateway", "web"))
    with trio.fail_after(60):
        await heard.wait()
    assert asked == [("gateway", "web")]
    nursery.cancel_scope.cancel()
