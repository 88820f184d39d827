"""The part: real hub, a kind of target that keeps what it gets."""

from __future__ import annotations

import msgspec
import pytest
import trio

from standfast import clock
from standfast.config.health_model import HealthConfig, NoticeTarget
from standfast.config.keywords.notifying import NotifierType
from standfast.config.record import Record
from standfast.contract.notifying import Manner, NotDelivered, Notifier
from standfast.control.protocol import InstanceNow, Request
from standfast.events import GroupTransition, QuorumChange, ServerChange, TrackerChange, Transition
from standfast.health import notes, telling_targets
from standfast.health.blocking import accuse
from standfast.health.feed import Numbered, Snapshot
from standfast.health.hub import Hub
from standfast.health.telling_targets import TellingTargets
from standfast.plugins import Plugins
from standfast.registry import Registry
from standfast.values import MILLISECOND, SECOND


class Options(Record, frozen=True):
    to: str = ""


TAKEN: dict[str, list] = {}
DEAD: set[str] = set()


class Keeps(Notifier[Options]):
    contract = 1
    declaration = NotifierType(None, lambda _place: None, Options, name="keeps")

    def __init__(self, options):
        super().__init__(options)
        if options.to == "impossible":
            raise ValueError("there is no such place")

    @property
    def manner(self):
        return Manner(first_pause=10 * MILLISECOND)

    async def deliver(self, notices):
        await trio.lowlevel.checkpoint()
        if self.options.to in DEAD:
            raise NotDelivered("dead")
        TAKEN.setdefault(self.options.to, []).extend(notices)


def config(*names: str) -> HealthConfig:
    targets = [
        NoticeTarget(kind="keeps", name=name, options=msgspec.msgpack.encode(Options(to=name))) for name in names
    ]
    return HealthConfig(targets=tuple(targets), router_id="lb-a")


@pytest.fixture
def make(surroundings, monkeypatch):
    TAKEN.clear()
    DEAD.clear()
    monkeypatch.setattr(telling_targets, "SETTLED_S", 0.01)
    monkeypatch.setattr(telling_targets, "LAST_NEWS_S", 0.05)
    plugins = Plugins(registry=Registry(notifiers={"keeps": Keeps}))
    monkeypatch.setattr(telling_targets, "find_plugins", lambda **_guard: plugins)
    return lambda *names: TellingTargets(Hub(surroundings.setup, config(*names)))


def state(new: str, instance: str = "VI"):
    return Transition(at=1, instance=instance, old="BACKUP", new=new, priority=100, cause="")


def heard(name: str) -> list[str]:
    events = [notice.event for notice in TAKEN.get(name, [])]
    return [getattr(event, "new", "") or getattr(event, "what", "") or type(event).__name__ for event in events]


async def until(condition) -> None:
    with trio.fail_after(60):
        while not condition():  # noqa: ASYNC110 - looks from outside
            await trio.sleep(0.005)


async def test_from_start_to_stop(make, nursery):
    part = make("a")
    hub = part.hub
    nursery.start_soon(part.run)
    hub.hear(Snapshot("first", 2, (InstanceNow(name="VI", state="MASTER", priority=100),)))
    hub.hear(Numbered(1, state("BACKUP")))
    hub.hear(Numbered(2, state("MASTER")))
    hub.publish(QuorumChange(at=1, service="w", up=True, weight=1, quorum=1, sorry=False, cause=""))
    await until(lambda: len(heard("a")) == 4)
    await trio.sleep(0.05)
    assert heard("a") == ["started", "BACKUP", "MASTER", "QuorumChange"]  # nothing twice
    assert [notice.sequence for notice in TAKEN["a"]] == [1, 2, 3, 4]
    assert {notice.host for notice in TAKEN["a"]} == {"lb-a"}
    hub.hear(Numbered(3, state("STOP")))
    await part.stop(leave=False)
    assert heard("a")[-2:] == ["STOP", "stopping"]


async def test_what_vrrp_had_no_time_to_tell_at_its_end_is_told_all_the_same(make, nursery):
    part = make("a")
    nursery.start_soon(part.run)
    part.hub.hear(Snapshot("first", 0, (InstanceNow(name="VI", state="MASTER", priority=100),)))
    part.hub.hear(Numbered(1, state("LEAVING")))
    part.hub.hear(Numbered(2, GroupTransition(at=1, group="G", old="BACKUP", new="MASTER", cause="")))
    part.hub.hears_vrrp = lambda: False
    await part.stop(leave=False)
    assert heard("a")[-3:] == ["STOP", "STOP", "stopping"]
    assert TAKEN["a"][-3].event.old == "LEAVING"


async def test_a_dead_target_delays_nobody_and_is_told_how_it_stands_when_it_is_back(make, nursery):
    DEAD.add("b")
    part = make("a", "b")
    nursery.start_soon(part.run)
    for number, new in enumerate(("BACKUP", "MASTER", "BACKUP", "FAULT"), 1):
        part.hub.hear(Numbered(number, state(new)))
    await until(lambda: len(heard("a")) == 5)
    assert heard("b") == []
    failing = part.describe()[1]
    assert (failing["name"], failing["state"], failing["last_error"]) == ("keeps b", "failing", "dead")
    DEAD.clear()
    await until(lambda: [n.event.new for n in TAKEN.get("b", []) if n.replayed] == ["FAULT"])
    assert heard("b")[-2:] == ["FAULT", "FAULT"]
    assert [notice.sequence for notice in TAKEN["b"]] == sorted(notice.sequence for notice in TAKEN["b"])


