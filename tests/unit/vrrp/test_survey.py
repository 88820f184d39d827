from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.testing.playbook import advert
from standfast.values import SECOND, Address
from standfast.vrrp import ah, packet
from standfast.vrrp.checksum import covered, internet_checksum
from standfast.vrrp.survey import Survey

OTHER = "10.9.0.1"
V6 = {
    "source": Address.parse("fe80::1"),
    "destination": Address.parse("ff02::12"),
    "version": 3,
    "addresses": (Address.parse("fe80::9"),),
    "checksum": "pseudo",
}


def heard(*adverts, survey: Survey | None = None) -> dict:
    survey = survey or Survey()
    for number, each in enumerate(adverts):
        survey.hear("eth0", each if isinstance(each, bytes) else packet.encode_ipv4(each, 1), number * SECOND)
    return survey.report(len(adverts) * SECOND)


def only(report: dict) -> dict:
    (router,) = report["routers"]
    return router


def test_one_master_and_everything_about_it():
    router = only(heard(advert(100), advert(100)))
    assert (router["interface"], router["vrid"], router["family"], router["master"]) == ("eth0", 51, 4, "10.9.0.2")
    (speaker,) = router["speakers"]
    facts = {"version": 2, "priority": 100, "interval": SECOND, "authentication": "none", "adverts": 2}
    assert facts.items() <= speaker.items()
    assert (speaker["addresses"], speaker["destinations"]) == (["10.9.0.100"], ["224.0.0.18"])
    assert router["conflicts"] == []


def test_a_take_over_is_no_conflict_but_two_masters_are():
    assert only(heard(advert(100), advert(150, source=OTHER), advert(150, source=OTHER)))["conflicts"] == []
    router = only(heard(advert(100), advert(150, source=OTHER), advert(100), advert(150, source=OTHER)))
    assert router["conflicts"] == ["more than one master: 10.9.0.2 (priority 100), 10.9.0.1 (priority 150)"]
    assert router["master"] == "10.9.0.1"


def test_who_gave_up_or_fell_silent_is_no_master():
    assert only(heard(advert(100), advert(0)))["master"] is None
    survey = Survey()
    heard(advert(100), survey=survey)
    assert only(survey.report(10 * SECOND))["master"] is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"version": 3, "checksum": "pseudo"}, "different versions: 2 / 3"),
        ({"auth_type": 1}, "different authentication: PASS / none"),
        ({"interval": 2 * SECOND}, "different intervals: 1 s / 2 s"),
        ({"addresses": (Address.parse("10.9.0.7"),)}, "different addresses: 10.9.0.100 / 10.9.0.7"),
        ({"ttl": 64}, "10.9.0.1: TTL 64, not 255: it came through a router, or is forged"),
    ],
)
def test_what_does_not_fit(changed, words):
    assert only(heard(advert(100), advert(90, source=OTHER, **changed)))["conflicts"] == [words]


def test_a_bad_checksum_is_named():
    datagram = bytearray(packet.encode_ipv4(advert(100), 1))
    datagram[-1] ^= 1
    (words,) = only(heard(bytes(datagram)))["conflicts"]
    assert "checksum is wrong" in words


def test_what_is_signed_is_said_and_no_password():
    plain = packet.encode_ipv4(advert(100, auth_type=2), 1)
    assert only(heard(bytes(ah.wrap(plain, 1, b"secret", unicast=False))))["speakers"][0]["authentication"] == "AH"
    signed = packet.encode_ipv4(advert(100, version=3, checksum="pseudo"), 1, room=28) + bytes(28)
    assert only(heard(signed))["speakers"][0]["authentication"] == "HMAC"
    report = heard(packet.encode_ipv4(advert(100, auth_type=1, auth_data=b"s3cr3t\0\0"), 1))
    assert only(report)["speakers"][0]["authentication"] == "PASS"
    assert "s3cr3t" not in str(report)


def test_ipv6():
    message = packet.encode(advert(100, **V6))
    header = struct.pack("!IHBB", 0x6C000000, len(message), 112, 255)
    datagram = header + V6["source"].packed + V6["destination"].packed + message
    router = only(heard(datagram + b"padding"))
    assert (router["family"], router["master"], router["conflicts"]) == (6, "fe80::1", [])


def test_free_numbers_are_those_that_nobody_uses_there():
    free = heard(advert(100), advert(100, vrid=7))["free_vrids"]["eth0"]
    assert len(free) == 253
    assert not {7, 51} & set(free)


@given(st.binary(max_size=120))
def test_any_bytes_are_heard_or_counted_as_nonsense(data):
    survey = Survey()
    for datagram in (data, b"\x45" + data, b"\x60" + data):
        survey.hear("eth0", datagram, 0)
    report = survey.report(0)
    assert report["packets"] == 3
    assert report["nonsense"] + sum(each["adverts"] for r in report["routers"] for each in r["speakers"]) == 3


def test_over_ipv6_the_checksum_covers_the_signature():
    signature = bytes(range(28))
    message = bytearray(packet.encode(advert(100, **V6)) + signature)
    message[6:8] = b"\0\0"
    source, destination = V6["source"].packed, V6["destination"].packed
    summed = internet_checksum(covered("pseudo", source, destination, bytes(message)))
    message[6:8] = summed.to_bytes(2, "big")
    head = struct.pack("!IHBB", 0x60000000, len(message), 112, 255) + source + destination
    router = only(heard(head + bytes(message)))
    assert router["conflicts"] == []
    assert router["speakers"][0]["authentication"] == "HMAC"
    assert router["speakers"][0]["addresses"] == ["fe80::9"]
    message[-1] ^= 1
    (words,) = only(heard(head + bytes(message)))["conflicts"]
    assert "checksum is wrong" in words
