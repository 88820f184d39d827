from __future__ import annotations

import json
import threading
import time

import pytest
import trio
import trio.testing

from standfast.web.newsroom import MAX_AGE_S, Newsroom


@pytest.fixture
def newsroom(camera, tmp_path):
    return Newsroom(tmp_path, camera)


async def test_however_many_ask_one_picture_is_taken(newsroom, camera):
    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(newsroom.latest)
    assert camera.taken == 1


async def test_who_comes_while_a_slow_one_is_taken_shares_it_if_it_was_asked_for_late_enough(
    newsroom, camera, mock_clock
):
    go, began = threading.Event(), threading.Event()

    def slow(run_dir):
        began.set()
        assert go.wait(60)
        return camera(run_dir)

    newsroom._take = slow
    async with trio.open_nursery() as nursery:
        nursery.start_soon(newsroom.latest)
        await trio.to_thread.run_sync(began.wait)
        nursery.start_soon(newsroom.latest)
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(10)
        go.set()
    assert camera.taken == 1


async def test_metrics_are_written_out_once_for_all_who_come_together(newsroom, monkeypatch):
    written = []

    def slowly(sheet, *, as_openmetrics):
        written.append(as_openmetrics)
        time.sleep(0.05)
        return b"x"

    monkeypatch.setattr("standfast.web.newsroom.rendered", slowly)
    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(lambda: newsroom.metrics(as_openmetrics=False))
    assert written == [False]


async def test_a_picture_grows_old(newsroom, camera, autojump_clock):
    first = await newsroom.latest()
    await trio.sleep(MAX_AGE_S / 2)
    assert await newsroom.latest() is first
    await trio.sleep(MAX_AGE_S)
    assert await newsroom.latest() is not first
    assert camera.taken == 2


async def test_what_is_made_of_it(newsroom, camera):
    camera.problems = ("wrong",)
    issue = await newsroom.latest()
    assert json.loads(issue.status()) == camera.document | {"problems": ["wrong"]}
    assert issue.status() is issue.status()
    assert issue.lacking == ["wrong"]
    assert json.loads(issue.view)["problems"] == ["wrong"]
    assert b"standfast_ready 0.0" in await newsroom.metrics(as_openmetrics=False)
    assert (await newsroom.metrics(as_openmetrics=True)).endswith(b"# EOF\n")


async def test_other_names_from_a_reload_on(newsroom):
    assert b"keepalived" not in await newsroom.metrics(as_openmetrics=False)
    newsroom.compat = ("mehdy",)
    assert b"keepalived_up 1.0" in await newsroom.metrics(as_openmetrics=False)


async def test_news_wake_those_who_wait(newsroom, nursery):
    woken = trio.Event()

    async def wait():
        await newsroom.news()
        woken.set()

    nursery.start_soon(wait)
    await trio.testing.wait_all_tasks_blocked()
    assert not woken.is_set()
    newsroom.stir()
    with trio.fail_after(60):
        await woken.wait()
