"""Random sync groups, faults, adverts and reloads: members never stay apart for longer than one down timer."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.config.model import Announcing
from standfast.testing.lan import Lan
from standfast.testing.playbook import advert, instance
from standfast.values import SECOND, Address
from standfast.vrrp import timing
from standfast.vrrp.router import GROUP, Router
from standfast.vrrp.rules import State

INTERVAL = SECOND // 10
LONGEST_WAIT = timing.down_time(3, 1, INTERVAL)
STRANGER = "10.9.0.99"
SETTINGS = settings(max_examples=100, deadline=None)


@st.composite
def machines(draw):
    """A LAN with one to three machines; each has all virtual routers, in one group, with one priority."""
    lan = Lan(random.Random(draw(st.integers(0, 2**32))), delay=(50, 2000))
    vrids = range(1, 1 + draw(st.integers(2, 5)))
    owners = draw(st.booleans())
    ranks = draw(st.lists(st.integers(1, 254), min_size=1, max_size=3, unique=True))
    if owners:
        ranks[0] = 255
    groups = []
    for number, priority in enumerate(ranks, start=1):
        shared = {"version": 3, "advert_interval": INTERVAL, "priority": priority, "announcing": Announcing(repeat=1)}
        shared |= {"owner_state": priority == 255, "preempt": priority == 255 or draw(st.booleans())}
        source = Address.unpack(bytes((10, 9, 0, number)))
        hosts = [lan.add(instance(name=f"VI_{vrid}", vrid=vrid, **shared), source) for vrid in vrids]
        lan.join(f"G{number}", *hosts)
        groups.append(hosts)
        for host in hosts:
            lan.at(draw(st.integers(0, SECOND)), lambda host=host: host.act(Router.start))
    return lan, groups


class Apart:
    """Watches for how long members of one group are in different states."""

    def __init__(self, lan, groups):
        self.longest = 0
        self._lan = lan
        self._groups = groups
        self._since = [None] * len(groups)

    def __call__(self):
        for place, hosts in enumerate(self._groups):
            states = {host.router.state for host in hosts}
            if len(states) == 1 or State.INIT in states:
                self._since[place] = None
                continue
            since = self._since[place] = self._lan.now if self._since[place] is None else self._since[place]
            self.longest = max(self.longest, self._lan.now - since)
            assert State.FAULT not in states, "a fault is everybody's at once"


EVENTS = st.tuples(
    st.sampled_from(("raise", "clear", "better", "reign", "worse", "farewell", "priority", "lost", "freeze", "thaw")),
    st.integers(0, 14),
    st.integers(0, 4 * INTERVAL),
)


def speak(lan, host, priority):
    vrid = host.router.config.vrid
    heard = advert(
        priority, source=STRANGER, version=3, checksum="pseudo", interval=INTERVAL, vrid=vrid, arrived=lan.now
    )
    host.act(lambda router, now: router.hear(heard, now))


def happen(lan, groups, name, which):
    hosts = [host for members in groups for host in members]
    host = hosts[which % len(hosts)]
    machine = next(members for members in groups if host in members)
    match name:
        case "raise":
            host.act(lambda router, now: router.raise_fault("test", "broken", now))
        case "clear":
            host.act(lambda router, now: router.clear_fault("test", now))
        case "better" | "worse" | "farewell":
            speak(lan, host, {"better": 254, "worse": 1, "farewell": 0}[name])
        case "reign":
            for beat in range(8):
                lan.at(lan.now + beat * INTERVAL, lambda: speak(lan, host, 254))
        case "priority":
            for member in machine:
                member.act(lambda router, now: router.weigh(which * 10 - 70, "test", now))
        case "lost":
            host.act(lambda router, now: router.address_lost(router.config.vips[0], now))
        case "freeze":
            for member in machine:
                member.freeze()
        case "thaw":
            for member in machine:
                member.thaw()


@SETTINGS
@given(machines(), st.lists(EVENTS, max_size=30))
def test_members_are_never_apart_for_longer_than_a_down_timer(made, events):
    lan, groups = made
    watch = Apart(lan, groups)
    lan.run(2 * SECOND, watch)
    for name, which, pause in events:
        happen(lan, groups, name, which)
        watch()
        lan.run(lan.now + pause, watch)
    for hosts in groups:
        for host in hosts:
            host.thaw()
            host.act(lambda router, now: router.clear_fault("test", now))
    lan.run(lan.now + 4 * LONGEST_WAIT + SECOND, watch)
    # A thaw is served member by member within one moment; apart from that nothing may keep them apart.
    assert watch.longest <= LONGEST_WAIT
    settled = [hosts for hosts in groups if all(host.master for host in hosts)]
    assert len(settled) == 1
    assert not [host for host in lan.hosts if host.router.state is State.FAULT]
    assert not [host for host in lan.hosts if GROUP in host.router.faults]


@SETTINGS
@given(machines(), st.lists(EVENTS, max_size=20))
def test_the_group_is_what_its_members_are(made, events):
    lan, groups = made
    lan.run(2 * SECOND)
    for name, which, pause in events:
        happen(lan, groups, name, which)
        lan.run(lan.now + pause)
        for hosts in groups:
            group, states = hosts[0].group, {host.router.state.name for host in hosts}
            assert group.state in states
            own = [host for host in hosts if host.router.own_faults]
            assert (group.state == "FAULT") == bool(own)
