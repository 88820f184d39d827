from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.net.nft.decode import elements as decoded
from standfast.net.nft.elements import LIST_BYTES, encode_elements, show_elements
from standfast.net.nft.sets import INTERVAL, Set
from standfast.net.nft.types import IPV4, MARK, SERVICE, Verdict, concatenation
from standfast.net.nft.wire import nested

ADDRESSES = st.binary(min_size=4, max_size=4)


def through_the_wire(container, given_elements):
    chunks = list(encode_elements(container, given_elements))
    assert all(len(chunk) <= LIST_BYTES for chunk in chunks)
    messages = [b"\1\0\0\0" + nested(3, chunk) for chunk in chunks]
    return [element for message in messages for element in decoded(message, 0, len(message))]


@settings(deadline=None)
@given(st.dictionaries(ADDRESSES, ADDRESSES, max_size=30))
def test_a_map_comes_back(mapping):
    found = through_the_wire(Set("m", MARK, IPV4), mapping)
    assert {each.key: each.data for each in found} == mapping


@settings(deadline=None)
@given(st.dictionaries(ADDRESSES, st.sampled_from(["a", "bb", "ccc"]).map(lambda name: Verdict("goto", name))))
def test_verdicts_come_back(mapping):
    found = through_the_wire(Set("m", IPV4, verdicts=True), mapping)
    assert {each.key: each.data for each in found} == mapping


def test_long_lists_are_cut():
    many = {number.to_bytes(4, "big"): number.to_bytes(4, "big") for number in range(5000)}
    assert len(list(encode_elements(Set("m", MARK, IPV4), many))) > 1
    assert {each.key: each.data for each in through_the_wire(Set("m", MARK, IPV4), many)} == many


def test_long_lists_of_keys_alone_are_cut():
    many = {number.to_bytes(12, "big"): None for number in range(9000)}
    assert {each.key: each.data for each in through_the_wire(Set("s", MARK), many)} == many


@settings(deadline=None)
@given(st.dictionaries(st.binary(min_size=1, max_size=9), st.none() | st.binary(min_size=1, max_size=9), max_size=9))
def test_elements_of_different_lengths_come_back(mapping):
    found = through_the_wire(Set("m", MARK, IPV4), mapping)
    assert {each.key: each.data for each in found} == mapping


def test_a_range_of_single_values_ends_with_an_element_of_its_own():
    ends = bytes((10, 0, 0, 1, 10, 0, 0, 5))
    found = through_the_wire(Set("s", IPV4, flags=INTERVAL), {ends: None})
    assert [(each.key, each.ends) for each in found] == [(ends[:4], False), (bytes((10, 0, 0, 6)), True)]
    last = bytes((10, 0, 0, 1, 255, 255, 255, 255))
    assert len(through_the_wire(Set("s", IPV4, flags=INTERVAL), {last: None})) == 1


def test_a_range_of_a_concatenation_is_one_element():
    container = Set("s", concatenation(IPV4, SERVICE), flags=INTERVAL)
    ends = bytes((10, 0, 0, 1, 0, 1, 0, 0)) + bytes((10, 0, 0, 5, 0, 80, 0, 0))
    assert [each.key for each in through_the_wire(container, {ends: None})] == [ends]
    assert list(show_elements(container, {ends: None})) == ["10.0.0.1-10.0.0.5 . 1-80"]
