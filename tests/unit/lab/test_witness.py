from __future__ import annotations

import os
import signal
import time

from standfast.lab.witness import Witness


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def test_a_stopped_witness_was_late():
    with Witness() as witness:
        wait_until(lambda: witness.worst_s(time.time() - 0.1, time.time() - 0.05) < 0.02)
        os.kill(witness._process.pid, signal.SIGSTOP)
        stopped = time.time()
        time.sleep(0.1)
        assert witness.worst_s(stopped, time.time()) > 0.09  # nothing seen yet
        os.kill(witness._process.pid, signal.SIGCONT)

        def worst_s():
            return witness.worst_s(stopped, stopped + 0.09)

        wait_until(lambda: 0.05 < worst_s() == (time.sleep(0.05) or worst_s()))  # it has made up for all its ticks
        assert worst_s() < time.time() - stopped


def test_an_ordinary_process_can_be_the_witness():
    with Witness(priority=0) as witness:
        wait_until(lambda: witness.worst_s(time.time() - 0.1, time.time() - 0.05) < 1)
        assert os.sched_getscheduler(witness._process.pid) == os.SCHED_OTHER


def test_a_witness_that_never_spoke_proves_nothing():
    with Witness() as witness:
        os.kill(witness._process.pid, signal.SIGKILL)
        assert witness.worst_s(time.time() - 10, time.time() - 9) >= 9
