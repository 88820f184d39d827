from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.vrrp.rise_fall import RiseFall


def play(counter, results):
    return [counter.success() if good == "+" else counter.failure() for good in results]


@pytest.mark.parametrize(
    ("rise", "fall", "init_fail", "results", "ups"),
    [
        (1, 1, False, "+-+", "UDU"),
        (2, 3, False, "+", "U"),  # one good result is enough at the start
        (2, 3, False, "-", "D"),  # and one bad one
        (2, 3, False, "+--+---", "UUUUUUD"),  # three bad ones in a row, from full height
        (2, 3, True, "++", "DU"),
        (3, 1, True, "++-+++", "DDDDDU"),
    ],
)
def test_thresholds(rise, fall, init_fail, results, ups):
    counter = RiseFall(rise, fall, init_fail=init_fail)
    assert "".join("U" if up else "D" for up in play(counter, results)) == ups


def test_nothing_is_known_before_the_first_result():
    counter = RiseFall(2, 2)
    assert not counter.known
    counter.success()
    assert counter.known
    assert RiseFall(1, 1, init_fail=True).known


def test_what_cannot_be_run_is_down_at_once():
    counter = RiseFall(1, 5)
    counter.success()
    assert counter.failure()
    assert not counter.failure(for_good=True)


@given(*[st.integers(1, 20)] * 4, st.text("+-"))
def test_other_thresholds_do_not_change_up_or_down(rise, fall, new_rise, new_fall, results):
    counter = RiseFall(rise, fall)
    play(counter, results)
    up = counter.up
    counter.rescale(new_rise, new_fall)
    assert counter.up == up
    assert 0 <= counter.level <= new_rise + new_fall - 1
