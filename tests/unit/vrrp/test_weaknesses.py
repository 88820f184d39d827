"""Weaknesses found in keepalived that the pure protocol code must not have. Names: test_kdNN_*."""

from __future__ import annotations

from itertools import pairwise

import pytest

from standfast.config.hmac_model import Hmac, HmacKey
from standfast.config.model import Announcing, Authentication, UnicastPeer, VirtualAddress
from standfast.testing.playbook import (
    GROUP,
    OTHER_SOURCE,
    VIP,
    Playbook,
    advert,
    announces,
    asleep_until,
    at,
    becomes,
    does,
    exactly,
    hears,
    reloads,
    router,
    ticks,
    us,
)
from standfast.values import SECOND, Address
from standfast.vrrp import packet
from standfast.vrrp.actions import AddAddresses, CancelAnnouncing, RemoveAddresses, SendAdvert
from standfast.vrrp.receive import Receiver
from standfast.vrrp.rules import State

QUIET = Announcing(delay=0, lower_prio_delay=0)


def wire(heard, arrived, **envelope):
    """The advert as the receive pipeline gets it."""
    opened = packet.open_ipv4(packet.encode_ipv4(heard, 1), arrived)
    return opened._replace(**envelope)


def broken(message, offset):
    return message[:offset] + bytes((message[offset] ^ 0x55,)) + message[offset + 1 :]


PLAIN: dict = {}
PASS = {"auth": Authentication(kind="pass", password=b"secret")}
SIGNED = {"hmac": Hmac(keys=(HmacKey(id=1, secret=bytes(32)),), active=1, window_s=5, mode="enforce")}
JUNK = {
    "ttl": (PLAIN, lambda now: wire(advert(200), now, ttl=64)),
    "checksum": (PLAIN, lambda now: wire(advert(200), now, message=broken(packet.encode(advert(200)), 6))),
    "version": (PLAIN, lambda now: wire(advert(200, version=3), now)),
    "authentication that we have not": (PLAIN, lambda now: wire(advert(200, auth_type=1), now)),
    "wrong password": (PASS, lambda now: wire(advert(200, auth_type=1, auth_data=b"junk\0\0\0\0"), now)),
    "no password": (PASS, lambda now: wire(advert(200), now)),
    "no signature": (SIGNED, lambda now: wire(advert(200), now)),
}
"""What is wrong -> the configuration of who hears it, and the advert."""


@pytest.mark.parametrize("kind", JUNK)
def test_kd01_s31_rejected_adverts_cannot_silence_the_master(kind):
    """Every 0.3 s for 20 s: the master's beat is what it was, and its backup waits."""
    settings, junk = JUNK[kind]
    master = router(priority=150, announcing=QUIET, **settings)
    backup = router(priority=100, announcing=QUIET, **settings)
    ears = [Receiver(each, lambda event: None) for each in (master, backup)]
    books = [Playbook(each) for each in (master, backup)]
    spoken = 0
    for step in range(470):
        moment = step * 0.05
        books = [book >> at(moment) for book in books]
        if len(books[0].adverts) > spoken:
            spoken += 1
            books[1] = books[1] >> hears(150)
        for book in books:
            book.forget()
        if moment >= 3.5 and step % 6 == 0:
            assert [ear.judge(junk(book.now)) for ear, book in zip(ears, books, strict=True)] == [None, None]
    beats = [us(moment) for moment, _ in books[0].adverts]
    assert {later - earlier for earlier, later in pairwise(beats)} == {SECOND}
    assert len(beats) >= 20
    assert (master.state, backup.state) == (State.MASTER, State.BACKUP)
    assert backup.refused.count > 60


