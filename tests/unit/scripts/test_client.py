"""The asking side against a pretended spawner: the test holds the other end of the line."""

from __future__ import annotations

import socket

import pytest
import trio
import trio.testing

from standfast.config.script_model import ScriptCall
from standfast.scripts.client import GONE, QUEUE, ScriptClient
from standfast.scripts.protocol import Ended, Hello, Kill, Overdue, Start, Started, decode_for_spawner, encode
from standfast.scripts.running import SHOWN, About

CALL = ScriptCall(argv=("/bin/x",))
WITH_A_SECRET = ScriptCall(argv=("/bin/x", "--token=hunter22"))


class Line:
    def __init__(self):
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ours.setblocking(False)
        self.theirs.setblocking(False)
        self.told = []
        self.client = ScriptClient(self.theirs, lambda *said: self.told.append(said))
        self.ended = []

    def start(self, **more):
        return self.client.start(CALL, self.ended.append, **more)

    def heard(self):
        orders = []
        while True:
            try:
                orders.append(decode_for_spawner(self.ours.recv(200_000)))
            except BlockingIOError:
                return orders

    def say(self, *said):
        for message in said:
            self.ours.send(encode(message))


@pytest.fixture
async def line(nursery):
    made = Line()
    with made.ours, made.theirs:
        nursery.start_soon(made.client.serve)
        yield made
        nursery.cancel_scope.cancel()


async def until(condition):
    with trio.fail_after(60):
        while not condition():
            await trio.lowlevel.checkpoint()


async def test_an_order_goes_out_and_its_end_comes_back(line):
    number = line.start(limit=5, at_stop="end")
    assert line.heard() == [Start(number=number, argv=("/bin/x",), limit=5, at_stop="end")]
    assert not line.client.idle
    line.say(Started(number=number, pid=1), Ended(number=number, status=0))
    await until(lambda: line.client.idle)
    assert line.ended == [Ended(number=number, status=0)]


async def test_somebody_else_s_end_is_ignored(line):
    line.start()
    line.say(Ended(number=1, status=0), Ended(number=2, status=0))
    await trio.testing.wait_all_tasks_blocked()
    assert line.ended == []


async def test_a_limit_that_is_over_is_told_at_once(line):
    late = []
    number = line.client.start(CALL, line.ended.append, on_overdue=lambda: late.append(True))
    line.say(Overdue(number=number))
    await until(lambda: late)
    assert line.ended == []


async def test_who_waits_gets_the_end(line, nursery):
    results = []

    async def wait():
        results.append(await line.client.run(CALL, limit=1))

    nursery.start_soon(wait)
    await until(lambda: not line.client.idle)
    (order,) = line.heard()
    line.say(Ended(number=order.number, status=4))
    await until(lambda: results)
    assert results[0].status == 4


async def test_who_is_cancelled_ends_the_program(line):
    with trio.move_on_after(0):
        await line.client.run(CALL)
    start, kill = line.heard()
    assert kill == Kill(number=start.number)


async def test_a_spawner_that_does_not_read_costs_a_bounded_queue(line):
    fitting = 0
    while not line.told:
        line.start()
        fitting += 1
        assert fitting < 10 * QUEUE
    assert "does not take requests: 1 scripts" in line.told[0][2]
    await until(lambda: line.ended)
    assert line.ended[0].problem == "the spawner takes no more requests"
    # What was queued goes out, in order, as soon as somebody reads.
    numbers = []
    while len(numbers) < fitting - 1:
        numbers += [order.number for order in line.heard()]
        await trio.lowlevel.checkpoint()
    assert numbers == sorted(numbers)


async def test_a_new_spawner_makes_what_ran_lost_and_what_waits_last(line, autojump_clock, monkeypatch):
    clock = [0]
    monkeypatch.setattr("standfast.scripts.client.now", lambda: clock[0])
    running, unread = line.start(), line.start()
    line.say(Started(number=running, pid=1))
    await trio.testing.wait_all_tasks_blocked()
    line.say(Hello(pid=2))
    await until(lambda: line.ended)
    assert [(end.number, end.problem) for end in line.ended] == [(running, "the process that ran it was replaced")]
    line.say(Started(number=unread, pid=3))
    await trio.testing.wait_all_tasks_blocked()
    clock[0] = 3_000_000
    line.say(Ended(number=unread, status=0))
    await until(lambda: line.client.idle)
    assert line.ended[1] == Ended(number=unread, status=0)


async def test_what_the_old_spawner_had_read_and_not_begun_is_lost_after_a_while(line, autojump_clock, monkeypatch):
    clock = [0]
    monkeypatch.setattr("standfast.scripts.client.now", lambda: clock[0])
    number = line.start()
    line.say(Hello(pid=2))
    await trio.testing.wait_all_tasks_blocked()
    assert line.ended == []
    clock[0] = 3_000_000
    with trio.move_on_after(1.5):  # it looks every second
        await trio.sleep_forever()
    assert line.ended[0].number == number


async def test_a_command_that_is_too_long_says_so(line):
    line.client.start(ScriptCall(argv=("/bin/x", "y" * 200_000)), line.ended.append)
    await until(lambda: line.ended)
    assert "longer than" in line.ended[0].problem


async def test_nonsense_is_told_and_left(line):
    line.ours.send(b"\xc1")
    await until(lambda: line.told)
    assert line.told[0][1] == "script.nonsense"


async def test_when_the_parent_is_gone_everything_asked_for_is_lost_and_nothing_spins(line):
    line.start()
    while line.client._put(b"x" * 1000):  # so that one has to wait
        pass
    line.start()
    line.ours.close()
    await until(lambda: len(line.ended) == 2)
    line.start()
    await until(lambda: len(line.ended) == 3)
    assert {end.problem for end in line.ended} == {GONE}
    assert line.told == []
    with trio.fail_after(60):
        await trio.testing.wait_all_tasks_blocked()


async def test_scripts_that_tell_something_are_listed_while_they_run(line):
    line.start(limit=5)  # a check
    number = line.client.start(WITH_A_SECRET, line.ended.append, about=About("instance VI_1", "MASTER"))
    (script,) = line.client.running().values()
    assert (script.of, script.occasion, script.script, script.pid) == ("instance VI_1", "MASTER", "/bin/x", None)
    line.say(Started(number=number, pid=4711))
    await until(lambda: line.client.running()[number].pid == 4711)
    line.say(Ended(number=number, status=0))
    await until(lambda: not line.client.running())


async def test_the_list_of_scripts_is_bounded_and_has_the_oldest(line):
    numbers = [line.start(about=About("instance VI_1", "MASTER")) for _ in range(SHOWN + 3)]
    assert list(line.client.running()) == numbers[:SHOWN]
