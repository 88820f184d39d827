"""Adverts with an authentication header or a signature, from the voice of one router to the ears of another."""

from __future__ import annotations

import pytest
from msgspec import structs

from standfast import clock
from standfast.config.hmac_model import Hmac, HmacKey
from standfast.config.model import Authentication, UnicastPeer
from standfast.supervise.page import Slot
from standfast.values import SECOND, Address
from standfast.vrrp import ah, packet
from standfast.vrrp.instance import Instance
from standfast.vrrp.rules import State

A, B = Address.parse("10.9.0.1"), Address.parse("10.9.0.2")
AH = {"version": 2, "advert_interval": SECOND, "auth": Authentication(kind="ah", password=b"secret")}
KEYS = (HmacKey(id=7, secret=bytes(range(32))), HmacKey(id=8, secret=bytes(range(1, 33))))
WALL = 1_700_000_000.0


def signed(mode: str = "enforce", **options) -> dict:
    return {"hmac": Hmac(**({"keys": KEYS, "active": 7, "window_s": 5, "mode": mode} | options))}


@pytest.fixture(autouse=True)
def wall(monkeypatch):
    """Both hosts' clocks agree, and a microsecond is one."""
    monkeypatch.setattr(clock, "wall_clock_at", lambda moment: WALL + moment / SECOND)


@pytest.fixture
def pair(make_instance, voice):
    """A speaks into ``voice``; B is a BACKUP that listens."""

    def make(settings_a: dict, settings_b: dict | None = None) -> tuple[Instance, Instance]:
        a = make_instance(**settings_a)
        b = make_instance(**(settings_a if settings_b is None else settings_b))
        for each, source in ((a, A), (b, B)):
            each.router.set_source(source, 0)
            each.router.start(0)
        b.receiver._wall = clock.wall_clock_at
        return a, b

    return make


def speak(a: Instance, now: int = 1) -> bytes:
    a.router.send_advert(now)
    (action,) = a.router.flush()
    a.speak(action, now)
    return a.mouth.said[-1]


def hear(b: Instance, datagram: bytes, now: int = 2):
    opened = packet.open_ipv4(datagram, now)
    return None if opened is None else b.receiver.judge(opened)


def test_s21_numbers_grow_and_nothing_is_accepted_twice(pair):
    a, b = pair(AH)
    first, second = speak(a), speak(a)
    assert hear(b, first).auth_type == 2
    assert hear(b, second) is not None
    for replayed in (second, first):
        assert hear(b, replayed) is None
    assert b.router.counters.auth_failure == 2
    assert b.router.sequence == 2


def test_s21_a_farewell_that_nobody_heard_leaves_its_number_to_the_successor(pair):
    """The link of a master goes down and comes back: its peer, which never heard the last number, begins with it."""
    a, b = pair(AH)
    for _ in range(3):
        hear(b, speak(a))
    a.router.send_advert(5, 0)
    a.router.flush()
    successors = speak(b)
    assert (a.router.sequence, b.router.sequence) == (4, 4)
    assert hear(a, successors) is not None
    assert hear(a, successors) is None, "once"
    assert hear(a, speak(b)) is not None
    assert a.router.counters.auth_failure == 1


def test_s21_a_new_master_goes_on_where_the_old_one_stood(pair):
    a, b = pair(AH)
    for _ in range(5):
        hear(b, speak(a))
    speak(b)
    assert b.router.sequence == 6


def test_s21_the_index_follows_the_source(pair):
    a, b = pair(AH)
    hear(b, speak(a))
    a.router.set_source(Address.parse("10.9.0.9"), 0)
    datagram = speak(a)
    assert datagram[24:28] == Address.parse("10.9.0.9").packed
    assert hear(b, datagram) is not None


def test_s22_every_peer_has_a_value_of_its_own(pair, voice):
    peers = (UnicastPeer(address=B), UnicastPeer(address=Address.parse("10.9.0.3")))
    a, b = pair(
        AH | {"group": None, "unicast_peers": peers}, AH | {"group": None, "unicast_peers": (UnicastPeer(address=A),)}
    )
    speak(a)
    to_b, to_c = voice.said[-2:]
    assert to_b[28:32] == to_c[28:32], "one number for each advert"
    assert to_b[32:44] != to_c[32:44]
    hop = bytearray(to_b)
    hop[8] = 200
    assert hear(b, bytes(hop)) is not None


