"""What is remembered of refused adverts."""

from __future__ import annotations

from standfast.values import Address
from standfast.vrrp.packet import BadAdvert
from standfast.vrrp.refusals import Refusals

PEER = Address.parse("10.9.0.2")


def test_the_last_one_counts_and_all_are_counted():
    refused = Refusals()
    assert not refused.since(0)
    refused.note(BadAdvert("vers_err", "version"), Address.parse("10.9.0.3").packed, 5)
    refused.note(BadAdvert("auth_failure", "password"), PEER.packed, 7)
    assert (refused.source, refused.words, refused.at, refused.count) == (PEER, "password", 7, 2)
    assert refused.since(7)
    assert not refused.since(8)


def test_what_no_peer_is_to_blame_for_does_not_hide_what_one_is():
    refused = Refusals()
    refused.note(BadAdvert("vers_err", "version"), PEER.packed, 5)
    refused.note(BadAdvert("self_rcvd", "echo"), PEER.packed, 6)
    refused.note(BadAdvert("owner_ignored", "owner"), PEER.packed, 7)
    assert (refused.words, refused.count) == ("version", 1)
