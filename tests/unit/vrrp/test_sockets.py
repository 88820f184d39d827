from __future__ import annotations

import select

import pytest

from standfast import clock
from standfast.values import Address
from standfast.vrrp import packet
from standfast.vrrp.packet import Advert
from standfast.vrrp.sockets import Endpoint, Listener, Mouth, ipv6_ancillary, ipv6_destination

LOCAL4 = Endpoint(4, "", 0, Address.parse("127.0.0.1"))
LOCAL6 = Endpoint(6, "", 0, Address.parse("::1"))


def advert(endpoint: Endpoint, vrid: int) -> Advert:
    vips = (Address.parse("192.0.2.1" if endpoint.family == 4 else "fe80::1"),)
    address = endpoint.address
    return Advert(
        source=address, destination=address, version=3, vrid=vrid, priority=100, interval=100_000, addresses=vips
    )


def say(mouth: Mouth, vrid: int) -> None:
    said = advert(mouth.endpoint, vrid)
    if mouth.endpoint.family == 4:
        mouth.say_ipv4(packet.encode_ipv4(said, 7), (str(said.destination), 0))
    else:
        ancillary = ipv6_ancillary(said.source, 0, 200)
        mouth.say_ipv6(packet.encode(said), ancillary, ipv6_destination(said.destination, 0))


def hear(listener: Listener):
    assert select.select([listener], [], [], 5)[0]
    return listener.drain(64)


@pytest.mark.netns
@pytest.mark.parametrize(("endpoint", "ttl"), [(LOCAL4, 255), (LOCAL6, 200)], ids=["IPv4", "IPv6"])
def test_what_is_said_is_heard_with_all_its_circumstances(endpoint, ttl):
    listener, mouth = Listener(endpoint, {51}), Mouth(endpoint)
    before = clock.now()
    say(mouth, 52)  # foreign: the filter keeps it out
    say(mouth, 51)
    (envelope,) = hear(listener)
    assert (envelope.source, envelope.destination, envelope.ttl) == (
        endpoint.address.packed,
        endpoint.address.packed,
        ttl,
    )
    assert packet.decode(envelope).vrid == 51
    assert before - 50_000 <= envelope.arrived <= clock.now() + 50_000  # two clocks are read one after the other
    assert listener.drain(64) == []
    listener.admit({52})
    say(mouth, 52)
    (envelope,) = hear(listener)
    assert packet.decode(envelope).vrid == 52
    listener.admit(None)
    say(mouth, 77)
    (envelope,) = hear(listener)
    assert packet.decode(envelope).vrid == 77
    listener.close()
    mouth.close()


@pytest.mark.netns
def test_no_more_than_asked_for_is_read_at_once():
    listener, mouth = Listener(LOCAL4, {51}), Mouth(LOCAL4)
    listener.enlarge(1 << 20)
    for _ in range(70):
        say(mouth, 51)
    assert len(listener.drain(64)) == 64
    assert len(listener.drain(64)) == 6
    listener.close()
    mouth.close()


def test_link_local_destinations_name_their_interface():
    assert ipv6_destination(Address.parse("fe80::2"), 7) == ("fe80::2", 0, 0, 7)
    assert ipv6_destination(Address.parse("ff02::12"), 7) == ("ff02::12", 0, 0, 7)
    assert ipv6_destination(Address.parse("2001:db8::2"), 7) == ("2001:db8::2", 0, 0, 0)
