from __future__ import annotations

import os
from dataclasses import replace

import msgspec
import pytest

from standfast.config.health_model import HealthConfig
from standfast.config.script_model import Fifo, ProgramRules, ScriptCall
from standfast.events import CheckChange, QuorumChange, ServerChange
from standfast.health.hub import Hub
from standfast.health.server_lines import ServerLines

RS = ServerChange(at=1, service="w", server="s", up=True, weight=1, cause="", line="RS [10.0.0.1]:tcp:80 [v]:tcp:80 UP")
VS = QuorumChange(at=1, service="w", up=False, weight=0, quorum=1, sorry=False, cause="", line="VS [v]:tcp:80 DOWN")
CHECK = CheckChange(
    at=1, service="w", server="s", checker="T", number=0, up=True, server_up=True, words="", line="RS x y UP"
)


@pytest.fixture
def ends():
    found = [os.pipe2(os.O_NONBLOCK), os.pipe2(os.O_NONBLOCK)]
    yield found
    for end in (end for pair in found for end in pair):
        os.close(end)


async def test_lines_go_to_both_pipes(surroundings, ends):
    pipes = {"lvs_notify_fifo": ends[0][1], "notify_fifo": ends[1][1]}
    hub = Hub(replace(surroundings.setup, pipes=pipes), HealthConfig())
    part = ServerLines(hub)
    for event in (RS, CHECK, VS, msgspec.structs.replace(RS, line="")):
        hub.publish(event)
    for reader, _ in ends:
        assert os.read(reader, 9999) == b"RS [10.0.0.1]:tcp:80 [v]:tcp:80 UP\nVS [v]:tcp:80 DOWN\n"
    assert part.describe() == {"lost_lines": 0}


async def test_a_full_pipe_loses_lines_and_nothing_waits(surroundings, ends):
    hub = Hub(replace(surroundings.setup, pipes={"lvs_notify_fifo": ends[0][1]}), HealthConfig())
    part = ServerLines(hub)
    for _ in range(3000):
        hub.publish(RS)
    assert part.describe()["lost_lines"] > 500


async def test_who_reads_the_pipe_is_started(surroundings, ends, nursery):
    fifo = Fifo(path="/run/x", script=ScriptCall(argv=("/bin/reader", "/run/x")))
    config = HealthConfig(programs=ProgramRules(fifos={"lvs_notify_fifo": fifo}))
    part = ServerLines(Hub(replace(surroundings.setup, pipes={"lvs_notify_fifo": ends[0][1]}), config))
    await nursery.start(_started, part)
    assert b"/bin/reader" in surroundings.spawner.recv(65_536)


async def _started(part, task_status):
    import trio

    async with trio.open_nursery() as nursery:
        nursery.start_soon(part.run)
        await trio.testing.wait_all_tasks_blocked()
        task_status.started()


async def test_a_reload_brings_another_pipe_and_ends_who_read_the_old_one(surroundings, ends, nursery):
    def config(path):
        fifo = Fifo(path=path, script=ScriptCall(argv=("/bin/reader", path)))
        return HealthConfig(programs=ProgramRules(fifos={"lvs_notify_fifo": fifo}))

    first, second = (os.dup(end[1]) for end in ends)
    hub = Hub(replace(surroundings.setup, pipes={"lvs_notify_fifo": first}), config("/run/x"))
    part = ServerLines(hub)
    await nursery.start(_started, part)
    assert b"/run/x" in surroundings.spawner.recv(65_536)
    hub.run_by(config("/run/y"), 2, {"lvs_notify_fifo": second})
    await part.commit(hub.config)
    assert b"Kill" in surroundings.spawner.recv(65_536)
    assert b"/run/y" in surroundings.spawner.recv(65_536)
    hub.publish(RS)
    assert os.read(ends[1][0], 9999) == b"RS [10.0.0.1]:tcp:80 [v]:tcp:80 UP\n"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(first)


async def test_without_pipes_there_is_nothing_to_show(surroundings):
    assert ServerLines(Hub(surroundings.setup, HealthConfig())).describe() is None
