"""The conversation with a parent that a test plays."""

from __future__ import annotations

import contextlib
import os
import socket

import msgspec
import pytest
import trio

from standfast.control.obedience import LONGEST_REASON, MOST_CHANGES, Obedience, contents
from standfast.supervise import messages
from standfast.supervise.generation import memory_file
from standfast.supervise.logpipe import LogPipe, decode, pair
from standfast.supervise.messages import Abort, Can, Cannot, Commit, Committed, Prepare, Stop

MANY = 1000


class Pupil:
    """Its configurations are numbers; it cannot run odd ones."""

    words = "the pupil"

    def __init__(self):
        self.done = []
        self.free_to_go = trio.Event()

    def decode(self, data):
        return msgspec.json.decode(data, type=int)

    async def prepare(self, config):
        self.done.append(("prepare", config))
        return f"{config} is odd" if config % 2 else ""

    async def commit(self, config, generation, pipes):
        self.done.append(("commit", config, generation))
        self.pipes = pipes
        return (f"is {config} now",) if config < MANY else tuple(f"service {n} has changed" for n in range(config))

    async def leave(self, *, first, at_once):
        self.done.append(("leave", first, at_once))
        await self.free_to_go.wait()


class World:
    def __init__(self, parent, channel, log):
        self.parent = parent
        self.pupil = Pupil()
        self.obedience = Obedience(channel, self.pupil, log)

    def order(self, message, data=None, pipes=()):
        memory = []
        if data is not None:
            memory = [memory_file()]
            os.write(memory[0], data)
        socket.send_fds(self.parent, [messages.encode(message)], [*memory, *pipes])
        for descriptor in memory:
            os.close(descriptor)

    async def answer(self):
        with trio.fail_after(60):
            await trio.lowlevel.wait_readable(self.parent.fileno())
        return messages.decode_from_child(self.parent.recv(65_536))


@pytest.fixture
def log():
    sender, receiver = pair()
    receiver.setblocking(False)
    with sender, receiver:
        yield LogPipe(sender, "pupil"), receiver


@pytest.fixture
async def world(nursery, log):
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ends[0], ends[1]:
        for end in ends:
            end.setblocking(False)
        made = World(*ends, log[0])
        nursery.start_soon(made.obedience.run, nursery)
        yield made
        nursery.cancel_scope.cancel()


async def test_what_was_prepared_is_committed(world):
    world.order(Prepare(generation=2), b"4")
    assert await world.answer() == Can(generation=2)
    world.order(Commit(generation=2))
    assert await world.answer() == Committed(generation=2, changes=("is 4 now",))
    assert world.pupil.done == [("prepare", 4), ("commit", 4, 2)]


async def test_of_very_many_changes_the_first_are_told_and_the_rest_counted(world):
    world.order(Prepare(generation=2), b"4000")
    await world.answer()
    world.order(Commit(generation=2))
    told = (await world.answer()).changes
    assert told[0] == "service 0 has changed"
    assert told[-1] == "and 3950 more changes"
    assert len(told) == MOST_CHANGES + 1


async def test_a_long_refusal_arrives(world):
    async def prepare(_config):
        return "no service can be balanced; " * 10_000

    world.pupil.prepare = prepare
    world.order(Prepare(generation=2), b"4")
    assert len((await world.answer()).reason) == LONGEST_REASON


async def test_what_it_cannot_run_is_refused_with_its_words(world):
    world.order(Prepare(generation=2), b"5")
    assert await world.answer() == Cannot(generation=2, reason="5 is odd")
    world.order(Commit(generation=2))
    assert (await world.answer()).reason == "generation 2 was not prepared here"
    assert world.pupil.done == [("prepare", 5)]


@pytest.mark.parametrize("data", [b"no number", None])
async def test_what_cannot_be_read_is_never_shown_to_it(world, data):
    world.order(Prepare(generation=2), data)
    assert (await world.answer()).reason.startswith("the pupil cannot read the new configuration: ")
    assert world.pupil.done == []


async def test_only_the_generation_that_was_prepared_last_and_not_given_up_is_committed(world):
    world.order(Prepare(generation=2), b"4")
    await world.answer()
    world.order(Commit(generation=3))
    assert isinstance(await world.answer(), Cannot)
    world.order(Prepare(generation=4), b"6")
    await world.answer()
    world.order(Abort(generation=4))
    world.order(Commit(generation=4))
    assert isinstance(await world.answer(), Cannot)


@pytest.fixture
def pipe():
    ends = os.pipe()
    os.set_blocking(ends[0], False)
    yield ends
    for end in ends:
        os.close(end)


def open_ends(pipe):
    """How many descriptors of this process lead to this pipe."""
    wanted = os.fstat(pipe[0]).st_ino
    found = 0
    for descriptor in range(256):
        with contextlib.suppress(OSError):
            found += os.fstat(descriptor).st_ino == wanted
    return found


async def test_pipes_come_with_a_generation(world, pipe):
    world.order(Prepare(generation=2, pipes=("notify_fifo",)), b"4", pipe[1:])
    await world.answer()
    assert open_ends(pipe) == 3
    world.order(Commit(generation=2))
    await world.answer()
    os.write(world.pupil.pipes["notify_fifo"], b"hello")
    assert os.read(pipe[0], 9) == b"hello"
    assert not os.get_inheritable(world.pupil.pipes["notify_fifo"])
    os.close(world.pupil.pipes["notify_fifo"])


@pytest.mark.parametrize(
    ("data", "orders"),
    [(b"no number", ()), (b"5", ()), (b"4", (Abort(generation=2),)), (b"4", (Prepare(generation=3),))],
    ids=["unreadable", "refused", "given up", "overtaken"],
)
async def test_pipes_of_what_is_not_committed_are_closed(world, pipe, data, orders):
    world.order(Prepare(generation=2, pipes=("notify_fifo",)), data, pipe[1:])
    await world.answer()
    for order in orders:
        world.order(order)
    world.order(Commit(generation=9))
    while (await world.answer()).generation != 9:
        pass
    assert open_ends(pipe) == 2


async def test_names_without_pipes_are_no_generation(world):
    world.order(Prepare(generation=2, pipes=("notify_fifo",)), b"4")
    assert isinstance(await world.answer(), Cannot)


async def test_a_second_order_to_leave_reaches_one_that_takes_its_time(world):
    world.order(Stop())
    world.order(Stop(now=True))
    with trio.fail_after(60):
        while len(world.pupil.done) < 2:
            await trio.lowlevel.checkpoint()
    assert world.pupil.done == [("leave", True, False), ("leave", False, True)]
    assert world.obedience.leaving


async def test_who_leaves_takes_nothing_new_up(world):
    world.order(Prepare(generation=2), b"4")
    await world.answer()
    world.order(Stop())
    world.order(Commit(generation=2))
    assert isinstance(await world.answer(), Cannot)


async def test_without_a_parent_it_leaves_and_its_words_go_to_the_log(world, log):
    world.parent.close()
    with trio.fail_after(60):
        while not world.pupil.done:
            await trio.lowlevel.checkpoint()
    assert world.pupil.done == [("leave", True, False)]
    world.obedience.say(Can(generation=1))
    assert decode(log[1].recv(65_536)).words.startswith("the parent does not hear us: ")


def test_contents_are_the_whole_file_wherever_it_was_read_to():
    memory = memory_file()
    os.write(memory, b"all of it")
    assert contents(memory) == contents(memory) == b"all of it"
    os.close(memory)
