"""The receive pipeline: what is refused, under which counter, and what passes with a remark."""

from __future__ import annotations

import random

import pytest
from msgspec import structs

from standfast.config.model import Authentication, UnicastPeer, VirtualAddress
from standfast.testing.playbook import GROUP, OTHER_SOURCE, OWN_SOURCE, VIP, Playbook, advert, router
from standfast.values import SECOND, Address
from standfast.vrrp import auth, packet
from standfast.vrrp.counters import Counters
from standfast.vrrp.receive import Entrance, Receiver, keep_last
from standfast.vrrp.rules import State

NOW = 1000
STRANGER = Address.parse("10.9.0.66")
PEERS = (UnicastPeer(address=OTHER_SOURCE, min_ttl=250), UnicastPeer(address=Address.parse("10.9.0.3")))
UNICAST = {"version": 3, "group": None, "unicast_peers": PEERS}
TO_US = {"version": 3, "checksum": "pseudo", "destination": OWN_SOURCE}


class Desk:
    """A running router and its receiver."""

    def __init__(self, **settings):
        self.told = []
        self.router = router(**settings)
        Playbook(self.router)
        self.receiver = Receiver(self.router, self.told.append)

    def judge(self, heard, now=NOW, **envelope):
        opened = packet.open_ipv4(packet.encode_ipv4(heard, 1), now)._replace(**envelope)
        return self.receiver.judge(opened)

    @property
    def counted(self):
        counters = self.router.counters
        return {name: value for name in Counters.__struct_fields__ if (value := getattr(counters, name))}


def checksummed(message):
    bare = message[:6] + b"\0\0" + message[8:]
    return bare[:6] + packet.internet_checksum(bare).to_bytes(2, "big") + bare[8:]


def test_a_good_advert_passes():
    desk = Desk()
    heard = structs.replace(advert(200, arrived=NOW), number=1)
    assert desk.judge(heard) == heard
    assert desk.counted == {"advert_rcvd": 1}
    assert desk.told == []


def test_a_repeated_advert_is_judged_like_the_first_one():
    desk = Desk()
    for turn in range(3):
        heard = structs.replace(advert(200, arrived=NOW + turn), number=1)
        assert desk.judge(advert(200, arrived=NOW), NOW + turn) == heard
    assert desk.counted == {"advert_rcvd": 3}


def test_what_is_remarked_on_is_remarked_on_each_time():
    desk = Desk(version=3)
    for _ in range(3):
        assert desk.judge(advert(200, version=3, checksum="pseudo", interval=2 * SECOND)) is not None
    assert desk.counted == {"advert_rcvd": 3, "advert_interval_err": 3}


@pytest.mark.parametrize("envelope", [{"ttl": 254}, {"missing": 4}, {"source": OWN_SOURCE.packed}])
def test_a_repeated_advert_with_another_envelope_is_not_the_same(envelope):
    desk = Desk()
    assert desk.judge(advert(200)) is not None
    assert desk.judge(advert(200), **envelope) is None


def test_a_repeated_advert_is_judged_by_the_configuration_and_source_of_the_moment():
    desk = Desk()
    assert desk.judge(advert(200)) is not None
    desk.router.source = OTHER_SOURCE
    assert desk.judge(advert(200)) is None  # it is now a reflection of our own
    desk.router.source = OWN_SOURCE
    assert desk.judge(advert(200)) is not None
    desk.router.reconfigure(structs.replace(desk.router.config, advert_interval=5 * SECOND), NOW)
    assert desk.judge(advert(200)) is None


@pytest.mark.parametrize("state", [State.INIT, State.FAULT])
def test_nobody_listens_in_init_and_fault(state):
    desk = Desk()
    desk.router.state = state
    assert desk.judge(advert(200)) is None
    assert desk.counted == {}


def test_s65_what_arrives_during_the_startup_delay_is_not_heard():
    desk = Desk()
    desk.router.listening_from = NOW + 1
    assert desk.judge(advert(200)) is None
    assert desk.judge(advert(200), now=NOW + 1) is not None


