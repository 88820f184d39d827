"""Which page is asked for next, and what its answer means. The long cases were seen with keepalived 2.2.7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast_checkers.rounds import Mode, Rounds

LOOP, PAUSE = 30, 20


def rounds(pages: int, retry: int = 0, **options) -> Rounds:
    return Rounds(**{"pages": pages, "patience": retry + 1, "loop": LOOP, "pause": PAUSE, **options})


def play(machine: Rounds, answers: str) -> list[str]:
    """``+`` an answer, ``-`` a failure -> page, verdict, pause."""
    told = []
    for answer in answers:
        page = "abcde"[machine.page]
        step = machine.answered() if answer == "+" else machine.failed()
        told.append(f"{page} {step.verdict}" + ("" if step.again_after is None else f" {step.again_after}"))
    return told


def up(pages: int, retry: int = 0, **options) -> Rounds:
    machine = rounds(pages, retry, **options)
    play(machine, "+" * pages)
    assert machine.mode is Mode.UP
    return machine


def test_a_single_page_must_answer_twice_to_come_back():
    assert play(rounds(1), "++--+++") == [
        "a good", "a good", "a bad 30", "a bad 30", "a none 30", "a good", "a good",
    ]  # fmt: skip


def test_the_first_round_is_good_only_as_a_whole():
    assert play(rounds(3), "++++") == ["a none 30", "b none 30", "c good", "a good"]


def test_pages_take_turns():
    assert play(up(3), "++++") == ["a good", "b good", "c good", "a good"]


def test_the_page_that_failed_is_asked_for_alone_then_all_of_them():
    assert play(up(3, retry=1), "---+++++") == [
        "a bad", "a bad 30", "a bad 30", "a none 30", "a none 30", "b none 30", "c good", "a good",
    ]  # fmt: skip


def test_a_failure_on_the_way_back_holds_up_the_run_but_does_not_begin_it_again():
    machine = up(3)
    assert play(machine, "+--+++--+++") == [
        "a good", "b bad 30", "b bad 30", "b none 30",
        "a none 30", "b none 30", "c bad 20", "c bad 20", "c good",
        "a good", "b good",
    ]  # fmt: skip


def test_in_the_first_round_there_is_no_patience():
    assert play(rounds(3, retry=2), "+-++++-++") == [
        "a none 30", "b bad 30", "b none 30", "a none 30", "b none 30", "c good", "a bad", "a good", "b good",
    ]  # fmt: skip


def test_a_failed_page_waits_for_the_longer_pause():
    machine = rounds(2, pause=70)
    assert play(machine, "--++") == ["a bad 70", "a bad 70", "a none 30", "a none 30"]


def test_a_forgiven_failure_changes_nothing():
    assert play(up(2, retry=1), "-+-+--") == ["a bad", "a good", "b bad", "b good", "a bad", "a bad 30"]


def test_fast_recovery_takes_the_pauses_out_but_not_those_behind_failures():
    machine = rounds(2, fast=True)
    assert play(machine, "++-++-++") == [
        "a none 0", "b good", "a bad 30", "a none 0", "a none 0", "b bad 20", "b good", "a good",
    ]  # fmt: skip


@given(st.integers(1, 5), st.integers(1, 4), st.booleans(), st.text("+-", max_size=80))
def test_good_comes_only_behind_a_whole_run(pages, patience, fast, answers):
    machine = rounds(pages, patience - 1, fast=fast)
    passed: set[int] = set()
    for answer in answers:
        page, before = machine.page, machine.mode
        assert 0 <= page < pages
        step = machine.answered() if answer == "+" else machine.failed()
        assert (step.verdict == "bad") == (answer == "-")
        if before in (Mode.FIRST, Mode.RETURNING):
            passed = passed | {page} if answer == "+" else passed
            if step.verdict == "good":
                assert passed == set(range(pages))
        if machine.mode is not before:
            passed = set()
        assert (step.verdict == "good") <= (machine.mode is Mode.UP)


@pytest.mark.parametrize("patience", [1, 3])
def test_when_it_is_down(patience):
    machine = up(2, patience - 1)
    for number in range(1, patience + 1):
        machine.failed()
        assert (machine.mode is Mode.FAILED) == (number == patience)
