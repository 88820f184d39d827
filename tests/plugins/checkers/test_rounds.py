"""Which page of several is asked for next, and what its answer means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast_checkers.rounds import Rounds, Step

LOOP, RECHECK = 10, 30


def rounds(pages: int, **options) -> Rounds:
    return Rounds(pages=pages, loop=LOOP, recheck=RECHECK, **options)


def play(machine: Rounds, answers: str) -> list[tuple[int, str, int | None]]:
    """Page asked for, verdict, pause; ``+`` an answer, ``-`` a failure."""
    told = []
    for answer in answers:
        page = machine.page
        step = machine.answered() if answer == "+" else machine.failed()
        told.append((page, step.verdict, step.again_after))
    return told


def test_one_page_is_nothing_but_itself():
    assert play(rounds(1, retry=1), "+-+--+") == [
        (0, "good", None), (0, "bad", None), (0, "good", None), (0, "bad", None), (0, "bad", None), (0, "good", None),
    ]  # fmt: skip


def test_a_checker_that_begins_down_is_up_after_a_whole_run():
    assert play(rounds(3, alpha=True), "+++++") == [
        (0, "none", LOOP), (1, "none", LOOP), (2, "good", None), (0, "good", None), (1, "good", None),
    ]  # fmt: skip


def test_the_page_that_failed_is_asked_for_alone_then_all_of_them():
    machine = rounds(3, retry=0)
    play(machine, "+++")
    assert play(machine, "+--+++++") == [
        (0, "good", None),
        (1, "bad", RECHECK),
        (1, "bad", RECHECK),
        (1, "none", LOOP),  # it is back
        (0, "none", LOOP),
        (1, "none", LOOP),
        (2, "good", None),
        (0, "good", None),
    ]


def test_a_failure_in_the_run_over_all_begins_again():
    machine = rounds(2, retry=0)
    play(machine, "++-+")
    assert play(machine, "+-+++") == [
        (0, "none", LOOP), (1, "bad", RECHECK), (1, "none", LOOP), (0, "none", LOOP), (1, "good", None),
    ]  # fmt: skip


def test_a_forgiven_failure_changes_nothing():
    machine = rounds(2, retry=1)
    play(machine, "++")
    assert play(machine, "-+-+") == [(0, "bad", None), (0, "good", None), (1, "bad", None), (1, "good", None)]
    assert not machine.down


def test_the_very_first_failure_is_not_forgiven():
    machine = rounds(2, retry=3)
    assert play(machine, "-") == [(0, "bad", RECHECK)]
    assert machine.down


def test_fast_recovery_takes_the_pauses_out():
    machine = rounds(2, retry=0, fast=True)
    assert play(machine, "++-+++") == [
        (0, "none", 0), (1, "good", None), (0, "bad", RECHECK), (0, "none", 0), (0, "none", 0), (1, "good", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("fall", "failures"), [(0, 2), (1, 1), (3, 3)])
def test_when_it_is_down(fall, failures):
    machine = rounds(2, retry=1, fall=fall)
    play(machine, "++")
    for number in range(1, failures + 1):
        machine.failed()
        assert machine.down == (number == failures)


@given(st.integers(1, 5), st.integers(0, 3), st.booleans(), st.booleans(), st.text("+-", max_size=80))
def test_good_comes_only_from_answers_and_up_only_after_all_of_them(pages, retry, alpha, fast, answers):
    machine = rounds(pages, retry=retry, alpha=alpha, fast=fast)
    since: list[tuple[int, str]] = []
    down = alpha
    for answer in answers:
        page = machine.page
        assert 0 <= page < pages
        step = machine.answered() if answer == "+" else machine.failed()
        assert isinstance(step, Step)
        assert (step.verdict == "bad") == (answer == "-")
        since = [] if answer == "-" else [*since, (page, answer)]
        if down and step.verdict == "good":
            assert {place for place, _ in since} == set(range(pages))
        down = machine.down
