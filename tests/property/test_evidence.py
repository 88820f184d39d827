"""`check_before_master` in a sync group: it never rises against what one of its members was told last, but it rises."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.config.model import Announcing
from standfast.config.tracking_model import Evidence
from standfast.testing.lan import Host, Lan
from standfast.testing.playbook import instance
from standfast.values import SECOND, Address
from standfast.vrrp.actions import Action, AskChecks
from standfast.vrrp.probing import Look
from standfast.vrrp.router import Router
from standfast.vrrp.rules import State

WITHIN = SECOND
CONFUSION, PEACE = 60 * SECOND, 20 * SECOND


class Doubtful(Host):
    """Its questions are answered by chance: late, wrongly, or not at all."""

    well = 0.3
    heard: bool | None = None
    """The answer to its last question, if one came in time."""

    def _perform(self, action: Action) -> None:
        super()._perform(action)
        if isinstance(action, AskChecks):
            self.heard = None
            chance, asked = self._lan.chance, self._lan.now
            if chance.random() < 0.75:
                saw = chance.random() < self.well
                self._lan.at(asked + chance.randrange(WITHIN * 3 // 2), lambda: self._answer(saw, asked))

    def _answer(self, saw: bool, asked: int) -> None:
        probe = self.router.probe
        if self.router.state is State.BACKUP and probe is not None and probe.awaited and probe.asked <= asked:
            self.heard = saw
        self.act(lambda router, now: router.check_looked(Look("witness", saw, "", asked), now))


class Room(Lan):
    """Where both machines are: one with three masters, and one that doubts."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(chance)
        self.chance = chance
        self.masters_of_old = [self._host(Host, vrid, 150) for vrid in (51, 52, 53)]
        self.doubtful = [self._host(Doubtful, vrid, 100) for vrid in (51, 52, 53)]
        self.join("G1", *self.masters_of_old)
        self.join("G2", *self.doubtful)

    def _host(self, kind: type[Host], vrid: int, priority: int) -> Host:
        asked = (Evidence(name="witness", within=WITHIN),) if kind is Doubtful else ()
        config = instance(
            name=f"VI_{vrid}", version=3, vrid=vrid, priority=priority, evidence=asked, announcing=Announcing(repeat=1)
        )
        host = kind(self, config, Address.unpack(bytes((10, 9, 0, priority))))
        self.hosts.append(host)
        return host


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_a_group_never_rises_against_what_a_member_was_told_last_but_it_rises(seed):
    lan = Room(random.Random(seed))
    for host in lan.hosts:
        host.act(Router.start)
    lan.run(8 * SECOND)
    assert all(host.master for host in lan.masters_of_old)
    for host in lan.masters_of_old:
        host.freeze()
    risen: list[list[bool | None]] = []

    def watch() -> None:
        if not risen and any(host.master for host in lan.doubtful):
            risen.append([host.heard for host in lan.doubtful])

    lan.run(8 * SECOND + CONFUSION, watch)
    for host in lan.doubtful:
        host.well = 1
    lan.run(8 * SECOND + CONFUSION + PEACE, watch)
    assert all(host.master for host in lan.doubtful)
    assert False not in risen[0]
