from __future__ import annotations

from standfast.config.model import UnicastPeer
from standfast.testing.playbook import Playbook, asleep_until, at, hears, router, ticks
from standfast.values import Address
from standfast.vrrp.rules import State

PEERS = (UnicastPeer(address=Address.parse("10.9.0.2")),)


def test_forms_of_checksum_by_configuration():
    assert router().form == "message"
    assert router(version=3).form == "pseudo"
    assert router(version=3, checksum="message").form == "message"
    old = router(version=3, group=None, unicast_peers=PEERS, old_unicast_checksum="use")
    assert old.form == "group"
    assert router(version=3, family=6).form == "pseudo"


def test_a_pinned_form_follows_nobody():
    book = Playbook(router(version=3, checksum="pseudo")) >> hears(200, checksum="message")
    assert book.router.form == "pseudo"


def test_its_vote_is_what_it_would_be_on_its_own():
    subject = router(priority=255, owner_state=True)
    assert subject.vote is State.MASTER
    book = Playbook(subject) >> hears(255, source="10.9.0.9")
    assert book.router.vote is State.BACKUP
    book = book >> at(4)
    book.forget()
    assert book.router.vote is State.MASTER


def test_a_late_timer_is_counted_once_however_often_it_is_looked_at():
    book = Playbook(router(priority=150)) >> asleep_until(8) >> hears(0, arrived=1.0) >> ticks >> ticks
    book.forget()
    assert book.router.counters.late_wakeups == 2  # the down timer, and then the skew timer from 1.0 s
    assert book.remarks.count("vrrp.late_wakeup") == 1