REFUSED = {
    "length": ({}, {"message": packet.encode(advert(200)) + b"\0"}, "packet_len_err"),
    "missing": ({}, {"missing": 3}, "packet_len_err"),
    "s27 ttl": ({}, {"ttl": 254}, "ip_ttl_err"),
    "s28 version": ({"version": 3}, {}, "vers_err"),
    "s20 other auth": ({"auth_type": auth.PASS}, {}, "authtype_mismatch"),
    "no such auth": ({"auth_type": 9}, {}, "invalid_authtype"),
    "s21 AH": ({}, {"protocol": 51}, "authtype_mismatch"),
    "s19 interval": ({"interval": 2 * SECOND}, {}, "advert_interval_err"),
    "s30 interval 0": ({"interval": 0}, {}, "advert_interval_err"),
    "s28 type": ({}, {"message": checksummed(b"\x22" + packet.encode(advert(200))[1:])}, "invalid_type_rcvd"),
    "checksum": ({}, {"message": packet.encode(advert(200))[:-1] + b"\1"}, "chk_err"),
    "s39 unicast": ({"destination": OWN_SOURCE}, {}, "destination_err"),
    "s36 reflected": ({"source": OWN_SOURCE}, {}, "self_rcvd"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_count_once_and_speak_once(case):
    fields, envelope, counter = REFUSED[case]
    desk = Desk()
    for _ in range(3):
        assert desk.judge(advert(200, **fields), **envelope) is None
    assert desk.counted == {counter: 3}
    (remark,) = desk.told
    assert (remark.event, remark.fields["reason"]) == ("vrrp.advert_rejected", counter)


def test_s30_an_empty_list_is_refused():
    desk = Desk(version=3)
    assert desk.judge(advert(200, version=3, checksum="pseudo", addresses=())) is None
    assert desk.counted == {"advert_rcvd": 1, "addr_list_err": 1}


def test_an_instance_without_addresses_accepts_an_empty_list():
    desk = Desk(version=3, vips=())
    assert desk.judge(advert(200, version=3, checksum="pseudo", addresses=())) is not None


def test_s17_another_interval_in_version_3_is_accepted_and_remarked_on():
    desk = Desk(version=3)
    assert desk.judge(advert(200, version=3, checksum="pseudo", interval=2 * SECOND)).interval == 2 * SECOND
    assert desk.counted == {"advert_rcvd": 1, "advert_interval_err": 1}
    assert "interval is 2 s, ours 1 s" in desk.told[0].words


@pytest.mark.parametrize("password", [b"secret", b"other", b""])
def test_s20_passwords(password):
    desk = Desk(auth=Authentication(kind="pass", password=b"secret"))
    heard = advert(200, auth_type=auth.PASS, auth_data=auth.password_field(password))
    assert (desk.judge(heard) is not None) == (password == b"secret")
    assert desk.counted == ({"advert_rcvd": 1} if password == b"secret" else {"auth_failure": 1})


def test_s24_message_only_checksums_are_accepted_and_remembered():
    desk = Desk(version=3)
    for form in ("message", "message", "pseudo", "pseudo"):
        assert desk.judge(advert(200, version=3, checksum=form)).checksum == form
    assert desk.counted["checksum_form_changes"] == 2
    assert [remark.event for remark in desk.told] == ["vrrp.checksum_form"] * 2


def test_s25_the_old_unicast_form_is_accepted():
    desk = Desk(**UNICAST)
    assert desk.judge(advert(200, **TO_US | {"checksum": "group"})).checksum == "group"
    assert len(desk.told) == 1


def test_the_old_unicast_form_is_refused_where_it_is_said_to():
    desk = Desk(**UNICAST, old_unicast_checksum="never")
    assert desk.judge(advert(200, **TO_US | {"checksum": "group"})) is None
    assert desk.counted == {"chk_err": 1}


@pytest.mark.parametrize(("mode", "form"), [("pseudo", "message"), ("message", "pseudo")])
def test_s26_a_pinned_form_refuses_the_other(mode, form):
    desk = Desk(version=3, checksum=mode)
    assert desk.judge(advert(200, version=3, checksum=form)) is None
    assert desk.counted == {"chk_err": 1}


def test_senders_of_odd_checksums_are_remembered_within_bounds():
    desk = Desk(version=3)
    for number in range(500):
        source = Address.unpack(bytes((10, 8, number >> 8, number & 255)))
        desk.judge(advert(50, version=3, checksum="message", source=source))
    assert desk.counted["checksum_form_changes"] == 500
    assert len(desk.receiver._forms) <= 32


def test_s29_padded_adverts_are_accepted():
    desk = Desk()
    padded = packet.open_ipv4(packet.encode_ipv4(advert(200), 1) + bytes(6), NOW)
    assert desk.receiver.judge(padded) is not None


OTHER_VIP = Address.parse("10.9.0.200")
SECOND_VIP = VirtualAddress(address=Address.parse("10.9.0.101"), prefix=24, dev="eth0")


@pytest.mark.parametrize("addresses", [(OTHER_VIP,), (VIP.address, OTHER_VIP)])
def test_s33_another_list_is_accepted_and_counted(addresses):
    desk = Desk()
    assert desk.judge(advert(200, addresses=addresses)) is not None
    assert desk.counted == {"advert_rcvd": 1, "addr_list_err": 1}


def test_s33_or_dropped_if_told_to_unless_the_sender_owns_the_addresses():
    desk = Desk(addr_mismatch="drop")
    assert desk.judge(advert(200, addresses=(OTHER_VIP,))) is None
    assert desk.counted == {"advert_rcvd": 1, "addr_list_err": 1}
    assert desk.judge(advert(255, addresses=(OTHER_VIP,))) is not None


def test_the_order_of_addresses_does_not_matter():
    desk = Desk(vips=(VIP, SECOND_VIP))
    assert desk.judge(advert(200, addresses=(SECOND_VIP.address, VIP.address))) is not None
    assert desk.counted == {"advert_rcvd": 1}


def test_skip_check_adv_addr_trusts_the_master_it_knows():
    desk = Desk(skip_check_adv_addr=True)
    for _ in range(3):
        desk.router.hear(desk.judge(advert(200, addresses=(OTHER_VIP,))), NOW)
    assert desk.counted["addr_list_err"] == 1


def test_s35_owner_ignore_adverts():
    desk = Desk(priority=255, owner_ignore_adverts=True)
    assert desk.judge(advert(255)) is None
    assert desk.counted == {"owner_ignored": 1}
    desk.router.priority = 254
    assert desk.judge(advert(255)) is not None


def test_s37_unicast_checks_source_and_ttl_range():
    desk = Desk(**UNICAST)
    assert desk.judge(advert(200, **TO_US)) is not None
    assert desk.judge(advert(200, ttl=249, **TO_US)) is None
    assert desk.judge(advert(200, ttl=3, source="10.9.0.3", **TO_US)) is not None
    assert desk.judge(advert(200, source=STRANGER, **TO_US)) is None
    assert (desk.counted["ip_ttl_err"], desk.counted["source_err"]) == (1, 1)


def test_s37_strangers_are_heard_if_told_to():
    desk = Desk(**UNICAST, check_unicast_source=False)
    assert desk.judge(advert(200, source=STRANGER, **TO_US)) is not None


def test_s39_multicast_does_not_reach_a_unicast_instance():
    desk = Desk(**UNICAST)
    assert desk.judge(advert(200, version=3, checksum="pseudo")) is None
    assert desk.counted == {"destination_err": 1}


def test_priority_0_is_counted():
    desk = Desk()
    assert desk.judge(advert(0)).priority == 0
    assert desk.counted["pri_zero_rcvd"] == 1


def test_s27_ipv6_hop_limit_and_kind():
    source, group = Address.parse("fe80::b"), Address.parse("ff02::12")
    vip = VirtualAddress(address=Address.parse("fe80::100"), prefix=64, dev="eth0")
    desk = Desk(version=3, family=6, group=group, source=Address.parse("fe80::a"), vips=(vip,))
    heard = advert(200, version=3, checksum="pseudo", source=source, destination=group, addresses=(vip.address,))
    good = packet.open_ipv6(packet.encode(heard), source.packed, group.packed, 255, NOW)
    assert desk.receiver.judge(good) is not None
    assert desk.receiver.judge(good._replace(ttl=64)) is None
    assert desk.receiver.judge(good._replace(destination=source.packed)) is None
    assert desk.counted == {"advert_rcvd": 1, "ip_ttl_err": 1, "destination_err": 1}


def test_ipv6_adverts_should_begin_with_a_link_local_address():
    source, group = Address.parse("fe80::b"), Address.parse("ff02::12")
    vips = [VirtualAddress(address=Address.parse(text), prefix=64, dev="eth0") for text in ("fe80::100", "2001:db8::1")]
    desk = Desk(version=3, family=6, group=group, source=Address.parse("fe80::a"), vips=tuple(vips))
    for addresses, remarks in ((vips, 0), (vips[::-1], 1)):
        listed = tuple(vip.address for vip in addresses)
        heard = advert(200, version=3, checksum="pseudo", source=source, destination=group, addresses=listed)
        opened_ = packet.open_ipv6(packet.encode(heard), source.packed, group.packed, 255, NOW)
        assert desk.receiver.judge(opened_) is not None
        assert [event.fields["reason"] for event in desk.told] == ["first_address"] * remarks
    assert desk.counted == {"advert_rcvd": 2}


def test_a_reload_is_noticed():
    desk = Desk()
    desk.router.reconfigure(router(addr_mismatch="drop").config, NOW)
    assert desk.judge(advert(200, addresses=(OTHER_VIP,))) is None


# The socket's side


def entrance(*desks):
    told = []
    door = Entrance(told.append)
    door.assign([desk.receiver for desk in desks])
    return door, told


def opened(heard):
    return packet.open_ipv4(packet.encode_ipv4(heard, 1), NOW)


def test_the_vrid_decides():
    one, two = Desk(), Desk(vrid=52)
    door, _ = entrance(one, two)
    assert door.admit(opened(advert(200, vrid=52)))[0] is two.router
    assert door.admit(opened(advert(200)))[0] is one.router
    assert door.admit(opened(advert(200, ttl=3))) is None


def test_kd12_unknown_vrids_and_scraps_are_counted():
    door, told = entrance(Desk())
    assert door.admit(opened(advert(200, vrid=99))) is None
    assert door.admit(None) is None
    assert (door.vrid_err, door.too_short) == (1, 1)
    assert told == []


def test_unknown_vrids_are_logged_on_request_within_bounds():
    door, told = entrance(Desk())
    door.logs_unknown = True
    for _ in range(5):
        door.admit(opened(advert(200, vrid=99)))
    assert [remark.event for remark in told] == ["vrrp.unknown_vrid"]


def test_unicast_instances_of_one_vrid_are_told_apart_by_their_peers():
    one = Desk(**UNICAST)
    two = Desk(**UNICAST | {"unicast_peers": (UnicastPeer(address=STRANGER),)})
    door, _ = entrance(one, two)
    assert door.admit(opened(advert(200, source=STRANGER, **TO_US)))[0] is two.router
    assert door.admit(opened(advert(200, **TO_US)))[0] is one.router
    assert door.admit(opened(advert(200, source="10.9.0.77", **TO_US))) is None
    assert one.counted["source_err"] == 1


def test_of_a_backlog_each_senders_last_word_counts():
    one, two = Desk().router, Desk(vrid=52).router
    a, b = advert(200), advert(0)
    c = advert(50, source=STRANGER)
    assert keep_last([(one, a), (two, a), (one, c), (one, b)]) == [(two, a), (one, c), (one, b)]


def test_s28_random_bytes_change_nothing():
    desk = Desk()
    door, told = entrance(desk)
    rng = random.Random(51)
    deadline = desk.router.deadline
    for size in (1, 7, 8, 20, 28, 40, 60, 1400):
        for _ in range(300):
            data = rng.randbytes(size)
            if size >= 28:  # a plausible IPv4 header and our VRID
                data = (
                    b"\x45\xc0" + size.to_bytes(2, "big") + data[4:12] + OTHER_SOURCE.packed + GROUP.packed + data[20:]
                )
                data = data[:20] + b"\x21\x33" + data[22:]
            assert door.admit(packet.open_ipv4(data, NOW)) is None
    assert desk.router.deadline == deadline
    assert len(told) < 10


def test_s32_a_flood_from_random_senders_leaves_memory_flat():
    desk = Desk()
    for number in range(5000):
        source = Address.unpack(number.to_bytes(4, "big"))
        assert desk.judge(advert(200, source=source), ttl=64) is None
    assert len(desk.told) == 64
    assert len(desk.receiver._quota) == 64


def test_a_refused_advert_is_remembered_with_its_sender():
    desk = Desk(version=3)
    assert desk.judge(advert(200, version=2), NOW + 1) is None
    refused = desk.router.refused
    assert (refused.source, refused.at, refused.count) == (OTHER_SOURCE, NOW + 1, 1)
    assert refused.words == "it is VRRP version 2, ours is 3"


def test_what_passes_with_a_remark_is_not_remembered_as_refused():
    desk = Desk(version=3)
    assert desk.judge(advert(200, version=3, checksum="pseudo", interval=2 * SECOND)) is not None
    assert desk.router.refused.count == 0


def test_a_reload_forgets_what_was_refused_by_the_rules_before():
    desk = Desk(version=3)
    assert desk.judge(advert(200, version=2)) is None
    desk.router.reconfigure(structs.replace(desk.router.config, version=2), NOW)
    assert desk.router.refused.count == 0
