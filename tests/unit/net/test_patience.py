"""Waits for sockets: each ends at its own time, and whatever ends one leaves the others alone."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import trio
import trio.testing
from trio.lowlevel import wait_readable, wait_writable

from standfast.net.patience import _alarm, wait


@pytest.fixture
def sockets() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(5)]
        for one in (one for pair in pairs for one in pair):
            stack.enter_context(one)
        yield pairs


async def test_what_is_ready_is_ready(sockets):
    ours, theirs = sockets[0]
    theirs.send(b"x")
    assert await wait(wait_readable, ours, 1)
    assert await wait(wait_writable, ours, 1)


async def test_each_ends_at_its_own_time(sockets, autojump_clock):
    ended: dict[float, float] = {}

    async def one(at: int, most: float) -> None:
        assert not await wait(wait_readable, sockets[at][0], most)
        ended[most] = round(trio.current_time() - begun, 6)

    for _ in range(2):  # the second time the alarm has rung already
        begun = trio.current_time()
        async with trio.open_nursery() as nursery:
            for at, most in enumerate([3.0, 1.0, 2.0, 0.5]):
                nursery.start_soon(one, at, most)
                await trio.testing.wait_all_tasks_blocked()
        assert ended == {0.5: 0.5, 1.0: 1.0, 2.0: 2.0, 3.0: 3.0}


async def test_each_wait_for_the_same_socket_has_all_of_its_time(sockets, autojump_clock):
    ours, theirs = sockets[0]
    for _ in range(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait, wait_readable, ours, 1)
            await trio.sleep(0.7)  # noqa: TID251
            theirs.send(b"x")
        assert ours.recv(1) == b"x"
    assert trio.current_time() == pytest.approx(3.5)


async def test_what_comes_while_the_loop_is_late_has_come(sockets, autojump_clock):
    ours, theirs = sockets[0]
    outcome: list[bool] = []

    async def one() -> None:
        outcome.append(await wait(wait_readable, ours, 1))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(one)
        await trio.testing.wait_all_tasks_blocked()
        theirs.send(b"x")
        autojump_clock.jump(10)
    assert outcome == [True]


async def test_one_that_is_given_up_leaves_nothing_behind(sockets, autojump_clock):
    with trio.move_on_after(0.5) as scope:
        await wait(wait_readable, sockets[0][0], 1)
    assert scope.cancelled_caught
    assert not await wait(wait_readable, sockets[0][0], 1)
    assert trio.current_time() == pytest.approx(1.5)
    assert _alarm.get()._ends == {}


async def test_two_waits_for_one_socket_are_a_mistake(sockets):
    ours, theirs = sockets[0]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait, wait_readable, ours, 60)
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await wait(wait_writable, ours, 60)
        theirs.send(b"x")


async def test_somebody_elses_closing_is_no_lack_of_patience(sockets):
    async def one() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await wait(wait_readable, sockets[0][0], 60)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(one)
        await trio.testing.wait_all_tasks_blocked()
        trio.lowlevel.notify_closing(sockets[0][0])
