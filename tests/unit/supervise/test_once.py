"""A script of the parent's own, with a real fork."""

from __future__ import annotations

import time

import pytest

from standfast.scripts.protocol import Start
from standfast.supervise.brood import Brood
from standfast.supervise.logpipe import LogPipe, decode, pair
from standfast.supervise.once import run_once
from standfast.supervise.parent import Parent
from standfast.supervise.reactor import Reactor
from standfast.supervise.systemd import Systemd


@pytest.fixture
def run():
    sender, receiver = pair()
    receiver.setblocking(False)

    def once(*argv, limit=5_000_000):
        log = LogPipe(sender, "parent")
        parent = Parent(Reactor(), Brood(log), log, Systemd({}))
        done = []
        run_once(parent, "startup_script", Start(number=1, argv=argv, limit=limit), lambda: done.append(True))
        deadline = time.monotonic() + 60
        while not done:
            assert time.monotonic() < deadline
            parent.reactor.after(10_000, parent.brood.bury)
            parent.reactor.turn()
        said = []
        while True:
            try:
                said.append(decode(receiver.recv(65_536)).words)
            except BlockingIOError:
                return said

    with sender, receiver:
        yield once


def test_it_is_run_to_its_end(run, tmp_path):
    assert run("/bin/sh", "-c", f"sleep 0.1; touch {tmp_path}/done") == []
    assert (tmp_path / "done").exists()


def test_a_bad_end_is_told_and_hinders_nothing(run):
    assert run("/bin/sh", "-c", "exit 3") == ["`startup_script /bin/sh -c exit 3`: exit status 3"]


def test_one_that_cannot_be_run_says_why(run):
    (why, _status) = run("/no/such/script")
    assert "No such file or directory" in why


def test_one_that_hangs_is_ended(run):
    begun = time.monotonic()
    slow, how = run("/bin/sleep", "60", limit=200_000)
    assert "has not ended within" in slow
    assert how.endswith("killed by SIGTERM")
    assert time.monotonic() - begun < 20
