"""A task that keeps the loop is named; one that never gives it back is written down for the next process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import trio

from standfast.health import blocking
from standfast.health.blocking import HangWitness, StepNote, StepWatch, accuse, banned_task


async def busy() -> None:
    await trio.lowlevel.checkpoint()
    time.sleep(0.4)  # noqa: ASYNC251 - this is what it is about


def test_a_slow_step_is_told_with_its_task():
    told: list[tuple[str, int]] = []
    watch = StepWatch(lambda task, took: told.append((task, took)))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(busy, name="TCP_CHECK of [10.0.0.1]:80")

    trio.run(main, instruments=[watch])
    ((task, took),) = told
    assert task == "TCP_CHECK of [10.0.0.1]:80"
    assert took >= blocking.SLOW_STEP
    assert watch.task == ""


def test_what_others_had_of_the_processor_is_not_held_against_a_step():
    told: list[tuple[str, int]] = []
    waited = iter(range(0, 10**9, 10**6))  # each time it is asked the thread has waited for another second
    trio.run(busy, instruments=[StepWatch(lambda task, took: told.append((task, took)), waited=lambda: next(waited))])
    assert told == []


def test_the_kernel_counts_how_long_a_thread_waits_for_a_processor():
    before = blocking.waited_for_processor()
    busy_ones = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range((os.cpu_count() or 1) * 2)]
    try:
        deadline = time.monotonic() + 60
        while blocking.waited_for_processor() == before and time.monotonic() < deadline:
            sum(range(10_000))
        assert blocking.waited_for_processor() > before
    finally:
        for process in busy_ones:
            process.kill()
            process.wait()


def test_a_step_that_does_not_end_is_written_down(tmp_path, monkeypatch):
    monkeypatch.setattr(blocking, "STUCK", 1000)
    said: list[str] = []
    written = threading.Event()
    watch = StepWatch(lambda *_told: None)
    watch.task, watch.began = "LDAP_CHECK of [10.0.0.1]:389", time.monotonic_ns() - 10_000_000
    witness = HangWitness(watch, tmp_path / "note", lambda words: (said.append(words), written.set()))
    witness.start()
    assert written.wait(60)
    witness.stop()
    witness._thread.join(60)
    assert said[0].startswith("LDAP_CHECK of [10.0.0.1]:389 has kept the health process")
    assert len(said) == 1
    assert banned_task(tmp_path / "note") == "LDAP_CHECK of [10.0.0.1]:389"


def test_a_witness_that_was_stopped_too_blames_nobody_for_that_time(tmp_path, monkeypatch):
    monkeypatch.setattr(blocking, "STUCK", 5_000_000)
    # Asleep, awake a minute later, asleep, awake, asleep.
    moments = iter([0, 60_000_000_000, 60_000_000_000, 60_500_000_000, 60_500_000_000])
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(moments))
    watch = StepWatch(lambda *_told: None)
    watch.task, watch.began = "a", 1
    said: list[str] = []
    witness = HangWitness(watch, tmp_path / "note", said.append)
    waits = iter([False, False, True])
    monkeypatch.setattr(witness, "_over", SimpleNamespace(wait=lambda _s: next(waits)))
    witness._look()
    assert said == []


def test_only_a_fresh_note_bans(tmp_path, monkeypatch):
    note = tmp_path / "note"
    assert banned_task(note) == ""
    note.write_text("{nonsense")
    assert banned_task(note) == ""
    note.write_text(f'{{"task":"x","wall":{time.time() - 3600}}}')
    assert banned_task(note) == ""


async def test_the_step_in_which_the_watch_is_set_up_does_not_count():
    told: list[tuple[str, int]] = []
    watch = StepWatch(lambda task, took: told.append((task, took)))
    trio.lowlevel.add_instrument(watch)
    await trio.sleep(0.01)
    trio.lowlevel.remove_instrument(watch)
    assert told == []


def test_a_step_that_ends_the_process_is_known_to_the_next(tmp_path):
    note = tmp_path / "step"

    async def exits() -> None:
        os._exit(7)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(exits, name="LDAP_CHECK of [10.0.0.1]:389")

    pid = os.fork()
    if not pid:
        trio.run(main, instruments=[StepWatch(lambda *_told: None, step=StepNote(note))])
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert StepNote.left(note) == "LDAP_CHECK of [10.0.0.1]:389"


def test_a_process_that_ends_between_steps_accuses_nobody(tmp_path):
    note = StepNote(tmp_path / "step")
    note.begin("x" * 300)
    assert StepNote.left(tmp_path / "step") == "x" * 255
    note.end()
    assert StepNote.left(tmp_path / "step") == ""
    assert StepNote.left(tmp_path / "other") == ""


def test_once_may_be_chance_and_twice_is_none(tmp_path):
    note = tmp_path / "note"
    accuse(note, "a")
    assert banned_task(note) == ""
    accuse(note, "b")
    assert banned_task(note) == ""
    accuse(note, "b")
    assert banned_task(note) == "b"
