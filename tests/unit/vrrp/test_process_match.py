from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.tracking_model import TrackedProcess
from standfast.vrrp.process_match import Headcount, Matcher, Seen, cmdline_of, numbers, same_processes, stat_of

SECOND = 1_000_000
LONG = "a_name_longer_than_the_kernel_keeps"


def process(command: str = "web", *parameters: str, **more) -> TrackedProcess:
    return TrackedProcess(name="web", command=command, parameters=parameters, **more)


@pytest.mark.parametrize(
    ("wanted", "comm", "cmdline", "matches"),
    [
        (process(), "web", "/bin/web", True),
        (process(), "webs", "web", False),
        (process(LONG), LONG[:15], "x", True),
        (process("/bin/web", full_command=True), "web", "/bin/web -x", True),
        (process("web", full_command=True), "web", "/bin/web -x", False),
        (process("/bin/web", full_command=True), "web", "", False),
        (process("web", "-a", full_command=True, match="exact"), "w", "web -a", True),
        (process("web", "-a", full_command=True, match="exact"), "w", "web -a -b", False),
        (process("web", full_command=True, match="exact"), "w", "web", True),
        (process("web", full_command=True, match="exact"), "w", "web -a", False),
        (process("web", "-a", full_command=True, match="partial"), "w", "web -a -b", True),
        (process("web", "-a", full_command=True, match="partial"), "w", "web -ab", False),
        (process("web", "-a", full_command=True, match="partial"), "w", "web", False),
        (process("web", "-a", "-b", full_command=True, match="initial"), "w", "web -a -bc", True),
        (process("web", "-a", "-b", full_command=True, match="initial"), "w", "web -ax -b", False),
        (process("web", full_command=True, match="initial"), "w", "web -ax", True),
    ],
)
def test_s48_which_processes_are_meant(wanted, comm, cmdline, matches):
    seen = Seen(comm.encode(), tuple(word.encode() for word in cmdline.split()))
    assert Matcher(wanted).matches(seen) is matches


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"12 (web) S 1 12", (b"web", b"S")),
        (b"12 (a ) (b) Z 1 12", (b"a ) (b", b"Z")),
        (b"", None),
        (b"12 (web", None),
        (b"12 )( S", None),
    ],
)
def test_the_kernels_line_about_a_process(data, found):
    assert stat_of(data) == found


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_left_out(data):
    stat_of(data)
    cmdline_of(data)


def test_words_of_a_command_line():
    assert cmdline_of(b"web\0-a\0\0") == (b"web", b"-a", b"")
    assert cmdline_of(b"") == ()
    assert numbers(["1", "self", "23", "²"]) == [1, 23]


def believed(wanted: TrackedProcess, *steps: tuple[float, int]) -> list[bool | None]:
    """At each time (seconds) so many run: what is believed then."""
    count, result = Headcount(wanted), []
    for at, many in steps:
        count.pids = set(range(many))
        count.judge(round(at * SECOND))
        result.append(count.good)
    return result


@pytest.mark.parametrize(
    ("wanted", "steps", "expected"),
    [
        (process(quorum=2, quorum_max=3), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 2), (5, 0)], "FTTFTF"),
        (process(quorum=0, quorum_max=0), [(0, 0), (1, 1), (2, 0)], "TFT"),
        (process(terminate_delay=SECOND), [(0, 1), (1, 0), (1.9, 0), (2, 0), (2.1, 1)], "TTTFT"),
        (process(terminate_delay=SECOND), [(0, 1), (1, 0), (1.5, 1), (2.4, 0), (3.3, 0)], "TTTTT"),
        (process(fork_delay=SECOND), [(0, 0), (1, 1), (1.9, 1), (2, 1), (2.1, 0)], "FFFTF"),
        (process(fork_delay=SECOND), [(0, 1), (1, 1)], "TT"),
    ],
)
def test_s48_when_their_number_is_right(wanted, steps, expected):
    assert believed(wanted, *steps) == [letter == "T" for letter in expected]


def test_when_a_judgement_is_due():
    count = Headcount(process(terminate_delay=SECOND))
    count.pids = {1}
    count.judge(0)
    count.pids = set()
    count.judge(5)
    assert count.due == 5 + SECOND
    assert count.words == "none runs, wanted: 1 or more"


def test_a_reload_keeps_what_is_believed_and_applies_new_limits():
    first = Headcount(process())
    first.pids = {1}
    first.judge(0)
    second = Headcount(process(quorum=2, terminate_delay=SECOND))
    second.carry_on(first)
    second.judge(10)
    assert (second.good, second.due, second.words) == (True, 10 + SECOND, "1 runs, wanted: 2 or more")
    assert same_processes(first.process, second.process)
    assert not same_processes(first.process, process("other"))
