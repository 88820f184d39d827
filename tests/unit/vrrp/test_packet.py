"""The wire, to the byte. Golden vectors: 192.0.2.1 speaks for 192.0.2.100, VRID 51, priority 100."""

from __future__ import annotations

import struct

import pytest

from standfast.values import SECOND, Address
from standfast.vrrp import auth, packet
from standfast.vrrp.packet import Advert, BadAdvert, decode, encode, encode_ipv4, open_ipv4, open_ipv6

GROUP4, GROUP6 = Address.parse("224.0.0.18"), Address.parse("ff02::12")


def advert(**fields):
    plain = {
        "source": Address.parse("192.0.2.1"),
        "destination": GROUP4,
        "version": 2,
        "vrid": 51,
        "priority": 100,
        "interval": SECOND,
        "addresses": (Address.parse("192.0.2.100"),),
        "checksum": "message",
    }
    return Advert(**plain | fields)


IPV6 = advert(
    version=3,
    checksum="pseudo",
    source=Address.parse("fe80::a"),
    destination=GROUP6,
    priority=200,
    interval=SECOND // 2,
    addresses=(Address.parse("fe80::1"), Address.parse("2001:db8::1")),
)

GOLDEN = {
    "v2": (advert(), "213364010001b865c00002640000000000000000"),
    "v2 PASS": (
        advert(auth_type=auth.PASS, auth_data=auth.password_field(b"secret")),
        "2133640101017b19c00002647365637265740000",
    ),
    "v2 priority 0": (advert(priority=0), "2133000100011c66c00002640000000000000000"),
    "v3 pseudo": (advert(version=3, checksum="pseudo"), "3133640100640572c0000264"),
    "v3 message": (advert(version=3, checksum="message"), "313364010064a802c0000264"),
    "v3 unicast": (
        advert(version=3, checksum="pseudo", destination=Address.parse("192.0.2.2")),
        "3133640100642382c0000264",
    ),
    "v3 unicast, old form": (
        advert(version=3, checksum="group", destination=Address.parse("192.0.2.2")),
        "3133640100640572c0000264",
    ),
    "v3 IPv6": (IPV6, "3133c8020032dc23fe80000000000000000000000000000120010db8000000000000000000000001"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_s01_golden_vectors(name):
    built, expected = GOLDEN[name]
    assert encode(built).hex() == expected


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_vectors_read_back(name):
    built, _ = GOLDEN[name]
    if built.source.family == 4:
        envelope = open_ipv4(encode_ipv4(built, 7), 99)
    else:
        envelope = open_ipv6(encode(built), built.source.packed, built.destination.packed, 255, 99)
    assert decode(envelope) == advert_at(built, 99, number=7 if built.source.family == 4 else 0)


def advert_at(built, arrived, **more):
    return Advert(**{name: getattr(built, name) for name in built.__struct_fields__} | {"arrived": arrived} | more)


def test_the_ipv4_header():
    data = encode_ipv4(advert(), 258)
    header = struct.unpack("!BBHHHBBH4s4s", data[:20])
    source, group = advert().source.packed, GROUP4.packed
    assert header == (0x45, 0xC0, 40, 258, 0, 255, 112, 0, source, group)


def test_identification_counts_from_one_and_skips_zero():
    assert packet.next_identification(0) == 1
    assert packet.next_identification(0xFFFF) == 1


def test_version_3_reserved_bits_are_sent_zero_and_ignored():
    built = advert(version=3, checksum="message", interval=packet.MAX_INTERVAL_V3)
    message = bytearray(encode(built))
    assert message[4:6] == b"\x0f\xff"
    message[4] |= 0xF0
    message[6:8] = b"\0\0"
    message[6:8] = packet.internet_checksum(bytes(message)).to_bytes(2, "big")
    opened = open_ipv4(encode_ipv4(built, 1), 0)._replace(message=bytes(message))
    assert decode(opened).interval == packet.MAX_INTERVAL_V3


def reasons(message, **fields):
    opened = open_ipv4(encode_ipv4(advert(), 1), 0)._replace(message=message, **fields)
    with pytest.raises(BadAdvert) as caught:
        decode(opened)
    return caught.value.reason


def test_s28_what_is_wrong_names_its_counter():
    good = encode(advert())
    assert reasons(good[:7]) == "packet_len_err"
    assert reasons(good[:-1]) == "packet_len_err"
    assert reasons(good + b"\0") == "packet_len_err"
    assert reasons(good, missing=2) == "packet_len_err"
    assert reasons(b"\x22" + good[1:]) == "invalid_type_rcvd"
    assert reasons(b"\x41" + good[1:12]) == "vers_err"
    assert reasons(good[:6] + b"\0\0" + good[8:]) == "chk_err"


def test_s28_carp_is_too_long_or_short():
    carp = bytes.fromhex("2133000701008cd3") + bytes(28)
    assert reasons(carp) == "packet_len_err"


def test_version_2_over_ipv6_does_not_exist():
    built = advert(source=IPV6.source, destination=GROUP6, addresses=IPV6.addresses, checksum="pseudo")
    opened = open_ipv6(encode(built), built.source.packed, GROUP6.packed, 255, 0)
    with pytest.raises(BadAdvert, match="version 2 over IPv6"):
        decode(opened)


def test_s29_padding_is_cut_and_options_are_skipped():
    data = encode_ipv4(advert(), 1)
    assert decode(open_ipv4(data + bytes(6), 0)) == advert(number=1)
    options = bytes((0x47, 0xC0)) + (48).to_bytes(2, "big") + data[4:20] + bytes(8) + data[20:]
    assert decode(open_ipv4(options, 0)) == advert(number=1)


def test_a_total_length_beyond_the_datagram_is_remembered_as_missing():
    data = bytearray(encode_ipv4(advert(), 1))
    data[2:4] = (44).to_bytes(2, "big")
    assert open_ipv4(bytes(data), 0).missing == 4


@pytest.mark.parametrize("size", [0, 1, 19, 20, 27])
def test_no_room_for_a_vrid_no_envelope(size):
    assert open_ipv4(encode_ipv4(advert(), 1)[:size], 0) is None


def test_headers_that_lie_about_their_length():
    data = encode_ipv4(advert(), 1)
    assert open_ipv4(b"\x44" + data[1:], 0) is None
    assert open_ipv4(b"\x4f" + data[1:], 0) is None
    assert open_ipv4(data[:2] + b"\0\x14" + data[4:], 0) is None


def test_ipv6_needs_the_header_at_least():
    assert open_ipv6(bytes(7), IPV6.source.packed, GROUP6.packed, 255, 0) is None


@pytest.mark.parametrize(("fragment", "number"), [(0x0000, 513), (0x4000, 0)])
def test_the_sender_s_number_is_known_unless_the_kernel_gave_it(fragment, number):
    """A datagram that must not be fragmented (FRR's) has any identification that the kernel likes."""
    datagram = bytearray(packet.encode_ipv4(advert(), 513))
    datagram[6:8] = fragment.to_bytes(2, "big")
    envelope = packet.open_ipv4(bytes(datagram), 1)
    assert envelope.number == number
    assert packet.decode(envelope).number == number
