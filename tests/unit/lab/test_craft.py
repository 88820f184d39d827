from __future__ import annotations

import pytest

from standfast.lab.craft import Packet, frame, vrrp
from standfast.lab.frames import Advert, decode

RIGHT = {"source": "192.0.2.1", "priority": 100, "addresses": ("192.0.2.100",)}


@pytest.mark.parametrize(
    ("packet", "golden"),
    [
        (Packet(**RIGHT, version=2, interval=1), "213364010001b865c00002640000000000000000"),
        (
            Packet(**RIGHT, version=2, interval=1, auth_type=1, password=b"secret"),
            "2133640101017b19c00002647365637265740000",
        ),
        (Packet(**RIGHT, interval=100), "3133640100640572c0000264"),
        (Packet(**RIGHT, interval=100, checksum="message"), "313364010064a802c0000264"),
        (Packet(**RIGHT, interval=100, destination="192.0.2.2"), "3133640100642382c0000264"),
    ],
)
def test_published_messages(packet, golden):
    assert vrrp(packet).hex() == golden


@pytest.mark.parametrize("form", ["pseudo", "message", "bad"])
def test_the_frame_reads_back(form):
    advert = decode(frame(Packet(**RIGHT, ttl=64, checksum=form, padding=46)), 0)
    assert isinstance(advert, Advert)
    assert (advert.ttl, advert.checksum_form, advert.destination_mac) == (64, form, "01:00:5e:00:00:12")


def test_unicast_with_the_group_in_its_checksum():
    packet = Packet(**RIGHT, destination="192.0.2.2", destination_mac="02:00:00:00:00:02", checksum="group")
    advert = decode(frame(packet), 0)
    assert isinstance(advert, Advert)
    assert (advert.checksum_form, advert.destination_mac) == ("group", "02:00:00:00:00:02")


def test_ipv6():
    packet = Packet(source="fe80::a", priority=200, addresses=("fe80::1", "2001:db8::1"), interval=50)
    assert vrrp(packet).hex() == "3133c8020032dc23fe80000000000000000000000000000120010db8000000000000000000000001"
    advert = decode(frame(packet), 0)
    assert isinstance(advert, Advert)
    assert (advert.destination, advert.destination_mac) == ("ff02::12", "33:33:00:00:00:12")


def test_wrong_on_request():
    advert = decode(frame(Packet(**RIGHT, count=9, type=2, vrid=7, options=bytes(8))), 0)
    assert isinstance(advert, Advert)
    assert (advert.vrrp[3], advert.type, advert.vrid) == (9, 2, 7)
    assert frame(Packet(**RIGHT, payload=b"\xff"))[34:] == b"\xff"
