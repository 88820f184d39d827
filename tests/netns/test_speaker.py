"""Netlink and raw sockets of the VRRP process against a real kernel, without a daemon around them."""

from __future__ import annotations

import errno
import select
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from standfast import clock
from standfast.config.model import VirtualAddress
from standfast.lab.lab import Host as LabHost
from standfast.lab.lab import Lab, wait_running
from standfast.net.command import Changer
from standfast.net.encode import IFA_PROTO, AddressEncoder
from standfast.net.host import AddressAppeared, AddressVanished, HostEvent, LinkChanged
from standfast.net.monitor import Monitor
from standfast.supervise.state_file import kernel_marks
from standfast.values import Address
from standfast.vrrp import packet
from standfast.vrrp.packet import Advert, Envelope
from standfast.vrrp.sockets import Endpoint, Listener, Mouth, ipv6_ancillary, ipv6_destination

GROUP4, GROUP6 = Address.parse("224.0.0.18"), Address.parse("ff02::12")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


@pytest.fixture
def pair(lab: Lab) -> tuple[LabHost, LabHost]:
    a, b = lab.add_hosts(a=("10.9.0.1/24",), b=("10.9.0.2/24",))
    return a, b


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def virtual(text: str, prefix: int, **options) -> VirtualAddress:
    return VirtualAddress(address=Address.parse(text), prefix=prefix, dev="eth0", **options)


def in_pieces(changer: Changer, batch: list[tuple[bytes, int]]) -> list[int]:
    return [number for at in range(0, len(batch), 64) for number in changer.perform(batch[at : at + 64])]


def everything(monitor: Monitor, at_least: int = 0) -> list[HostEvent]:
    """All that can be read; the kernel tells of IPv6 addresses a moment after it has taken them."""
    events = monitor.read()
    deadline = time.monotonic() + 30
    while not monitor.drained or monitor.owes_a_resync or len(events) < at_least:
        assert time.monotonic() < deadline, events
        events += monitor.read()
    return events


def test_the_kernel_takes_what_we_encode(pair, stack):
    wait_running(pair[0].namespace, "eth0")  # before that an IPv6 address is tentative
    with pair[0].namespace.entered():
        changer, encode = stack.enter_context(closing(Changer())), AddressEncoder()
        monitor = stack.enter_context(closing(Monitor(changer)))
        index = monitor.host.link("eth0").index
        vips = [
            virtual("10.30.0.1", 24, label="eth0:vip", scope=253, broadcast=Address.parse("10.30.0.255")),
            virtual("10.20.0.1", 32, peer=Address.parse("10.20.0.2"), noprefixroute=True, preferred_lft_s=1000),
            virtual("2001:db8::1", 128, preferred_lft_s=0),
            virtual("fe80::100", 64, home=True),
        ]
        assert in_pieces(changer, [(encode(v).add, index) for v in vips]) == [0] * 4
        appeared = [e.address for e in everything(monitor, 4) if isinstance(e, AddressAppeared)]
        assert {(a.address, a.prefix) for a in appeared} == {(v.address, v.prefix) for v in vips}
        assert {a.protocol for a in appeared} == ({IFA_PROTO} if kernel_marks() else {0})
        shown = pair[0].run("ip", "address", "show", "dev", "eth0")
        assert "10.30.0.1/24 brd 10.30.0.255 scope link eth0:vip" in shown
        assert "10.20.0.1 peer 10.20.0.2/32" in shown
        assert in_pieces(changer, [(encode(v).add, index) for v in vips]) == [0] * 4  # once more is no error
        assert in_pieces(changer, [(encode(v).delete, index) for v in vips]) == [0] * 4
        assert in_pieces(changer, [(encode(vips[0]).delete, index)]) == [errno.EADDRNOTAVAIL]
        assert len([e for e in everything(monitor, 4) if isinstance(e, AddressVanished)]) == 4


def test_s70_lost_messages_are_made_up_for(pair, stack):
    with pair[0].namespace.entered():
        changer, encode = stack.enter_context(closing(Changer())), AddressEncoder()
        monitor = stack.enter_context(closing(Monitor(changer, receive_buffer=4096)))
        index = monitor.host.link("eth0").index
        vips = [virtual(f"10.{n // 250}.{n % 250}.1", 32) for n in range(1000)]
        assert set(in_pieces(changer, [(encode(v).add, index) for v in vips])) == {0}
        appeared = {e.address.address for e in everything(monitor) if isinstance(e, AddressAppeared)}
        assert monitor.resyncs >= 1
        assert appeared == {v.address for v in vips}
        assert all(monitor.host.has(index, v.address) for v in vips)


def test_a_link_that_is_cut_is_told(pair, stack):
    with pair[0].namespace.entered():
        changer = stack.enter_context(closing(Changer()))
        monitor = stack.enter_context(closing(Monitor(changer)))
        assert monitor.host.link("eth0").up
        pair[0].ip("link set eth0 down")
        (last, *_) = [e.after for e in reversed(everything(monitor)) if isinstance(e, LinkChanged)]
        assert not last.up


def open_sockets(host: LabHost, stack: ExitStack, family: int) -> tuple[Listener, Mouth, Address]:
    with host.namespace.entered():
        changer = stack.enter_context(closing(Changer()))
        monitor = stack.enter_context(closing(Monitor(changer)))
        link = monitor.host.link("eth0")
        endpoint = Endpoint(family, "eth0", link.index, GROUP4 if family == 4 else GROUP6)
        own = next(
            e.address for e in monitor.host.addresses(link.index, family) if family == 4 or e.address.is_link_local
        )
        listener, mouth = Listener(endpoint, {51}), Mouth(endpoint)
        stack.callback(listener.close)
        stack.callback(mouth.close)
        return listener, mouth, own


def speak(mouth: Mouth, own: Address, vrid: int) -> None:
    group = mouth.endpoint.address
    vips = (Address.parse("10.9.0.100" if own.family == 4 else "fe80::100"),)
    advert = Advert(source=own, destination=group, version=3, vrid=vrid, priority=7, interval=100_000, addresses=vips)
    if own.family == 4:
        mouth.say_ipv4(packet.encode_ipv4(advert, 1), (str(group), 0))
    else:
        index = mouth.endpoint.index
        mouth.say_ipv6(packet.encode(advert), ipv6_ancillary(own, index, 255), ipv6_destination(group, index))


@pytest.mark.parametrize("family", [4, 6])
def test_multicast_reaches_the_others_and_not_ourselves(pair, stack, family):
    ours, mouth, own = open_sockets(pair[0], stack, family)
    theirs, _, _ = open_sockets(pair[1], stack, family)
    speak(mouth, own, 52)
    speak(mouth, own, 51)
    assert select.select([theirs], [], [], 30)[0]
    (envelope,) = theirs.drain(64)
    assert isinstance(envelope, Envelope)
    assert (envelope.source, envelope.destination, envelope.ttl) == (own.packed, mouth.endpoint.address.packed, 255)
    assert packet.decode(envelope).vrid == 51
    assert abs(clock.now() - envelope.arrived) < 60_000_000
    assert ours.drain(64) == []
