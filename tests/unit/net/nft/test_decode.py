from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.net.netlink import MalformedMessage
from standfast.net.nft import decode, wire
from standfast.net.nft.types import Verdict

COUNTER = wire.nested(7, wire.text(1, "counter") + wire.nested(2, wire.u64(1, 1500) + wire.u64(2, 3)))
TIMES = wire.u64(4, 60_000) + wire.u64(5, 1234)


def message(*element_parts: bytes) -> bytes:
    return wire.subject("inet", wire.text(1, "t") + wire.nested(3, wire.nested(1, b"".join(element_parts))))


def test_an_element_with_everything():
    data = message(wire.value(1, b"key1"), Verdict("goto", "vs1").encode(2), TIMES, COUNTER)
    (found,) = decode.elements(data, 0, len(data))
    assert found == decode.Element(b"key1", Verdict("goto", "vs1"), 3, 1500, 60_000, 1234)


def counted(key: bytes, octets: int, packets: int, *more: bytes) -> bytes:
    """One element of a map whose elements count."""
    numbers = wire.u64(1, octets) + wire.u64(2, packets)
    counter = wire.nested(7, wire.text(1, "counter") + wire.nested(2, numbers))
    return wire.nested(1, wire.value(1, key) + wire.value(2, b"data") + b"".join(more) + counter)


def dump(*each: bytes) -> bytes:
    return wire.subject("inet", wire.text(1, "t") + wire.nested(3, b"".join(each)))


def test_counters_of_many_elements():
    data = dump(*(counted(number.to_bytes(4, "big"), number * 1500, number) for number in range(500)))
    assert list(decode.counters(data, 0, len(data))) == [(n.to_bytes(4, "big"), n, n * 1500) for n in range(500)]


def test_elements_that_differ_are_each_read_right():
    alike, longer, ending = counted(b"key1", 1, 2), counted(b"longer key", 3, 4), counted(b"key3", 5, 6, TIMES)
    ranged = wire.nested(1, wire.value(1, b"low1") + wire.value(10, b"high") + COUNTER)
    bare = wire.nested(1, wire.value(1, b"key4"))
    data = dump(alike, longer, alike, ending, alike, ranged, ranged, bare, alike)
    one = b"key1", 2, 1
    other = b"low1high", 3, 1500
    known = [one, (b"longer key", 4, 3), one, (b"key3", 6, 5), one, other, other, (b"key4", 0, 0), one]
    assert list(decode.counters(data, 0, len(data))) == known


def test_names():
    data = wire.subject("inet", wire.text(1, "standfast") + wire.text(2, "rs4") + wire.u32(3, 8))
    assert decode.names(data, 0, len(data)) == {1: "standfast", 2: "rs4"}
    assert decode.family(data, 0, len(data)) == 1


def test_the_kernels_own_words_of_an_error():
    data = bytes(20) + wire.text(1, "map full")
    assert decode.extended_words(data, 0, len(data)) == "map full"
    assert decode.extended_words(bytes(20), 0, 20) == ""


@pytest.mark.parametrize("data", [b"", b"\1\0\0\0\3\0\1\0", b"\1\0\0\0\0", message(wire.value(1, b"")[:4])])
def test_nonsense_is_one_kind_of_error(data):
    with pytest.raises(MalformedMessage):
        list(decode.elements(data, 0, len(data)))


@settings(deadline=None)
@given(st.binary(max_size=80), st.integers(0, 79), st.integers(0, 255))
def test_any_bytes_decode_or_are_malformed(tail, place, octet):
    whole = bytearray(message(wire.value(1, b"key1"), Verdict("goto", "vs1").encode(2), TIMES, COUNTER) + tail)
    whole[place % len(whole)] = octet
    data = bytes(whole)
    for read in (decode.elements, decode.counters, decode.subject_attributes):
        with suppress(MalformedMessage):
            list(read(data, 0, len(data)))
    for ask in (decode.names, decode.family, decode.extended_words):
        with suppress(MalformedMessage):
            ask(data, 0, len(data))


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(0, 255), st.integers(0, 400))
def test_counters_are_those_of_the_elements_whatever_the_bytes(place, octet, cut):
    whole = bytearray(dump(*(counted(bytes((n,)) * 4, n, 2 * n) for n in range(4))))
    whole[place % len(whole)] = octet
    data = bytes(whole[: len(whole) - cut % len(whole)] if octet % 3 == 0 else whole)
    try:
        known = [(each.key, each.packets, each.bytes) for each in decode.elements(data, 0, len(data))]
    except MalformedMessage:
        return
    assert list(decode.counters(data, 0, len(data))) == known
