"""Deaths, hangs and crash loops of the VRRP process, with a real parent and a fake child."""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
import time

from standfast.config.model import Config, encode
from standfast.supervise.brood import Brood
from standfast.supervise.generation import Generation, memory_file
from standfast.supervise.keeper import Keeper, Place
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.parent import Parent
from standfast.supervise.reactor import Reactor
from standfast.supervise.systemd import Systemd


def test_a_killed_child_is_replaced_at_once_and_may_resume(daemon):
    daemon.start()
    first = daemon.started(1)
    assert (first["generation"], first["resume"]) == (1, False)
    os.kill(first["pid"], signal.SIGKILL)
    second = daemon.started(2)
    assert (second["generation"], second["resume"]) == (1, True)
    status = daemon.eventually(lambda: (found := daemon.vrrp())["state"] == "running" and found)
    assert (status["pid"], status["restarts"]) == (second["pid"], 1)
    assert status["detail"] == f"PID {first['pid']}: killed by SIGKILL"
    assert daemon.logged("process.died")


def test_a_stopped_child_is_killed_and_replaced(daemon):
    daemon.start()
    first = daemon.started(1)
    daemon.eventually(lambda: daemon.vrrp()["heartbeat_age"] is not None)
    os.kill(first["pid"], signal.SIGSTOP)
    second = daemon.started(2)
    assert second["resume"] is True
    (record,) = daemon.logged("process.stuck")
    assert re.search(r"its event loop has not turned for \d", record["message"])
    assert daemon.vrrp()["pid"] == second["pid"]


def test_a_busy_child_is_killed_and_replaced(daemon):
    daemon.start()
    daemon.started(1)
    daemon.tell_child("busy")
    assert daemon.started(2)["resume"] is True
    assert daemon.logged("process.stuck")


def test_stopping_everybody_as_a_frozen_machine_does_ends_nobody(daemon):
    daemon.start()
    child = daemon.started(1)["pid"]
    for pid in (daemon.process.pid, child):
        os.kill(pid, signal.SIGSTOP)
    time.sleep(1.5)  # the freeze itself is the subject
    for pid in (child, daemon.process.pid):  # who judges wakes last
        os.kill(pid, signal.SIGCONT)
    turned = daemon.status()["turned_at"]
    daemon.eventually(lambda: daemon.status()["turned_at"] > turned + 1_000_000)
    assert daemon.vrrp()["pid"] == child
    assert daemon.records("process.stuck") == []


def test_the_third_death_is_a_crash_loop(daemon):
    daemon.start()
    daemon.tell_child("die")
    status = daemon.eventually(
        lambda: (found := daemon.status())["processes"]["vrrp"]["state"] == "crash loop" and found
    )
    assert status["away"] == ["VI_1"]
    assert status["processes"]["vrrp"]["pid"] is None
    assert "exit status 9; next try in 1 s" in status["processes"]["vrrp"]["detail"]
    (reaped, *_) = daemon.eventually(lambda: daemon.events("reaped"))
    assert reaped["instances"] == ["VI_1"]
    fourth = daemon.started(4)
    assert [event["resume"] for event in daemon.events("started")] == [False, True, True, False]
    third = daemon.events("started")[2]
    assert fourth["at"] - third["at"] >= 1_000_000
    assert "next try as BACKUP in 1 s" in daemon.logged("process.crash_loop")[0]["message"]


def test_a_child_that_recovers_from_a_crash_loop_speaks_again(daemon):
    daemon.start()
    daemon.tell_child("die")
    daemon.eventually(lambda: daemon.vrrp()["state"] == "crash loop")
    (daemon.run_dir / "orders").unlink()
    daemon.eventually(lambda: daemon.vrrp()["state"] == "running")
    assert daemon.status()["away"] == []


def test_without_respawning_the_daemon_ends_with_its_child(daemon):
    daemon.start("--dont-respawn")
    os.kill(daemon.started(1)["pid"], signal.SIGKILL)
    assert daemon.process.wait(60) == 1
    assert daemon.events("reaped")
    assert len(daemon.events("started")) == 1


class CrowdedBrood(Brood):
    """The kernel has no room for a process, a few times."""

    refusals = 3

    def start(self, *arguments, **keywords):
        if self.refusals:
            self.refusals -= 1
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return super().start(*arguments, **keywords)


class Nobody:
    def child_said(self, role, message):
        pass

    def child_ended(self, role, status, *, was_ready):
        return False

    def take_addresses_off(self, then):
        then()


def test_no_room_for_a_process_is_waited_for(tmp_path):
    memory = memory_file()
    os.write(memory, encode(Config()))
    sender, receiver = pair()
    with sender, receiver, socket.socket(socket.AF_UNIX) as listening:
        log = LogPipe(sender, "parent")
        parent = Parent(Reactor(), CrowdedBrood(log), log, Systemd({}))
        place = Place(listening, listening, tmp_path, lambda setup: 0)
        keeper = Keeper(parent, place, Generation.seal(1, memory), Nobody())
        keeper.start(resume=True)
        assert not keeper.alive
        assert "cannot be started: Resource temporarily unavailable" in keeper.status().detail
        while not keeper.alive:
            parent.reactor.turn()
        assert parent.brood.refusals == 0
        os.waitid(os.P_PID, keeper.status().pid, os.WEXITED | os.WNOWAIT)
        parent.brood.bury()
        assert keeper.status().state == "gone"
    os.close(memory)
