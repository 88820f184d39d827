from __future__ import annotations

import pytest

from standfast.config.interface_model import AnnouncementGroup
from standfast.config.model import Announcing, VirtualAddress
from standfast.net.decode import Link
from standfast.values import Address
from standfast.vrrp import announcements as module
from standfast.vrrp.announcements import Announcements, forwards_ipv6
from standfast.vrrp.frame_sender import parcel as made_for
from standfast.vrrp.frames import gratuitous_arp, neighbour_advertisement

MAC = b"\2\0\0\0\0\1"
VIP = Address.parse("10.9.0.100")
VIP6 = Address.parse("fe80::100")
AT_ONCE = Announcing()


def announce(announcements: Announcements, owner: str, interface: str, address: Address, how: Announcing, now: int):
    announcements.send(announcements.admit(owner, [(interface, address)], how, now))


def test_what_is_admitted_together_leaves_together(announcements, wire, host):
    host.link_is(Link(3, "eth1", 0x1043, b"\2\0\0\0\0\2", 1500))
    places = [("eth0", VIP), ("eth1", VIP), ("nowhere", VIP), ("eth0", VIP6)]
    announcements.send(announcements.admit("VI", places, AT_ONCE, 0))
    assert wire.sent == [
        ("eth0", gratuitous_arp(MAC, VIP)),
        ("eth1", gratuitous_arp(b"\2\0\0\0\0\2", VIP)),
        ("eth0", neighbour_advertisement(MAC, VIP6, router=False)),
    ]
    assert wire.bursts == [3]


def test_an_interface_that_was_made_anew_is_addressed_anew(announcements, wire, host):
    announce(announcements, "VI", "eth0", VIP, AT_ONCE, 0)
    host.link_is(Link(7, "eth0", 0x1043, MAC, 1500))
    (parcel,) = announcements.admit("VI", [("eth0", VIP)], AT_ONCE, 0)
    assert parcel == made_for(Link(7, "eth0", 0x1043, MAC, 1500), gratuitous_arp(MAC, VIP))


def test_without_pacing_a_frame_leaves_at_once(announcements, wire):
    announce(announcements, "VI", "eth0", VIP, AT_ONCE, 0)
    assert wire.sent == [("eth0", gratuitous_arp(MAC, VIP))]
    assert announcements.deadline is None


def test_the_frame_bears_the_interfaces_present_mac(announcements, wire, host):
    announce(announcements, "VI", "eth0", VIP, AT_ONCE, 0)
    host.link_is(Link(2, "eth0", 0x1043, b"\2\0\0\0\0\2", 1500))
    announce(announcements, "VI", "eth0", VIP, AT_ONCE, 0)
    assert wire.sent[1] == ("eth0", gratuitous_arp(b"\2\0\0\0\0\2", VIP))


def test_interfaces_without_arp_stay_silent(announcements, wire, host):
    host.link_is(Link(2, "eth0", 0x1043 | 0x80, MAC, 1500))
    announce(announcements, "VI", "eth0", VIP, AT_ONCE, 0)
    announce(announcements, "VI", "nowhere", VIP, AT_ONCE, 0)
    assert wire.sent == []


def test_paced_frames_wait_and_are_forgotten_with_their_owner(announcements, wire):
    paced = Announcing(garp_interval=100)
    for owner in ("A", "B", "A"):
        announce(announcements, owner, "eth0", VIP, paced, 1000)
    assert len(wire.sent) == 1
    assert announcements.deadline == 1100
    announcements.serve(1099)
    assert len(wire.sent) == 1
    announcements.serve(1100)
    assert len(wire.sent) == 2
    announcements.cancel("A")
    announcements.cancel("B")
    assert announcements.deadline is None


def test_the_router_flag_follows_forwarding_which_is_read_seldom(host, wire):
    asked = []

    def forwards(interface: str) -> bool:
        asked.append(interface)
        return True

    announcements = Announcements(host, wire, forwards)
    for now in (0, 4_000_000, 6_000_000):
        announce(announcements, "VI", "eth0", VIP6, AT_ONCE, now)
    assert {frame for _, frame in wire.sent} == {neighbour_advertisement(MAC, VIP6, router=True)}
    assert len(asked) == 2


def test_prepared_is_not_sent_and_is_not_asked_for_again(host, wire):
    asked = []
    announcements = Announcements(host, wire, lambda interface: not asked.append(interface))
    announcements.prepare("eth0", VIP6, AT_ONCE, 0)
    assert wire.sent == []
    announce(announcements, "VI", "eth0", VIP6, AT_ONCE, 500)
    assert asked == ["eth0"]
    assert wire.sent == [("eth0", neighbour_advertisement(MAC, VIP6, router=True))]


