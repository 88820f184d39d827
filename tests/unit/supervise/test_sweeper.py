"""Taking addresses off in a process of its own, with real forks."""

from __future__ import annotations

import os
import time

import pytest

from standfast.config.model import Config, encode
from standfast.supervise import privileges, sweeper
from standfast.supervise.brood import Brood
from standfast.supervise.generation import Generation, memory_file
from standfast.supervise.logpipe import LogPipe, decode, pair
from standfast.supervise.parent import Parent
from standfast.supervise.reactor import Reactor
from standfast.supervise.sweeper import Sweeper
from standfast.supervise.systemd import Systemd

CONFIG = encode(Config())


class World:
    def __init__(self, run_dir, sender, receiver):
        log = LogPipe(sender, "parent")
        self.parent = Parent(Reactor(), Brood(log), log, Systemd({}))
        self.receiver, self.run_dir = receiver, run_dir

    def sweep(self, reap):
        descriptor = memory_file()
        os.write(descriptor, CONFIG)
        generation = Generation.seal(1, descriptor)
        over = []
        Sweeper(self.parent, self.run_dir, lambda: generation, reap).sweep(lambda: over.append(True))
        deadline = time.monotonic() + 50
        while not over:
            assert time.monotonic() < deadline
            self.parent.reactor.after(10_000, self.parent.brood.bury)
            self.parent.reactor.turn()
        generation.close()
        return self.said()

    def said(self):
        words = []
        while True:
            try:
                words.append(decode(self.receiver.recv(65_536)).words)
            except BlockingIOError:
                return words


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setattr(privileges, "drop_all_but", lambda _kept: None)
    sender, receiver = pair()
    receiver.setblocking(False)
    with sender, receiver:
        yield World(tmp_path, sender, receiver)


def test_it_gets_the_configuration_and_the_run_directory(world):
    def reap(run_dir, config, _log):
        (run_dir / "swept").write_bytes(config)
        return 0

    assert world.sweep(reap) == []
    assert (world.run_dir / "swept").read_bytes() == CONFIG


def test_when_it_fails_that_is_told_and_life_goes_on(world):
    assert world.sweep(lambda *_: 1) == ["taking leftover addresses off failed; look at them with `ip address`"]


def test_one_that_hangs_is_killed(world, monkeypatch):
    monkeypatch.setattr(sweeper, "PATIENCE", 100_000)

    def hang(*_):
        time.sleep(60)
        return 0

    begun = time.monotonic()
    assert len(world.sweep(hang)) == 1
    assert time.monotonic() - begun < 50


def test_without_a_process_it_is_over_at_once(world, monkeypatch):
    def refuse(*_arguments, **_more):
        raise OSError(11, os.strerror(11))

    monkeypatch.setattr(world.parent.brood, "start", refuse)
    (words,) = world.sweep(lambda *_: 0)
    assert words.startswith("cannot start the process that takes addresses off: ")
