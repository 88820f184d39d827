"""The spawner with real programs: a loop in a process of its own, the test at the other ends of its lines."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import ExitStack

import pytest

from standfast.config.script_model import ScriptCall
from standfast.control.client import ask
from standfast.control.protocol import Request
from standfast.scripts.protocol import Ended, Hello, Kill, Overdue, Start, Started, decode_for_client, encode
from standfast.supervise import messages
from standfast.supervise.children import fork_child, start_time
from standfast.supervise.desk import listen
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.page import SharedPage
from standfast.supervise.setup import ChildSetup, Lines
from standfast.supervise.spawner import RUNNING, main


class Spawner:
    def __init__(self, run_dir, stack):
        self.run_dir = run_dir
        self.parent, channel = self.pair(stack)
        self.vrrp, first = self.pair(stack)
        self.health, second = self.pair(stack)
        log, self.log = map(stack.enter_context, pair())
        self.page = SharedPage()
        control = stack.enter_context(listen(run_dir, "spawner.ctl", mode=0o600))
        status = stack.enter_context(listen(run_dir, "spawner.status", mode=0o660))
        self.setup = ChildSetup(
            generation=1,
            config=-1,
            channel=channel,
            page=self.page,
            log=LogPipe(log, "spawner"),
            control=control,
            status=status,
            run_dir=run_dir,
            resume=False,
            lines=Lines(clients=(first, second)),
        )
        self.numbers = 0
        self.start()

    def start(self):
        keep = [each.fileno() for each in (self.setup.channel, self.setup.control, self.setup.status)]
        keep += [line.fileno() for line in self.setup.lines.clients]
        self.pid = fork_child(lambda: main(self.setup), log=self.setup.log, keep=keep)
        assert messages.decode_from_child(self.parent.recv(4096)) == messages.Ready(generation=1)
        self.hello = [decode_for_client(line.recv(4096)) for line in (self.vrrp, self.health)]

    def pair(self, stack):
        ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in ends:
            stack.enter_context(end)
            end.settimeout(60)
        ends[1].setblocking(False)
        return ends

    def run(self, command, line=None, **more):
        self.numbers += 1
        (line or self.vrrp).send(encode(Start(number=self.numbers, argv=("/bin/sh", "-c", command), **more)))
        return self.numbers

    def heard(self, line=None):
        return decode_for_client((line or self.vrrp).recv(65_536))

    def until_ended(self, line=None):
        while not isinstance(message := self.heard(line), Ended):
            pass
        return message

    def stop(self, **more):
        self.parent.send(messages.encode(messages.Stop(**more)))

    def wait(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def spawner(tmp_path):
    with ExitStack() as stack:
        made = Spawner(tmp_path, stack)
        yield made
        try:
            os.kill(made.pid, signal.SIGKILL)
            os.waitpid(made.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


def test_it_says_hello_on_every_line(spawner):
    assert spawner.hello == [Hello(pid=spawner.pid)] * 2


def test_a_program_begins_and_ends(spawner):
    number = spawner.run("exit 3")
    started = spawner.heard()
    assert isinstance(started, Started)
    assert started.number == number
    assert spawner.heard() == Ended(number=number, status=3)


def test_each_line_hears_of_its_own(spawner):
    first, second = spawner.run("exit 1"), spawner.run("exit 2", spawner.health)
    assert spawner.until_ended() == Ended(number=first, status=1)
    assert spawner.until_ended(spawner.health) == Ended(number=second, status=2)


def test_a_script_that_is_not_there_says_why(spawner):
    spawner.vrrp.send(encode(Start(number=1, argv=("/no/such/script",))))
    assert "No such file" in spawner.until_ended().problem


def test_after_its_limit_the_whole_group_is_ended(spawner, tmp_path):
    number = spawner.run(f"sleep 60 & echo $! > {tmp_path}/pid; wait", limit=2_000_000)
    assert isinstance(spawner.heard(), Started)
    assert spawner.heard() == Overdue(number=number)
    assert spawner.heard() == Ended(number=number, signal=signal.SIGTERM, timed_out=True)
    gone(int((tmp_path / "pid").read_text()))


def there(path):
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def gone(pid):
    deadline = time.monotonic() + 60
    while start_time(pid) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_who_ignores_sigterm_is_killed_two_seconds_later(spawner):
    begun = time.monotonic()
    number = spawner.run("trap '' TERM; while :; do sleep 0.1; done", limit=2_000_000)
    assert spawner.until_ended() == Ended(number=number, signal=signal.SIGKILL, timed_out=True)
    assert 4.0 < time.monotonic() - begun < 10


def test_a_program_can_be_ended_by_who_asked(spawner):
    number = spawner.run("sleep 60")
    assert isinstance(spawner.heard(), Started)
    spawner.vrrp.send(encode(Kill(number=number)))
    assert spawner.heard() == Ended(number=number, signal=signal.SIGTERM, timed_out=True)


def test_a_flood_is_worked_off(spawner, tmp_path):
    wanted = RUNNING + 100
    fifo = tmp_path / "gate"
    os.mkfifo(fifo)
    for _ in range(wanted):
        spawner.run(f"read x < {fifo}; exit 0" if spawner.numbers < RUNNING else "exit 0", limit=9_000_000)
    running = ask(spawner.run_dir, "spawner.status", Request(do="status"), patience_s=60)
    assert len(running["running"]) <= RUNNING
    gate = os.open(fifo, os.O_RDWR)
    ended = set()
    while len(ended) < wanted:
        os.write(gate, b"\n")
        message = spawner.heard()
        if isinstance(message, Ended):
            ended.add(message.number)
    os.close(gate)
    assert ask(spawner.run_dir, "spawner.status", Request(do="status"), patience_s=60)["started"] == wanted


def test_nonsense_is_logged_and_left(spawner):
    spawner.vrrp.send(b"\xc1nonsense")
    number = spawner.run("exit 0")
    assert spawner.until_ended() == Ended(number=number, status=0)


def test_what_was_asked_for_before_a_stop_is_still_run(spawner, tmp_path):
    for index in range(3):
        spawner.run(f"sleep 0.1; touch {tmp_path}/{index}")
    spawner.stop()
    assert spawner.wait() == 0
    assert sorted(path.name for path in tmp_path.glob("?")) == ["0", "1", "2"]


def test_what_runs_for_ever_is_ended_at_a_stop(spawner, tmp_path):
    spawner.run(f"trap '' TERM; touch {tmp_path}/deaf; while :; do sleep 0.1; done", at_stop="end")
    there(tmp_path / "deaf")
    begun = time.monotonic()
    spawner.stop()
    assert spawner.wait() == 0
    assert 1.0 < time.monotonic() - begun < 10


def test_a_program_that_is_being_ended_is_not_the_one_that_is_asked_for(spawner):
    command = "trap '' TERM; exec sleep 4"
    spawner.run(command, once=True)
    first = spawner.heard().pid
    adopted = spawner.run(command, once=True)
    assert spawner.heard() == Started(number=adopted, pid=first)
    spawner.vrrp.send(encode(Kill(number=adopted)))
    spawner.run(command, once=True)
    assert spawner.heard().pid != first
    spawner.stop(now=True)


def test_at_once_it_leaves_programs_to_themselves(spawner, tmp_path):
    spawner.run(f"sleep 1; touch {tmp_path}/later")
    assert isinstance(spawner.heard(), Started)
    spawner.stop(now=True)
    assert spawner.wait() == 0
    there(tmp_path / "later")


def test_its_heart_beats(spawner):
    deadline = time.monotonic() + 60
    first = spawner.page.heartbeat
    while spawner.page.heartbeat == first:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_request_waits_for_the_next_spawner(spawner):
    os.kill(spawner.pid, signal.SIGKILL)
    os.waitpid(spawner.pid, 0)
    number = spawner.run("exit 5")
    spawner.start()
    assert spawner.until_ended() == Ended(number=number, status=5)


def test_calls_of_a_configuration_can_be_started(spawner):
    from standfast.scripts.protocol import Ways

    spawner.vrrp.send(encode(Ways().start(9, ScriptCall(argv=("/bin/true",)))))
    assert spawner.until_ended() == Ended(number=9, status=0)
