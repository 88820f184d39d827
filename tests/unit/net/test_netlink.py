from __future__ import annotations

import errno
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.net.netlink import HEADER, NLMSG_ERROR, MalformedMessage, decode_error, messages


def message(kind: int, payload: bytes, sequence: int = 7) -> bytes:
    data = HEADER.pack(HEADER.size + len(payload), kind, 0, sequence, 0) + payload
    return data + bytes(-len(data) % 4)


def test_a_datagram_is_cut_at_its_padding():
    data = message(20, b"abcde") + message(21, b"")
    cut = [(kind, sequence, data[start:end]) for kind, _, sequence, start, end in messages(data)]
    assert cut == [(20, 7, b"abcde"), (21, 7, b"")]


def test_an_acknowledgement_is_an_error_of_zero():
    data = message(NLMSG_ERROR, struct.pack("=i", -errno.EEXIST))
    ((_, _, _, start, end),) = messages(data)
    assert decode_error(data, start, end) == errno.EEXIST
    data = message(NLMSG_ERROR, struct.pack("=i", 0))
    ((_, _, _, start, end),) = messages(data)
    assert decode_error(data, start, end) == 0


@pytest.mark.parametrize("length", [0, 15, 4096])
def test_a_length_that_cannot_be_is_malformed(length):
    with pytest.raises(MalformedMessage):
        list(messages(HEADER.pack(length, 20, 0, 0, 0)))


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_junk_is_cut_or_malformed(data):
    try:
        for _kind, _flags, _sequence, start, end in messages(data):
            assert HEADER.size <= start <= end <= len(data)
    except MalformedMessage:
        pass
