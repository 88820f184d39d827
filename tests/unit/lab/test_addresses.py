from __future__ import annotations

import struct

from standfast.lab.addresses import _address, _messages


def attribute(kind: int, value: bytes) -> bytes:
    return (struct.pack("=HH", 4 + len(value), kind) + value).ljust((len(value) + 7) & ~3, b"\0")


HEAD = struct.pack("=BBBBI", 2, 24, 0, 0, 2)
ADDRESS, LOCAL, LABEL = 1, 2, 3


def test_the_local_address_counts_not_its_peer():
    body = HEAD + attribute(ADDRESS, bytes((10, 0, 0, 2))) + attribute(LOCAL, bytes((10, 0, 0, 1)))
    assert _address(body) == "10.0.0.1"


def test_ipv6_has_only_an_address():
    assert _address(HEAD + attribute(LABEL, b"eth") + attribute(ADDRESS, bytes(15) + b"\x01")) == "::1"


def test_messages_are_split_at_their_lengths():
    one = struct.pack("=IHHII", 20, 20, 0, 1, 0) + b"abcd"
    two = struct.pack("=IHHII", 18, 3, 0, 1, 0) + b"ef"
    assert list(_messages(one + two)) == [(20, b"abcd"), (3, b"ef")]
