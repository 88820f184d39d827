"""Several routers on a bad network: never two lasting masters, and the best one wins in the end."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.config.model import Announcing
from standfast.testing.lan import Lan
from standfast.testing.playbook import OWN_SOURCE, VIP, advert, instance, router
from standfast.values import SECOND, Address
from standfast.vrrp import timing
from standfast.vrrp.actions import Left
from standfast.vrrp.router import Router
from standfast.vrrp.rules import State

GREATEST_DELAY = 20_000
STORM = 12 * SECOND
SETTINGS = settings(max_examples=100, deadline=None)


@st.composite
def networks(draw, **options):
    """A LAN with two to five routers of one kind and any priorities, and its source of chance."""
    rng = random.Random(draw(st.integers(0, 2**32)))
    version = draw(st.sampled_from((2, 3)))
    interval = SECOND if version == 2 else draw(st.sampled_from((100_000, 500_000, SECOND)))
    priorities = draw(st.lists(st.integers(1, 255), min_size=2, max_size=5))
    lan = Lan(rng, delay=(50, min(GREATEST_DELAY, interval // 10)))
    for number, priority in enumerate(priorities, start=1):
        shared = {"version": version, "advert_interval": interval, "announcing": Announcing(repeat=1), **options}
        config = instance(priority=priority, owner_state=priority == 255, **shared)
        host = lan.add(config, Address.unpack(bytes((10, 9, 0, number))))
        lan.at(draw(st.integers(0, 3 * SECOND)), lambda host=host: host.act(Router.start))
    return lan


def settling_time(lan):
    """After trouble ends: the longest down timer, an election among the fastest, an exchange of adverts."""
    config = lan.hosts[0].router.config
    return 2 * timing.down_time(config.version, 1, config.advert_interval) + 2 * config.advert_interval


class Overlap:
    """Watches for how long two masters last."""

    def __init__(self, lan):
        self.longest = 0
        self._lan = lan
        self._since = None

    def __call__(self):
        if len(self._lan.masters) < 2:
            self._since = None
            return
        self._since = self._lan.now if self._since is None else self._since
        self.longest = max(self.longest, self._lan.now - self._since)


def best(lan):
    """An equal priority is obeyed without a look at addresses, so any of the highest may hold it."""
    return max(host.router.config.priority for host in lan.hosts)


def holders(lan):
    return [host for host in lan.hosts if host.installed]


@SETTINGS
@given(networks())
def test_on_a_good_network_the_highest_priority_wins_and_overlaps_are_short(lan):
    watch = Overlap(lan)
    lan.run(3 * SECOND + settling_time(lan), watch)
    lan.run(lan.now + 10 * SECOND, watch)
    (master,) = lan.masters
    assert master.router.config.priority == best(lan)
    assert holders(lan) == [master]
    assert watch.longest <= master.router.config.advert_interval + 2 * lan.delay[1]


@SETTINGS
@given(st.sets(st.integers(1, 254), min_size=2, max_size=5), st.sampled_from((2, 3)), st.integers(0, 2**32))
def test_skew_time_lets_only_the_best_take_over(priorities, version, seed):
    """One step of priority is 1/256 of the interval: more than the wire needs, so nobody else ever tries."""
    interval = SECOND if version == 2 else 100_000
    lan = Lan(random.Random(seed), delay=(20, interval // 300))
    for number, priority in enumerate(priorities, start=1):
        config = instance(version=version, advert_interval=interval, priority=priority)
        lan.add(config, Address.unpack(bytes((10, 9, 0, number)))).act(Router.start)
    lan.run(6 * interval)
    became = {host.router.config.priority for host in lan.hosts if host.router.counters.become_master}
    assert became == {max(priorities)}


@SETTINGS
@given(networks(), st.floats(0.05, 0.9), st.data())
def test_after_loss_cuts_and_freezes_one_master_is_left_the_best(lan, loss, data):
    lan.loss = loss
    lan.run(4 * SECOND)
    for _ in range(data.draw(st.integers(0, 8))):
        host = data.draw(st.sampled_from(lan.hosts))
        match data.draw(st.sampled_from(("cut", "mend", "freeze", "thaw"))):
            case "cut":
                host.connected = False
            case "mend":
                host.connected = True
            case "freeze":
                host.freeze()
            case "thaw":
                host.thaw()
        lan.run(lan.now + data.draw(st.integers(0, STORM // 8)))
    lan.loss = 0.0
    for host in lan.hosts:
        host.connected = True
        host.thaw()
    lan.run(lan.now + settling_time(lan))
    settled = lan.now
    watch = Overlap(lan)
    lan.run(settled + 5 * SECOND, watch)
    (master,) = lan.masters
    assert watch.longest == 0
    assert master.router.config.priority == best(lan)
    assert holders(lan) == [master]


@SETTINGS
@given(networks(preempt=False), st.integers(0, 4))
def test_without_preemption_the_first_stays_and_every_stop_has_an_heir(lan, stops):
    lan.run(3 * SECOND + settling_time(lan))
    for _ in range(min(stops, len(lan.hosts) - 1)):
        (master,) = lan.masters
        master.act(Router.stop)
        lan.run(lan.now + settling_time(lan))
        assert master.router.state is State.INIT
        assert not master.installed
        (heir,) = lan.masters
        assert heir is not master
        lan.run(lan.now + 3 * SECOND)
        assert lan.masters == [heir]


CALLS = st.one_of(
    st.tuples(st.just("hear"), st.integers(0, 255), st.integers(1, 3), st.sampled_from((10_000, 100_000, SECOND))),
    st.tuples(st.just("tick"), st.integers(0, 20 * SECOND)),
    st.tuples(st.just("tick"), st.just(0)),
    st.tuples(st.sampled_from(("raise", "clear")), st.sampled_from("ab")),
    st.tuples(st.just("source"), st.sampled_from((None, OWN_SOURCE))),
    st.tuples(st.just("priority"), st.integers(-300, 300)),
    st.tuples(st.just("lost")),
    st.tuples(st.just("reload"), st.integers(1, 255), st.sampled_from((10_000, 100_000, SECOND)), st.booleans()),
    st.tuples(st.just("stop"), st.booleans()),
)


def call(subject, step, now):
    name, *arguments = step
    return CALLED[name](subject, now, *arguments)


def hear(subject, now, priority, sender, interval):
    source = Address.unpack(bytes((10, 9, 0, sender)))
    version = subject.config.version
    form = "message" if version == 2 else "pseudo"
    heard = advert(priority, source=source, version=version, interval=interval, checksum=form, arrived=now)
    return subject.hear(heard, now)


def reload(subject, now, priority, interval, preempt):
    changes = {"version": subject.config.version, "priority": priority, "preempt": preempt}
    return subject.reconfigure(instance(advert_interval=interval, **changes), now)


CALLED = {
    "hear": hear,
    "tick": lambda subject, now, _: subject.tick(now),
    "raise": lambda subject, now, key: subject.raise_fault(key, key, now),
    "clear": lambda subject, now, key: subject.clear_fault(key, now),
    "source": lambda subject, now, address: subject.set_source(address, now),
    "priority": lambda subject, now, priority: subject.set_priority(priority, now),
    "lost": lambda subject, now: subject.address_lost(VIP, now),
    "reload": reload,
    "stop": lambda subject, now, hold: subject.stop(now, hold),
}


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from((2, 3)),
    st.integers(1, 255),
    st.booleans(),
    st.sampled_from((0, 5 * SECOND)),
    st.lists(CALLS, max_size=40),
)
def test_no_sequence_of_events_confuses_a_router(version, priority, preempt, delay, steps):
    subject = router(
        version=version, priority=priority, owner_state=priority == 255, preempt=preempt, preempt_delay=delay
    )
    subject.start(0)
    now = 0
    for step in steps:
        if step[0] == "tick":
            # Either served exactly when due, or late.
            now = max(now, subject.deadline or 0) if step[1] == 0 else now + step[1]
        actions = call(subject, step, now)
        if step[0] == "tick" and subject.deadline is not None:
            assert subject.deadline > now or subject.state is State.LEAVING, "a timer that is due was not served"
        assert (subject.deadline is None) == (subject.state in (State.INIT, State.FAULT))
        assert (subject.state is State.FAULT) <= bool(subject.faults)
        if any(isinstance(action, Left) for action in actions):
            assert subject.state is State.INIT
            return