@pytest.mark.parametrize("password", [b"another", b""])
def test_another_password_is_refused(pair, password):
    a, b = pair(AH | {"auth": Authentication(kind="ah", password=password or b"x")}, AH)
    assert hear(b, speak(a)) is None
    assert b.router.counters.auth_failure == 1


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(AH, {"version": 2, "advert_interval": SECOND}), ({"version": 2, "advert_interval": SECOND}, AH)],
)
def test_both_must_have_the_header_or_none(pair, ours, theirs):
    a, b = pair(theirs, ours)
    assert hear(b, speak(a)) is None
    assert b.router.counters.authtype_mismatch == 1


def test_the_counter_stops_at_its_end_and_a_new_mastership_begins_anew(pair):
    a, _ = pair(AH)
    a.router.sequence = ah.LAST_SEQUENCE - 1
    speak(a)
    speak(a)
    assert a.router.sequence == ah.LAST_SEQUENCE
    a.router.tick(a.router.deadline)
    assert a.router.state is State.MASTER
    assert a.router.sequence == 1


def test_a_successor_goes_on_counting(make_instance):
    b = make_instance(**AH)
    b.router.resume(0, Slot(int(State.BACKUP), 0, 0, 41))
    assert b.router.sequence == 41
    assert b.router.slot().ah_sequence == 41


@pytest.mark.parametrize("version", [2, 3])
def test_s23_a_signed_advert_passes_once(pair, version):
    settings = signed() | {"version": version, "advert_interval": SECOND}
    a, b = pair(settings)
    datagram = speak(a)
    assert int.from_bytes(datagram[2:4], "big") == len(datagram)
    assert hear(b, datagram) is not None
    assert hear(b, datagram) is None
    assert b.router.counters.auth_ext_replay == 1


@pytest.mark.parametrize(
    ("theirs", "ours", "counter", "accepted"),
    [
        ({}, signed(), "auth_ext_missing", False),
        ({}, signed("permissive"), "auth_ext_missing", True),
        ({}, signed("receive-only"), "auth_ext_missing", True),
        (signed("receive-only"), signed(), "auth_ext_missing", False),
        (signed(), signed("receive-only"), "", True),
        (signed(active=8), signed(), "", True),
        (signed(active=8), signed(keys=KEYS[:1]), "auth_ext_unknown_key", False),
        (signed(keys=(HmacKey(id=7, secret=b"x" * 32),)), signed(), "auth_ext_invalid_hmac", False),
        (signed(), {}, "packet_len_err", False),
    ],
)
def test_s23_what_each_mode_accepts(pair, theirs, ours, counter, accepted):
    a, b = pair(theirs, ours)
    assert (hear(b, speak(a)) is not None) is accepted
    counts = structs.asdict(b.router.counters)
    errors = {
        name for name, value in counts.items() if value and (name.startswith("auth_ext") or name == "packet_len_err")
    }
    assert errors == ({counter} if counter else set())


@pytest.mark.parametrize(("late", "counter"), [(2, ""), (4, ""), (6, "auth_ext_stale")])
def test_s23_stale_adverts_and_a_warning_before(pair, told, late, counter):
    a, b = pair(signed())
    heard = hear(b, speak(a, now=1), now=late * SECOND)
    assert (heard is None) is bool(counter)
    assert any("clock" in event.words for event in told) is (late > 2)
    if counter:
        assert b.router.counters.auth_ext_stale == 1


def test_over_ipv6_the_kernels_checksum_covers_the_signature(make_instance):
    settings = signed() | {
        "family": 6,
        "group": Address.parse("ff02::12"),
        "vips": (),
    }
    b = make_instance(**settings)
    source = Address.parse("fe80::2")
    a = make_instance(**settings)
    a.router.set_source(source, 0)
    b.router.set_source(Address.parse("fe80::1"), 0)
    b.router.start(0)
    b.receiver._wall = clock.wall_clock_at

    class Mouth:
        endpoint = type("Endpoint", (), {"index": 2})
        said: list[bytes] = []  # noqa: RUF012 - a test's

        def say_ipv6(self, message, _ancillary, _destination):
            self.said.append(bytes(message))

    a.mouth = Mouth()
    message = bytearray(speak(a))
    group = settings["group"].packed
    message[6:8] = b"\0\0"  # as the kernel does it (IPV6_CHECKSUM)
    total = packet.internet_checksum(packet.covered("pseudo", source.packed, group, bytes(message)))
    message[6:8] = total.to_bytes(2, "big")
    envelope = packet.open_ipv6(bytes(message), source.packed, group, 255, 2)
    assert b.receiver.judge(envelope) is not None