def test_kd01_losing_adverts_do_not_move_the_beat_without_an_answer():
    book = Playbook(router(priority=150, announcing=QUIET, lower_prio_no_advert=True)) >> at(3.5)
    book.forget()
    for step in range(1, 60):
        book = book >> at(3.5 + step * 0.3)
        book.forget()
        book = book >> hears(100)
        book.forget()
    beats = [us(moment) for moment, _ in book.adverts]
    assert {later - earlier for earlier, later in pairwise(beats)} == {SECOND}


PEERS = tuple(UnicastPeer(address=Address.parse(text)) for text in ("192.0.2.2", "192.0.2.3"))


@pytest.mark.parametrize("checksum", ["auto", "pseudo", "message"])
def test_kd02_every_unicast_copy_verifies(checksum):
    subject = router(version=3, group=None, unicast_peers=PEERS, source=Address.parse("192.0.2.1"), checksum=checksum)
    copies = [packet.decode(wire(out, 1), mode=checksum) for out in subject.outgoing(SendAdvert(100))]
    assert [copy.destination for copy in copies] == [peer.address for peer in PEERS]


def test_kd03_the_checksum_follows_the_source_address():
    subject = router(version=3, group=None, unicast_peers=PEERS)
    for text in ("192.0.2.1", "192.0.2.77"):
        subject.set_source(Address.parse(text), 0)
        for out in subject.outgoing(SendAdvert(100)):
            assert str(packet.decode(wire(out, 1)).source) == text


