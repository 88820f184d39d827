from __future__ import annotations

import os
import re

import pytest
import trio

from standfast.config.model import Config, GlobalDefs, VrrpInstance
from standfast.config.script_model import Notifications, ProgramRules, ScriptCall
from standfast.config.tracking_model import SyncGroup
from standfast.events import GroupTransition, LowerPriorityMaster, PriorityChange, Transition
from standfast.scripts.protocol import Ended
from standfast.scripts.running import RunningScript
from standfast.vrrp.notifier import Notifier


class FakeClient:
    def __init__(self):
        self.started = []
        self.jobs = {}

    def start(self, call, on_end, *, about):
        self.started.append((call.argv, on_end))
        number = len(self.started) - 1
        script = {"of": about.of, "occasion": about.occasion, "script": str(call), "pid": 7, "since": "now"}
        self.jobs[number] = RunningScript(**script)
        return number

    def running(self):
        return self.jobs

    def end(self, place=-1, **how):
        number = place % len(self.started)
        del self.jobs[number]
        self.started[number][1](Ended(number=number, **(how or {"status": 0})))

    @property
    def argv(self):
        return [argv for argv, _ in self.started]


@pytest.fixture
def pipe():
    ours, theirs = os.pipe2(os.O_NONBLOCK)
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def script(name):
    return ScriptCall(argv=(f"/bin/{name}",))


NOTIFY = Notifications(
    master=script("master"), change=script("any"), lower_priority=script("lower"), priority_changes=True
)


def config(timeout=10_000_000, **more):
    notify = more.pop("notify", NOTIFY)
    made = VrrpInstance(name="VI_1", vrid=1, family=4, version=2, interface="eth0", notify=notify)
    group = SyncGroup(name="VG", members=("VI_1",), notify=notify)
    rules = ProgramRules(notify_timeout=timeout)
    return Config(global_defs=GlobalDefs(programs=rules), instances=(made,), sync_groups=(group,))


@pytest.fixture
def client():
    return FakeClient()


@pytest.fixture
def told():
    return []


@pytest.fixture
def wakes():
    return []


@pytest.fixture
def notifier(client, pipe, told, wakes):
    made = Notifier(client, told.append, lambda *wake: wakes.append(wake))
    made.configure(config(), {"notify_fifo": os.dup(pipe[1])})
    return made


def became(state, priority=100):
    return Transition(at=1, instance="VI_1", old="BACKUP", new=state, priority=priority, cause="test")


def lines(pipe):
    try:
        return os.read(pipe[0], 65_536).decode().splitlines()
    except BlockingIOError:
        return []


def test_a_transition_goes_to_scripts_and_pipe(notifier, client, pipe):
    notifier.hear(became("MASTER", 150))
    assert client.argv == [("/bin/master",), ("/bin/any", "INSTANCE", "VI_1", "MASTER", "150")]
    assert lines(pipe) == ['INSTANCE "VI_1" MASTER 150']


def test_our_own_states_are_nobodys_business(notifier, client, pipe):
    notifier.hear(became("LEAVING"))
    notifier.hear(became("INIT"))
    assert (client.argv, lines(pipe)) == ([], [])


def test_a_group_is_told_with_priority_zero(notifier, client, pipe):
    notifier.hear(GroupTransition(at=1, group="VG", old="BACKUP", new="MASTER", cause="test"))
    assert client.argv[-1] == ("/bin/any", "GROUP", "VG", "MASTER", "0")
    assert lines(pipe) == ['GROUP "VG" MASTER 0']


def test_priorities_are_told_to_the_pipe(notifier, client, pipe):
    notifier.hear(PriorityChange(at=1, instance="VI_1", old=100, new=90, state="BACKUP", cause="x"))
    notifier.hear(PriorityChange(at=1, instance="VI_1", old=100, new=90, state="FAULT", cause="x"))
    assert (client.argv, lines(pipe)) == ([], ['INSTANCE "VI_1" BACKUP_PRIORITY 90'])


def test_a_lower_priority_master(notifier, client, pipe):
    notifier.hear(LowerPriorityMaster(at=1, instance="VI_1", other="x", other_priority=50, priority=100))
    assert client.argv == [("/bin/lower",)]
    assert lines(pipe) == ['INSTANCE "VI_1" MASTER_RX_LOWER_PRI 100']