def test_frames_of_addresses_that_nobody_names_are_forgotten(announcements, wire, monkeypatch):
    other = Address.parse("10.9.0.101")
    for address in (VIP, other):
        announcements.prepare("eth0", address, AT_ONCE, 0)
    announcements.forget_all_but({VIP}, set())
    made = []
    monkeypatch.setattr(module, "announcement", lambda mac, address, *, router: made.append(address) or bytes(42))
    for address in (VIP, other):
        announce(announcements, "VI", "eth0", address, AT_ONCE, 0)
    assert made == [other]


@pytest.fixture
def prepared(announcements, make_vip) -> tuple[VirtualAddress, ...]:
    piece = (make_vip("10.9.0.100/24"), make_vip("fe80::100/64"))
    announcements.prepare_all(piece, AT_ONCE, 0)
    return piece


def admitted(announcements, piece, how=AT_ONCE) -> list[bytes]:
    return [parcel.frame for parcel in announcements.admit_all("VI", piece, how, 0)]


def test_what_is_prepared_together_is_not_looked_at_one_by_one(announcements, prepared, monkeypatch):
    monkeypatch.setattr(announcements, "admit", None)
    frames = [gratuitous_arp(MAC, VIP), neighbour_advertisement(MAC, VIP6, router=False)]
    assert admitted(announcements, prepared) == frames


def test_prepared_frames_are_not_sent_from_a_mac_of_the_past(announcements, prepared, host):
    host.link_is(Link(2, "eth0", 0x1043, b"\2\0\0\0\0\2", 1500))
    assert admitted(announcements, prepared)[0] == gratuitous_arp(b"\2\0\0\0\0\2", VIP)


def test_prepared_frames_keep_their_distance_too(announcements, prepared):
    paced = Announcing(garp_interval=100)
    assert len(admitted(announcements, prepared, paced)) == 2
    assert len(admitted(announcements, prepared, paced)) == 1
    assert announcements.deadline == 100


def test_prepared_frames_that_nobody_names_are_forgotten(announcements, prepared, monkeypatch):
    both = {each.address for each in prepared}
    announcements.forget_all_but(both, {prepared})
    assert admitted(announcements, prepared)
    announcements.forget_all_but(both, set())
    monkeypatch.setattr(announcements, "admit", lambda *_: [])
    assert not admitted(announcements, prepared)


def test_the_router_flag_can_be_had_always(announcements, wire):
    announce(announcements, "VI", "eth0", VIP6, Announcing(na_router="always"), 0)
    announce(announcements, "VI", "eth0", VIP6, AT_ONCE, 0)
    assert [frame for _, frame in wire.sent] == [
        neighbour_advertisement(MAC, VIP6, router=True),
        neighbour_advertisement(MAC, VIP6, router=False),
    ]


def test_a_frame_that_the_kernel_refuses_is_counted(announcements, wire):
    wire.refuses = True
    announce(announcements, "VI", "eth0", VIP, AT_ONCE, 0)
    assert announcements.errors == 1


def test_forwarding_of_an_interface_that_is_not_there():
    assert forwards_ipv6("nowhere-at-all") is False


def test_interfaces_of_a_group_share_one_limit(announcements, wire, host, make_settings):
    host.link_is(Link(3, "eth1", 0x1043, b"\2\0\0\0\0\2", 1500))
    announcements.share([AnnouncementGroup(interfaces=("eth0", "eth1"), garp_interval=10_000)])
    how = make_settings().announcing
    for interface in ("eth0", "eth1"):
        announce(announcements, "a", interface, Address.parse("10.9.0.100"), how, 0)
    assert [interface for interface, _ in wire.sent] == ["eth0"]
    assert announcements.deadline == 10_000
    announcements.serve(10_000)
    assert [interface for interface, _ in wire.sent] == ["eth0", "eth1"]


def test_interfaces_of_ours_share_the_wire_of_the_one_below(host, wire, make_vip):
    host.link_is(Link(9, "vrrp.51", 0x1043, b"\2\0\0\0\0\7", 1500, 1, "macvlan", 2, 1))
    announcements = Announcements(host, wire)
    announcements.bases = {"vrrp.51": "eth0"}
    how = Announcing(garp_interval=1000)
    announce(announcements, "a", "eth0", make_vip("10.9.0.100").address, how, 0)
    announce(announcements, "a", "vrrp.51", make_vip("10.9.0.101").address, how, 0)
    assert [interface for interface, _ in wire.sent] == ["eth0"]
    announcements.serve(1000)
    assert [interface for interface, _ in wire.sent] == ["eth0", "vrrp.51"]
