"""What results mean for one checker: retries, rise, the first result, when to look again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.lvs_model import Pace
from standfast.contract.checking import CheckResult, Code, bad, good, unable
from standfast.health.verdict import LONGEST_WAIT, Standing, Tally, first_standing, in_words, judge
from standfast.values import SECOND

REFUSED = bad(Code.REFUSED, "connection refused")
PACE = Pace(delay_loop=10 * SECOND, retry=2, delay_before_retry=SECOND)


def run(results: str, pace: Pace = PACE, standing: Standing | None = None) -> list[str]:
    """``g``ood, ``b``ad, ``n``one -> the state after each with the seconds until the next."""
    standing = standing or first_standing(pace, 0)
    shown = []
    for now, letter in enumerate(results, 1):
        step = judge(standing, {"g": good(), "b": REFUSED, "n": unable("no socket")}[letter], pace, now)
        shown.append(f"{'up' if standing.up else 'down'} {step.wait // SECOND}{'!' if step.changed else ''}")
    return shown


@pytest.mark.parametrize(
    ("results", "pace", "states"),
    [
        ("ggg", PACE, "up 10, up 10, up 10"),
        ("b", PACE, "down 10!"),  # the very first result has no retry
        ("gbbb", PACE, "up 10, up 1, up 1, down 10!"),
        ("gbbgbbb", PACE, "up 10, up 1, up 1, up 10, up 1, up 1, down 10!"),
        ("gbbbbg", PACE, "up 10, up 1, up 1, down 10!, down 10, up 10!"),
        ("nb", PACE, "up 10, down 10!"),  # what could not be checked is no first result
        ("gbnbb", PACE, "up 10, up 1, up 10, up 1, down 10!"),
        ("gb", Pace(delay_loop=10 * SECOND, retry=0), "up 10, down 10!"),
        ("g", Pace(delay_loop=10 * SECOND, alpha=True), "up 10!"),
        ("bg", Pace(delay_loop=10 * SECOND, alpha=True), "down 10, up 10!"),
        ("bgbgg", Pace(delay_loop=10 * SECOND, rise=2), "down 10!, down 10, down 10, down 10, up 10!"),
        ("gbbb", Pace(delay_loop=10 * SECOND, retry=2, fast_interval=2 * SECOND), "up 10, up 2, up 2, down 10!"),
        ("bgg", Pace(delay_loop=10 * SECOND, rise=2, fast_interval=SECOND), "down 10!, down 1, up 10!"),
    ],
)
def test_states(results, pace, states):
    assert ", ".join(run(results, pace)) == states


def test_a_check_of_several_steps_says_itself_when_it_goes_on():
    standing = first_standing(PACE, 0)
    assert judge(standing, good(again_after=3), PACE, 1).wait == 3
    assert judge(standing, bad(Code.STATUS, "503", again_after=10**30), PACE, 2).wait == LONGEST_WAIT
    assert judge(standing, unable("busy"), PACE, 3).wait == PACE.delay_loop


def test_weights_follow_the_checker_and_only_its_successes():
    standing = first_standing(PACE, 0)
    judge(standing, good(weight=7), PACE, 1)
    judge(standing, bad(Code.EXIT, "exit status 1", weight=9), PACE, 2)
    judge(standing, good(), PACE, 3)
    assert (standing.weight, standing.weight_change) == (7, 0)
    judge(standing, good(weight_change=-2), PACE, 4)
    assert (standing.weight, standing.weight_change) == (None, -2)


def test_failed_tries_are_worth_a_line_only_if_asked_for():
    chatty = Pace(retry=1, log_all_failures=True)
    standing = first_standing(chatty, 0)
    judge(standing, good(), chatty, 1)
    assert judge(standing, REFUSED, chatty, 2).worth_a_line
    assert not judge(first_standing(PACE, 0), REFUSED, PACE, 1).worth_a_line


def test_words_of_the_last_result():
    standing = first_standing(PACE, 0)
    assert in_words(standing) == "not checked yet"
    standing.judged = True  # by an earlier process
    assert in_words(standing) == "as it was before, not checked yet"
    judge(standing, REFUSED, PACE, 1)
    assert in_words(standing) == "connection refused"
    judge(standing, CheckResult(verdict="bad", code=Code.TIMEOUT), PACE, 1)
    assert in_words(standing) == "timeout"


def test_a_tally_counts_by_verdict_and_code():
    tally = Tally()
    for result in (good(), REFUSED, REFUSED, unable("x")):
        tally.count(result)
    assert (tally.good, tally.bad, tally.none, tally.codes) == (1, 2, 1, {"refused": 2, "unable": 1})


@given(st.text("gbn", max_size=60), st.integers(0, 3), st.integers(1, 3), st.booleans())
def test_a_state_changes_only_after_enough_in_a_row(results, retry, rise, alpha):
    pace = Pace(retry=retry, rise=rise, alpha=alpha)
    standing = first_standing(pace, 0)
    counted = ""
    for letter in results:
        result = {"g": good(), "b": REFUSED, "n": unable("x")}[letter]
        before = standing.up
        step = judge(standing, result, pace, 1)
        counted += letter.replace("n", "")
        assert step.changed == (standing.up != before)
        if step.changed and standing.up:
            assert counted.endswith("g" * rise)
        elif step.changed:
            assert counted == "b" or counted.endswith("b" * (retry + 1))