def test_the_pipe_gets_every_state_and_scripts_the_last_one(notifier, client, pipe, told):
    for state in ("MASTER", "BACKUP", "FAULT"):
        notifier.hear(became(state))
    assert [line.split()[2] for line in lines(pipe)] == ["MASTER", "BACKUP", "FAULT"]
    client.end(0)
    client.end(1)
    assert client.argv[2:] == [("/bin/any", "INSTANCE", "VI_1", "FAULT", "100")]
    assert [remark.event for remark in told] == ["vrrp.notify_overtaken"]


def test_a_failed_script_is_told(notifier, client, told):
    notifier.hear(became("MASTER"))
    client.end(0, status=3)
    assert told[0].words == "notify script `/bin/master`: exit status 3"


def test_a_full_pipe_loses_lines_and_says_so(notifier, pipe, told):
    for _ in range(5_000):
        notifier.hear(became("FAULT"))
    assert notifier.lost_lines > 0
    assert any(remark.event == "vrrp.pipe_full" for remark in told)


def test_states_can_be_repeated(notifier, pipe):
    notifier.hear(became("MASTER"))
    lines(pipe)
    notifier.repeat_states()
    assert lines(pipe) == ['INSTANCE "VI_1" MASTER 100']


def test_a_removed_instance_is_told_of_by_what_it_had(notifier, client, pipe):
    notifier.configure(Config(), {"notify_fifo": os.dup(pipe[1])})
    notifier.hear(became("DELETED"))
    assert client.argv == [("/bin/any", "INSTANCE", "VI_1", "FAULT", "100")]


def test_a_slow_script_is_not_waited_for(notifier, client, told, wakes):
    notifier.hear(became("MASTER"))
    notifier.hear(became("BACKUP"))
    moment, look = wakes[-1]
    look(moment)
    assert client.argv[-1] == ("/bin/any", "INSTANCE", "VI_1", "BACKUP", "100")
    assert told[-1].event == "vrrp.notify_slow"
    assert re.match(r"notify script `.+` has run for \d+", told[-1].words)


async def test_the_end_waits_for_scripts_but_not_for_ever(notifier, client, autojump_clock):
    notifier.hear(became("MASTER"))
    begun = trio.current_time()
    await notifier.settled(5_000_000)
    assert trio.current_time() - begun == 5
    client.end(0)
    client.end(1)
    await notifier.settled(5_000_000)
    assert trio.current_time() - begun == 5


def test_lines_go_to_the_pipes_of_the_latest_configuration(notifier, pipe):
    other = os.pipe2(os.O_NONBLOCK)
    notifier.configure(config(), {"vrrp_notify_fifo": other[1]})
    notifier.hear(became("MASTER"))
    assert lines(pipe) == []
    assert lines(other) == ['INSTANCE "VI_1" MASTER 100']
    notifier.configure(config(), {})
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(other[1])
    os.close(other[0])


def test_without_a_spawner_it_says_that_nothing_is_run(pipe, told):
    made = Notifier(None, told.append, lambda *_wake: None)
    made.configure(config(), {})
    made.hear(became("MASTER"))
    assert "no process that starts programs" in told[0].words


def test_its_figures(notifier):
    assert notifier.figures() == {"waiting": 0, "overdue": 0, "dropped": 0, "lost_lines": 0}
    for state in ("MASTER", "BACKUP", "MASTER"):
        notifier.hear(became(state))
    assert notifier.figures() == {"waiting": 1, "overdue": 0, "dropped": 1, "lost_lines": 0}


def shown(notifier):
    return [(each.of, each.occasion, each.overdue, each.waiting) for each in notifier.running()]


def test_who_runs_and_what_waits_for_it_is_shown(notifier, client, wakes):
    notifier.configure(config(notify=Notifications(change=script("any"))), {})
    notifier.hear(became("MASTER"))
    notifier.hear(became("FAULT"))
    assert shown(notifier) == [("instance VI_1", "MASTER", False, ("FAULT",))]
    moment, look = wakes[-1]
    look(moment)
    assert shown(notifier) == [("instance VI_1", "MASTER", True, ()), ("instance VI_1", "FAULT", False, ())]
    assert notifier.figures()["overdue"] == 1
    client.end(0)
    client.end(1)
    assert shown(notifier) == []
    assert notifier.figures()["overdue"] == 0
