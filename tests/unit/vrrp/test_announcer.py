from __future__ import annotations

from msgspec import structs

from standfast.config.model import Announcing, Elsewhere
from standfast.testing.playbook import VIP
from standfast.vrrp.actions import Announce
from standfast.vrrp.announcer import Announcer

ROUND = Announce((VIP,))


def test_burst_second_burst_and_refreshes():
    announcer = Announcer(Announcing(repeat=2, delay=50, refresh=20, refresh_repeat=3))
    assert announcer.begin((VIP,), 100) == (ROUND, ROUND)
    assert announcer.deadline == 150
    assert announcer.due(149) == ()
    assert announcer.due(150) == (ROUND, ROUND)
    assert announcer.deadline == 170
    assert announcer.due(170) == (ROUND,) * 3
    assert announcer.deadline == 190


def test_missed_refreshes_are_not_made_up_for_and_keep_their_beat():
    announcer = Announcer(Announcing(repeat=1, delay=0, refresh=20))
    announcer.begin((VIP,), 0)
    assert announcer.due(75) == (ROUND,)
    assert announcer.deadline == 80


def test_a_lower_priority_advert_gives_a_block_now_and_one_later():
    announcer = Announcer(Announcing(repeat=1, delay=0, lower_prio_repeat=2, lower_prio_delay=30))
    announcer.begin((VIP,), 0)
    assert announcer.lower_priority_heard(10) == (ROUND, ROUND)
    assert announcer.deadline == 40
    assert announcer.due(40) == (ROUND, ROUND)
    assert announcer.deadline is None


def test_no_lower_priority_rounds_if_turned_off():
    announcer = Announcer(Announcing(repeat=1, delay=0, lower_prio_repeat=0))
    announcer.begin((VIP,), 0)
    assert announcer.lower_priority_heard(10) == ()
    assert announcer.deadline is None


def test_stopping_voids_everything():
    announcer = Announcer(Announcing(refresh=20))
    announcer.begin((VIP,), 0)
    announcer.stop()
    assert announcer.deadline is None
    assert announcer.due(10**9) == ()


def test_without_addresses_there_is_nothing_to_say():
    announcer = Announcer(Announcing())
    assert announcer.begin((), 0) == ()


def test_adopting_says_nothing_but_keeps_refreshing():
    announcer = Announcer(Announcing(delay=50, refresh=20))
    announcer.adopt((VIP,), 100)
    assert announcer.deadline == 170


def test_new_settings_keep_what_is_scheduled():
    announcer = Announcer(Announcing(repeat=1, delay=50))
    announcer.begin((VIP,), 0)
    announcer.reconfigure(Announcing(repeat=3, delay=60, refresh=500), 10)
    assert announcer.deadline == 50
    assert announcer.due(50) == (ROUND,) * 3
    assert announcer.deadline == 510
    announcer.reconfigure(Announcing(), 60)
    assert announcer.deadline is None


ELSEWHERE = structs.replace(VIP, dev="vrrp.51")


def test_other_interfaces_are_announced_in_their_own_rhythm():
    settings = Announcing(repeat=1, delay=0, extra=Elsewhere(period=300, interfaces=("vrrp.51",)))
    announcer = Announcer(settings)
    announcer.begin((VIP, ELSEWHERE, structs.replace(ELSEWHERE, prefix=9)), 0)
    assert announcer.deadline == 300
    assert announcer.due(310) == (Announce((ELSEWHERE,)),)
    assert announcer.deadline == 600
    announcer.reconfigure(Announcing(), 400)
    assert announcer.deadline is None


def test_without_an_address_elsewhere_nothing_is_scheduled():
    announcer = Announcer(Announcing(repeat=1, delay=0, extra=Elsewhere(period=300, interfaces=("vrrp.51",))))
    announcer.begin((VIP,), 0)
    assert announcer.deadline is None
