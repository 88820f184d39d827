"""Version 3 backups take the interval from the master."""

from __future__ import annotations

import random
import time

from harness.config import instance
from harness.network import Net
from harness.pairings import ours_on_b
from harness.timing import master_down_s

SLOW, FAST = 1.0, 0.1
PHASES = 20


def let_learn(net: Net, slow_s: float = SLOW) -> float:
    """Wait for an advert of a that b has surely heard. Until then b may take itself for the master."""
    first = net.next_advert(net.a, since=time.time())
    return net.next_advert(net.a, since=first.time + 0.5 * slow_s).time


def test_s17_a_fast_backup_learns_a_slow_master_s_interval(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150, interval=SLOW))
    duo.start(duo.b, instance(priority=100, interval=FAST))
    learned = let_learn(duo)
    duo.next_advert(duo.a, since=learned + 2.5 * SLOW)
    duo.silent(duo.b, since=learned)  # it has learned the interval
    a.kill()
    last = duo.last_advert(duo.a).time
    taken = duo.next_advert(duo.b, since=last)
    duo.on_time(taken.time, last + master_down_s(100, SLOW))
    assert taken.interval_s == FAST


@ours_on_b
def test_s18_a_reload_forgets_no_learned_interval(duo: Net):
    """KD-8: keepalived returns to its own interval and takes over from a master that lives."""
    slow_s = 0.5
    duo.start_master(duo.a, instance(priority=150, interval=slow_s))
    b = duo.start(duo.b, instance(priority=100, interval=0.05))
    learned = heard = let_learn(duo, slow_s)
    chance = random.Random(18)
    for _ in range(PHASES):
        duo.wait_until(heard + chance.uniform(0.02, 0.8) * slow_s)
        b.reload()
        heard = duo.next_advert(duo.a, since=heard + 0.5 * slow_s).time
    duo.next_advert(duo.a, since=heard + 0.5 * slow_s)
    duo.silent(duo.b, since=learned)
