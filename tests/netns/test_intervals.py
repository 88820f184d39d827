"""Version 3 backups take the interval from the master."""

from __future__ import annotations

import random

import pytest
from harness.config import instance
from harness.network import Net
from harness.timing import master_down_s

SLOW, FAST = 1.0, 0.1


def test_s17_a_fast_backup_learns_a_slow_master_s_interval(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150, interval=SLOW))
    duo.start(duo.b, instance(priority=100, interval=FAST))
    heard = duo.next_advert(duo.a, since=duo.began)
    later = [duo.next_advert(duo.a, since=heard.time + n - 0.5) for n in (2, 3)]
    early = [each for each in duo.wire.adverts(duo.b.address) if each.time > later[0].time]
    assert early == [], "it did not learn the interval"
    killed = a.kill()
    taken = duo.next_advert(duo.b, since=killed)
    duo.on_time(taken.time, duo.last_advert(duo.a).time + master_down_s(100, SLOW))
    assert taken.interval_s == FAST


@pytest.mark.parametrize("phases", [4, pytest.param(20, marks=pytest.mark.full)])
def test_s18_a_reload_forgets_no_learned_interval(duo: Net, phases: int):
    """KD-8: keepalived returns to its own interval and takes over from a master that lives."""
    if duo.is_keepalived(duo.b):
        pytest.skip("KD-8: keepalived forgets the learned interval")
    duo.start_master(duo.a, instance(priority=150, interval=SLOW))
    b = duo.start(duo.b, instance(priority=100, interval=FAST))
    heard = duo.next_advert(duo.a, since=duo.began + 0.01)
    chance = random.Random(18)
    for _ in range(phases):
        heard = duo.next_advert(duo.a, since=heard.time + 0.5)
        duo.wait_until(heard.time + chance.uniform(0.05, 0.8))
        b.reload()
    duo.next_advert(duo.a, since=heard.time + 0.5)
    assert [each for each in duo.wire.adverts(duo.b.address) if each.time > heard.time - phases * SLOW] == []
