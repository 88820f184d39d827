"""Whatever a checker does becomes a result, and what is its own fault is told from what it saw."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
import trio
from msgspec import structs

from standfast.contract.checking import CheckResult, Code, bad, good
from standfast.health.outcome import from_error, from_return, timed


class EarlyError(Exception):
    def __init__(self, result: CheckResult) -> None:
        self.result = result


@pytest.mark.parametrize(
    ("error", "verdict", "code"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "bad", Code.REFUSED),
        (OSError(errno.EHOSTUNREACH, "no route"), "bad", Code.UNREACHABLE),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "bad", Code.RESET),
        (trio.BrokenResourceError(), "bad", Code.RESET),
        (trio.TooSlowError(), "bad", Code.TIMEOUT),
        (TimeoutError(), "bad", Code.TIMEOUT),
        (ssl.SSLError(1, "certificate verify failed"), "bad", Code.TLS),
        (socket.gaierror(-2, "unknown"), "bad", Code.NAME),
        (OSError(errno.EMFILE, "too many open files"), "none", Code.UNABLE),
        (OSError(errno.EADDRNOTAVAIL, "cannot assign"), "none", Code.UNABLE),
        (EarlyError(bad(Code.STATUS, "503")), "bad", Code.STATUS),
    ],
)
def test_what_was_seen(error, verdict, code):
    result, problem = from_error(error)
    assert (result.verdict, result.code, problem) == (verdict, code, "")


def test_what_is_the_checkers_own_fault_counts_neither_way():
    result, problem = from_error(KeyError("x"))
    assert (result.verdict, result.code, problem) == ("none", Code.CRASHED, "raised KeyError: 'x'")


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (True, "returned True, which is no CheckResult"),
        (None, "returned None"),
        (structs.replace(good(), verdict="fine"), "returned the verdict 'fine'"),
        (structs.replace(good(), code="no such code"), "returned the code"),
        (good(weight="7"), "returned '7' as weight"),
        (good(again_after=-1), "in the past"),
        (good(weight=10**30), "as weight"),
    ],
)
def test_nonsense_is_named(returned, words):
    result, problem = from_return(returned)
    assert (result.verdict, result.code) == ("none", Code.CRASHED)
    assert words in problem


def test_a_result_that_makes_sense_is_taken():
    result = good("220 ready", weight=3, again_after=5)
    assert from_return(result) == (result, "")


def test_the_time_is_filled_in_unless_the_checker_measured_itself():
    assert timed(good(), 5).duration == 5
    assert timed(good(), 0).duration == 1
    assert timed(good(duration=9), 5).duration == 9
