"""A task that keeps the loop is named; one that never gives it back is written down for the next process."""

from __future__ import annotations

import threading
import time

import trio

from standfast.health import blocking
from standfast.health.blocking import HangWitness, StepWatch, banned_task


async def busy() -> None:
    await trio.lowlevel.checkpoint()
    time.sleep(0.12)  # noqa: ASYNC251 - this is what it is about


def test_a_slow_step_is_told_with_its_task():
    told: list[tuple[str, int]] = []
    watch = StepWatch(lambda task, took: told.append((task, took)))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(busy, name="TCP_CHECK of [10.0.0.1]:80")

    trio.run(main, instruments=[watch])
    ((task, took),) = told
    assert task == "TCP_CHECK of [10.0.0.1]:80"
    assert took >= 120_000
    assert watch.task == ""


def test_a_step_that_does_not_end_is_written_down(tmp_path, monkeypatch):
    monkeypatch.setattr(blocking, "STUCK", 1000)
    said: list[str] = []
    written = threading.Event()
    watch = StepWatch(lambda *_told: None)
    watch.task, watch.began = "LDAP_CHECK of [10.0.0.1]:389", time.monotonic_ns() - 10_000_000
    witness = HangWitness(watch, tmp_path / "note", lambda words: (said.append(words), written.set()))
    witness.start()
    assert written.wait(5)
    witness.stop()
    witness._thread.join(5)
    assert said[0].startswith("LDAP_CHECK of [10.0.0.1]:389 has kept the health process")
    assert len(said) == 1
    assert banned_task(tmp_path / "note") == "LDAP_CHECK of [10.0.0.1]:389"


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
