from __future__ import annotations

import pytest

from standfast.config.model import VirtualAddress
from standfast.health import verdicts
from standfast.health.verdicts import Verdict
from standfast.values import Address
from standfast.vrrp.evidence import Evidence

VIP = Address.parse("10.9.0.100")


class Prober:
    """Listens until the time that it was told last."""

    def __init__(self):
        self.asked, self.deadline, self.closed = [], None, []

    def ask(self, addresses, until):
        self.asked.append(tuple(addresses))
        self.deadline = until

    def close(self, now):
        self.closed.append(now)
        self.deadline = None

    def concerns(self, interface, address, ours):
        return ours.address == address and ours.dev == interface

    async def run(self, answered):
        answered("eth0", VIP, b"\2\0\0\0\0\\9")
        answered("eth9", VIP, b"\2\0\0\0\0\\9")


class Speaker:
    def __init__(self, *instances):
        self.instances = {each.key: each for each in instances}
        self.performed = []
        self.effects = type("Effects", (), {})()
        self.appointments = []

    def at(self, moment, chore):
        self.appointments.append((moment, chore))

    def perform(self, instance, actions):
        self.performed.append(instance)


@pytest.fixture
def world(make_instance, monkeypatch):
    instance = make_instance()
    heard = []
    monkeypatch.setattr(instance.router, "address_answered", lambda address, mac: heard.append((address, mac)))
    speaker, prober = Speaker(instance), Prober()
    return speaker, prober, Evidence(speaker, prober, None), heard


def test_it_listens_no_longer_than_somebody_wants_to_know(world):
    speaker, prober, _, _ = world
    addresses = (VirtualAddress(address=VIP, prefix=24, dev="eth0"),)
    speaker.effects.ask(addresses, 500)
    assert prober.asked == [addresses]
    moment, close = speaker.appointments[-1]
    assert moment == 500
    close(500)
    assert prober.closed == [500]
    assert speaker.appointments[-1][0] is None


async def test_an_answer_reaches_the_routers_that_it_is_about(world):
    _, _, evidence, heard = world
    await evidence.run()
    assert heard == [(VIP, b"\2\0\0\0\0\\9")]


def test_checks_are_asked_and_their_looks_reach_who_waits_for_them(make_instance, line, monkeypatch):
    asking, idle = make_instance(name="A"), make_instance(name="B", vrid=52)
    asking.router.probe = object()
    looks = []
    for instance in (asking, idle):
        monkeypatch.setattr(instance.router, "check_looked", lambda look, now: looks.append((look, now)) or ())
    speaker = Speaker(asking, idle)
    evidence = Evidence(speaker, Prober(), line[0])
    speaker.effects.ask_checks(("gateway",))
    assert [each.names for each in verdicts.questions(line[1])] == [("gateway",)]
    evidence.saw(Verdict(name="gateway", good=None, at=9, words="refused", saw=False, began=7), 9)
    assert looks == [(("gateway", False, "refused", 7), 9)]
    assert speaker.performed == [asking], "its deadline may have changed"


def test_with_nobody_to_ask_there_is_no_answer(world):
    world[0].effects.ask_checks(("gateway",))
