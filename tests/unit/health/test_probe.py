"""What makes two checks one probe, and what it tells whom."""

from __future__ import annotations

from msgspec import structs

from standfast.config.lvs_model import Checker, Pace, Target
from standfast.contract.checking import CheckResult, Code, bad, good
from standfast.health.probe import Probe, key_of, label_of
from standfast.health.roster import Broken
from standfast.values import Address

TARGET = Target(address=Address.parse("10.0.0.1"), port=80)
TCP = Checker(kind="TCP_CHECK", pace=Pace(), target=TARGET)


class Listener:
    def __init__(self, wait: int, *, suspended: bool = False) -> None:
        self.wait, self.suspended, self.eager = wait, suspended, False
        self.seen: list[CheckResult] = []

    def heard(self, result: CheckResult, now: int) -> int:
        self.seen.append(result)
        return self.wait


def test_target_options_and_pace_make_the_difference():
    same = structs.replace(TCP)
    assert key_of(TCP) == key_of(same)
    assert key_of(TCP) != key_of(structs.replace(TCP, pace=Pace(retry=7)))
    assert key_of(TCP) != key_of(structs.replace(TCP, target=structs.replace(TARGET, port=81)))
    assert key_of(TCP) != key_of(structs.replace(TCP, options=b"x"))


def test_labels():
    assert label_of(TCP, "owner") == "TCP_CHECK of [10.0.0.1]:80"
    assert label_of(structs.replace(TCP, target=None), "[10.0.0.2]:80") == "TCP_CHECK of [10.0.0.2]:80"


def test_everybody_is_told_and_the_shortest_wait_counts():
    first, second = Listener(9), Listener(4)
    probe = Probe(key_of(TCP), TCP, Broken(""), "x", [first, second])
    assert probe.tell(good(), 1) == 4
    assert probe.tell(bad(Code.REFUSED, "x"), 2) == 4
    assert first.seen == second.seen
    assert (probe.tally.good, probe.tally.bad, probe.last) == (1, 1, second.seen[-1])


def test_it_rests_only_if_nobody_needs_it():
    probe = Probe(key_of(TCP), TCP, Broken(""), "x", [Listener(1, suspended=True), Listener(1)])
    assert not probe.suspended
    probe.subscribers.pop()
    assert probe.suspended
