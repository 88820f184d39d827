from __future__ import annotations

import os

import pytest

from standfast.config.model import GlobalDefs, Scheduling
from standfast.supervise.generation import Essentials
from standfast.supervise.scheduling import REAL_TIME, lift, run_above

REALTIME = os.SCHED_RR | os.SCHED_RESET_ON_FORK


@pytest.fixture
def asked(monkeypatch):
    calls = []

    def ask(pid, policy, parameter):
        calls.append((pid, policy, parameter.sched_priority))

    monkeypatch.setattr(os, "sched_setscheduler", ask)
    return calls


@pytest.mark.parametrize(
    ("priority", "wanted"),
    [
        (None, (0, REALTIME, REAL_TIME + 1)),
        (10, (0, REALTIME, 11)),
        (99, (0, REALTIME, 99)),
        (0, (0, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, 0)),
    ],
)
def test_the_parent_runs_just_above_the_child_that_it_may_have_to_end(asked, priority, wanted):
    run_above(Essentials(global_defs=GlobalDefs(scheduling=Scheduling(rt_priority=priority))))
    assert asked == [wanted]


@pytest.mark.parametrize(
    ("priority", "wanted"), [(None, [(42, REALTIME, REAL_TIME)]), (10, [(42, REALTIME, 10)]), (0, [])]
)
def test_the_child_is_real_time_from_its_first_step(asked, priority, wanted):
    lift(42, Essentials(global_defs=GlobalDefs(scheduling=Scheduling(rt_priority=priority))))
    assert asked == wanted


@pytest.mark.parametrize("error", [PermissionError, ProcessLookupError])
def test_not_being_allowed_to_is_for_the_child_to_say(monkeypatch, error):
    def refuse(*_arguments):
        raise error

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    lift(42, Essentials())
    if error is PermissionError:
        run_above(Essentials())