async def test_after_a_crash_of_ours_only_what_differs_is_told(make, nursery, surroundings, monkeypatch):
    part = make("a")
    delivery = part.targets["keeps a"].delivery
    delivery.told, delivery.sequence = {"instance VI": "MASTER", "instance V2": "BACKUP"}, 9
    notes.save(surroundings.run_dir, {"keeps a": delivery})
    object.__setattr__(surroundings.setup, "resume", True)
    successor = make("a")
    nursery.start_soon(successor.run)
    now = tuple(InstanceNow(name=name, state="MASTER", priority=1) for name in ("VI", "V2"))
    successor.hub.hear(Snapshot("first", 5, now))
    await until(lambda: heard("a"))
    await trio.sleep(0.05)
    (notice,) = TAKEN["a"]
    assert (notice.event.instance, notice.event.new, notice.replayed, notice.sequence) == ("V2", "MASTER", True, 10)


async def test_a_reload_keeps_the_queue(make, nursery):
    DEAD.add("a")
    part = make("a", "gone")
    nursery.start_soon(part.run)
    part.hub.hear(Numbered(1, state("MASTER")))
    await until(lambda: part.describe()[0]["failures"])
    other = NoticeTarget(kind="keeps", name="a", options=msgspec.msgpack.encode(Options(to="elsewhere")))
    new = msgspec.structs.replace(config("new"), targets=(other, *config("new").targets))
    assert await part.prepare(new) == ""
    words = await part.commit(new)
    assert words == ("keeps gone is told nothing any more", "keeps new is told from now on", "keeps a has changed")
    await until(lambda: "reloaded" in heard("elsewhere") and heard("new"))
    assert heard("elsewhere")[:3] == ["started", "MASTER", "reloaded"]
    assert heard("new") == ["reloaded"]


async def test_what_cannot_be_made_refuses_a_reload_and_is_said_at_a_start(make, surroundings):
    part = make("a", "impossible")
    assert list(part.targets) == ["keeps a"]
    assert b"keeps impossible: there is no such place; nothing is told there" in surroundings.log.recv(65_536)
    assert await part.prepare(config("impossible")) == "keeps impossible: there is no such place"
    unknown = HealthConfig(targets=(NoticeTarget(kind="pager", name="x"),))
    assert await part.prepare(unknown) == "pager x: no plugin brings `pager` any more"


async def test_a_test_by_order(make):
    DEAD.add("b")
    part = make("a", "b")
    assert await part.order(Request(do="status")) is None
    outcome = await part.order(Request(do="notify"))
    assert (outcome.ok, outcome.words) == (False, "keeps a: has taken it\nkeeps b: dead")
    (notice,) = TAKEN["a"]
    assert (notice.sequence, notice.host, notice.event.what) == (0, "lb-a", "test")
    assert (await part.order(Request(do="notify", target="a"))).ok
    outcome = await part.order(Request(do="notify", target="x"))
    assert outcome.words == "no target is called `x`; there are: keeps a, keeps b"


async def test_after_a_test_that_succeeds_what_waits_is_told_at_once(make, nursery):
    DEAD.add("b")
    part = make("b")
    nursery.start_soon(part.run)
    part.hub.hear(Numbered(1, state("MASTER")))
    delivery = part.targets["keeps b"].delivery
    await until(lambda: delivery.failures)
    delivery.not_before = clock.now() + 600 * SECOND
    assert not (await part.order(Request(do="notify"))).ok
    assert delivery.not_before
    DEAD.clear()
    assert (await part.order(Request(do="notify"))).ok
    await until(lambda: heard("b")[-1] == "MASTER")


async def test_at_the_end_a_dead_target_is_not_waited_for_long(make, nursery, surroundings):
    DEAD.add("a")
    part = make("a")
    nursery.start_soon(part.run)
    with trio.fail_after(60):
        await part.stop(leave=False)
    assert b"notices were not delivered before the end" in b"".join(iter(lambda: _record(surroundings), b""))


def _record(surroundings) -> bytes:
    try:
        return surroundings.log.recv(65_536)
    except BlockingIOError:
        return b""


async def test_a_target_that_hung_the_process_is_left_out_until_a_reload(make, surroundings):
    note = surroundings.setup.run_dir / telling_targets.CULPRIT
    for _ in range(2):
        accuse(note, "target keeps a")
    part = make("a", "b")
    assert list(part.targets) == ["keeps b"]
    assert b"keeps a: it hung or ended the health process" in surroundings.log.recv(65_536)
    assert await part.prepare(config("a", "b")) == ""
    await part.commit(config("a", "b"))
    assert sorted(part.targets) == ["keeps a", "keeps b"]


async def test_a_manner_that_raises_or_is_none_costs_that_target(make, surroundings, monkeypatch):
    monkeypatch.setattr(Keeps, "manner", property(lambda _self: 7))
    assert make("a").targets == {}
    assert b"its manner is no Manner, but 7" in surroundings.log.recv(65_536)


async def test_what_a_reload_removes_is_wrong_no_more(make, nursery):
    part = make("a")
    nursery.start_soon(part.run)
    bad = TrackerChange(at=1, kind="file", name="f", good=False, words="it says 1", value=1)
    part.hub.hear(Numbered(1, bad))
    down = ServerChange(at=1, service="w", server="s", up=False, weight=1, cause="refused")
    part.hub.publish(down)
    part.hub.publish(msgspec.structs.replace(down, gone=True))
    assert list(part._current) == ["file f"]
    kept = msgspec.structs.replace(config("a"), tracked=frozenset({"file f"}))
    await part.commit(kept)
    assert list(part._current) == ["file f"]
    await part.commit(config("a"))
    assert part._current == {}
    await until(lambda: len(_trackers()) == 2)
    assert [event.good for event in _trackers()] == [False, None]


def _trackers() -> list[TrackerChange]:
    return [notice.event for notice in TAKEN.get("a", []) if isinstance(notice.event, TrackerChange)]