@pytest.mark.parametrize("change", [110, 50, 254])
def test_kd04_a_new_priority_during_the_skew_keeps_the_short_wait(change):
    book = Playbook(router(priority=100)) >> hears(200) >> hears(0) >> at(0.002)
    book = book >> does(lambda r, now: r.set_priority(change, now)) >> at(0.99)
    assert book << exactly((256 - change) * 1_000_000 // 256 / 1e6, SendAdvert(change)) << AddAddresses << announces(5)


def test_kd05_s30_interval_zero_is_never_learned():
    subject = router(version=3)
    receiver = Receiver(subject, lambda event: None)
    book = Playbook(subject) >> hears(200) >> at(1)
    zero = advert(200, version=3, interval=0, checksum="pseudo")
    assert receiver.judge(wire(zero, book.now)) is None
    assert subject.counters.advert_interval_err == 1
    assert book >> at(3.6)
    assert subject.state is State.BACKUP


def test_kd08_a_reload_forgets_nothing():
    book = Playbook(router(version=3, preempt_delay=us(60))) >> at(1)
    book = book >> hears(50, interval=2 * SECOND) >> at(2) >> reloads(name="renamed", evips=(VIP,))
    after = book.router
    assert (after.master_interval, after.deadline) == (2 * SECOND, us(1) + after.down_time)
    assert (after.master.address, after.preempt_at) == (OTHER_SOURCE, us(61))


def test_kd08_becoming_master_always_returns_to_the_own_interval():
    book = Playbook(router(version=3)) >> hears(150, interval=2 * SECOND) >> at(8)
    book.forget()
    assert book.router.state is State.MASTER
    assert book.router.master_interval == SECOND


def lose(address=VIP):
    return does(lambda r, now: r.address_lost(address, now))


def test_kd10_a_deleted_address_comes_back_alone():
    other = VirtualAddress(address=Address.parse("10.9.0.101"), prefix=24, dev="eth0")
    book = Playbook(router(vips=(VIP, other), announcing=QUIET)) >> at(3.7)
    book.forget()
    assert book >> lose(other) << AddAddresses((other,)) << announces(5, (other,)) >> at(4.5)
    assert book.router.state is State.MASTER


def test_kd10_a_fight_over_an_address_ends():
    book = Playbook(router(priority=150, announcing=QUIET)) >> at(3.5)
    book.forget()
    for round_ in range(3):
        start = 4 + round_ * 10
        book = book >> at(start)
        book.forget()
        for loss in range(2):
            book = book >> at(start + loss / 100) >> lose() << AddAddresses << announces(5)
        book = book >> at(start + 0.05) >> lose() << SendAdvert(0) << CancelAnnouncing << RemoveAddresses
        expected = State.FAULT if round_ == 2 else State.BACKUP
        assert book.router.state is expected
    assert book >> at(200)
    assert book >> reloads(priority=151) << becomes("BACKUP")


def test_kd12_every_refusal_counts_under_its_own_name():
    subject = router()
    receiver = Receiver(subject, lambda event: None)
    Playbook(subject)
    receiver.judge(wire(advert(200, interval=2 * SECOND), 1))
    receiver.judge(wire(advert(200, destination=Address.parse("10.9.0.1")), 1))
    counters = subject.counters
    assert (counters.advert_interval_err, counters.destination_err, counters.addr_list_err) == (1, 1, 0)


def test_kd13_a_second_offender_is_visible_and_a_flood_is_not():
    told = []
    subject = router()
    receiver = Receiver(subject, told.append)
    Playbook(subject)
    for now in range(1, 50):
        receiver.judge(wire(advert(200), now, ttl=64))
        receiver.judge(wire(advert(200, source="10.9.0.66"), now, ttl=64))
        receiver.judge(wire(advert(200, interval=2 * SECOND), now))
    assert [(remark.fields["source"], remark.fields["reason"]) for remark in told] == [
        ("10.9.0.2", "ip_ttl_err"),
        ("10.9.0.66", "ip_ttl_err"),
        ("10.9.0.2", "advert_interval_err"),
    ]
    receiver.judge(wire(advert(200), 61 * SECOND, ttl=64))
    assert told[-1].fields["suppressed"] == 48 * 3


def test_kd14_an_owner_told_to_listen_listens():
    subject = router(priority=255, owner_ignore_adverts=False)
    Playbook(subject)
    assert Receiver(subject, lambda event: None).judge(wire(advert(255), 1)) is not None


def test_kd16_a_late_wake_up_is_no_reason_to_take_over():
    book = Playbook(router(priority=100)) >> hears(150) >> asleep_until(3.7)
    assert book >> hears(150, arrived=3.0) >> ticks >> at(6.5)
    assert book.router.state is State.BACKUP


def test_kd16_after_a_freeze_one_interval_is_heard_first():
    book = Playbook(router(priority=100)) >> hears(150) >> asleep_until(9) >> ticks >> at(9.5) >> hears(150) >> at(12)
    assert book.router.state is State.BACKUP


def test_kd17_the_winner_of_a_split_repeats_its_announcements():
    book = Playbook(router(priority=150)) >> at(20)
    book.forget()
    assert book >> hears(100) << SendAdvert(150) << announces(5) >> at(20.5)


def test_kd20_version_2_over_ipv6_is_refused():
    source, group = Address.parse("fe80::b"), Address.parse("ff02::12")
    subject = router(version=3, family=6, group=group, source=Address.parse("fe80::a"))
    Playbook(subject)
    v2 = advert(200, source=source, destination=group, addresses=(source,), checksum="pseudo")
    envelope = packet.open_ipv6(packet.encode(v2), source.packed, group.packed, 255, 1)
    assert Receiver(subject, lambda event: None).judge(envelope) is None
    assert subject.counters.vers_err == 1


def test_kd21_unicast_adverts_from_strangers_are_refused():
    subject = router(version=3, group=None, unicast_peers=PEERS, source=Address.parse("192.0.2.1"))
    receiver = Receiver(subject, lambda event: None)
    Playbook(subject)
    fields = {"version": 3, "checksum": "pseudo", "destination": Address.parse("192.0.2.1")}
    assert receiver.judge(wire(advert(200, source="192.0.2.66", **fields), 1)) is None
    assert subject.counters.source_err == 1
    assert receiver.judge(wire(advert(200, source="192.0.2.2", **fields), 1)) is not None


def test_the_pretended_wire_is_sound():
    assert wire(advert(200), 1).destination == GROUP.packed
