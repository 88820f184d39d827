from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast_lb.nftables.slots import (
    MAGLEV_SIZES,
    apportion,
    fill,
    heaviest,
    intervals,
    maglev,
    maglev_size,
    reduced,
    smooth,
    table_size,
)

WEIGHTS = st.lists(st.integers(0, 300), min_size=1, max_size=40)


def named(weights):
    return {f"s{place}".encode(): weight for place, weight in enumerate(weights)}


def test_smooth_order_mixes():
    assert smooth([3, 1]) == [0, 0, 1, 0]
    assert smooth([5, 1, 1]) == [0, 0, 1, 0, 2, 0, 0]
    assert smooth([2, 2, 2]) == [0, 1, 2, 0, 1, 2]


def test_ratios_in_the_smallest_numbers():
    assert reduced([100, 50, 0]) == (2, 1, 0)
    assert reduced([0, 0]) == (0, 0)


@pytest.mark.parametrize("lost", range(3))
def test_three_servers_are_even_and_stay_even_when_one_goes(lost):
    size = table_size([1, 1, 1])
    weights = {place: int(place != lost) for place in range(3)}
    assert set(Counter(fill({0: 1, 1: 1, 2: 1}, size)).values()) == {size // 3}
    assert set(Counter(fill(weights, size)).values()) == {size // 2}


@settings(deadline=None)
@given(WEIGHTS, st.integers(40, 2000))
def test_every_server_has_its_share(weights, size):
    counts = apportion(weights, size)
    whole = sum(weights)
    assert sum(counts) == (size if whole else 0)
    for weight, count in zip(weights, counts, strict=True):
        assert (count > 0) == (weight > 0)
        if weight:
            share = weight * size / whole
            assert count <= share + 1 or count == 1
    if whole and all(weight * size >= whole for weight in weights if weight):
        assert all(abs(n - w * size / whole) < 1 + 1e-9 for w, n in zip(weights, counts, strict=True))


@settings(deadline=None)
@given(WEIGHTS)
def test_smooth_order_has_exactly_the_counts(weights):
    found = Counter(smooth(weights))
    assert found == Counter({place: weight for place, weight in enumerate(weights) if weight})


@settings(deadline=None)
@given(WEIGHTS, st.integers(0, 2000))
def test_a_table_has_room_for_everybody(weights, previous):
    size = table_size(weights, previous)
    live = sum(weight > 0 for weight in weights)
    assert size >= max(1, live)
    assert len(fill(named(weights), size)) == (size if live else 0)
    assert table_size(weights, size) == size


def test_more_servers_than_slots_is_an_error():
    with pytest.raises(ValueError, match="3 servers and 2 slots"):
        apportion([1, 1, 1], 2)


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), min_size=17, max_size=60), st.data())
def test_in_a_large_table_only_the_slots_that_must_move_do(weights, data):
    size = 1000
    before = fill(named(weights), size)
    lost = data.draw(st.integers(0, len(weights) - 1))
    fewer = named(weights) | {f"s{lost}".encode(): 0}
    after = fill(fewer, size, before)
    assert Counter(after) == Counter(fill(fewer, size))
    gone = Counter(before)[f"s{lost}".encode()]
    moved = sum(a != b for a, b in zip(before, after, strict=True))
    assert gone <= moved <= gone + len(weights)


@settings(deadline=None)
@given(WEIGHTS)
def test_intervals_cover_everything_once(weights):
    found = list(intervals(named(weights)))
    assert [first for first, _, _ in found] == [0, *(last + 1 for _, last, _ in found)][: len(found)]
    assert {server for _, _, server in found} == {server for server, weight in named(weights).items() if weight}
    if found:
        assert found[-1][1] == 0xFFFF


@settings(deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_maglev_gives_shares_by_weight(weights):
    table = maglev(named(weights), 1021)
    counts = Counter(table)
    for server, weight in named(weights).items():
        assert counts[server] == pytest.approx(1021 * weight / sum(weights), abs=8)


def test_maglev_moves_few_when_a_server_goes():
    weights = named([1] * 10)
    before = maglev(weights, 1021)
    after = maglev({server: weight for server, weight in weights.items() if server != b"s3"}, 1021)
    moved = sum(a != b for a, b in zip(before, after, strict=True) if a != b"s3")
    assert moved < 1021 * 0.1


def test_maglev_depends_on_the_servers_alone_not_on_their_order():
    weights = named([1, 2, 3])
    assert maglev(weights, 251) == maglev(dict(reversed(weights.items())), 251)
    assert maglev(named([0, 0]), 251) == []


def test_maglev_sizes_are_prime_and_a_hundred_for_each_server():
    assert [maglev_size(count) for count in (1, 2, 3, 40, 100, 5000)] == [251, 251, 1021, 4093, 16381, 65537]
    assert all(all(size % n for n in range(2, int(size**0.5) + 1)) for size in MAGLEV_SIZES)


def test_the_heaviest_is_the_first_of_equals_and_nobody_without_weight():
    assert heaviest({"a": 1, "b": 3, "c": 3}) == ["b"]
    assert heaviest({"a": 0}) == []
    assert heaviest({}) == []
