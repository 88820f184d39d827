"""Health and the spawner beside the VRRP process: who is there when, with a real parent, real sockets, fake parts."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from standfast.control.client import ask
from standfast.control.protocol import Request
from standfast.supervise import libc, privileges
from standfast.supervise.children import start_time


def running(daemon, name):
    return daemon.eventually(
        lambda: (found := daemon.status()["processes"].get(name, {})).get("state") == "running" and found
    )


def recorded(daemon):
    return [process["role"] for process in json.loads((daemon.run_dir / "processes.json").read_text())["processes"]]


def test_a_process_without_work_is_not_there(daemon):
    daemon.start()
    assert set(daemon.status()["processes"]) == {"parent", "writer", "vrrp"}
    assert sorted(recorded(daemon)) == ["parent", "vrrp", "writer"]


def test_those_with_work_are_there_and_answer_for_themselves(daemon):
    daemon.configure(health=True, scripts=True)
    daemon.start()
    for name in ("health", "spawner"):
        process = running(daemon, name)
        asked = time.clock_gettime(time.CLOCK_BOOTTIME)
        answer = ask(daemon.run_dir, f"{name}.status", Request(do="status"), patience_s=60)
        assert (answer["process"], answer["pid"]) == (name, process["pid"])
        assert asked - answer["turned_at"] / 1e6 < 1
        assert process["heartbeat_age"] < 1
    assert ask(daemon.run_dir, "health.status", Request(do="status"), patience_s=60)["fake"] == {"well": True}
    assert {"health", "spawner"} <= set(recorded(daemon))


@pytest.mark.parametrize("name", ["health", "spawner"])
def test_a_dead_one_is_replaced_and_vrrp_does_not_notice(daemon, name):
    daemon.configure(health=True, scripts=True)
    daemon.start()
    first = running(daemon, name)["pid"]
    os.kill(first, signal.SIGKILL)
    daemon.eventually(lambda: running(daemon, name)["pid"] != first)
    assert daemon.vrrp()["restarts"] == 0
    assert daemon.status()["processes"][name]["restarts"] == 1
    assert daemon.order(do="stop")["ok"] is True
    assert daemon.process.wait(60) == 0


@pytest.mark.parametrize("name", ["health", "spawner"])
def test_a_stuck_one_is_killed_and_replaced(daemon, name):
    daemon.configure(health=True, scripts=True)
    daemon.start()
    first = running(daemon, name)["pid"]
    os.kill(first, signal.SIGSTOP)
    daemon.eventually(lambda: daemon.status()["processes"][name]["state"] == "stuck")
    daemon.eventually(lambda: running(daemon, name)["pid"] != first)
    assert daemon.logged("process.stuck")
    assert daemon.vrrp()["restarts"] == 0


def test_a_crash_loop_of_health_touches_no_address(daemon):
    daemon.configure(health=True)
    daemon.start()
    vrrp = daemon.vrrp()["pid"]
    (daemon.run_dir / "health_orders").write_text("die")
    daemon.eventually(lambda: daemon.status()["processes"]["health"]["state"] == "crash loop")
    assert daemon.events("reaped") == []
    assert daemon.vrrp()["pid"] == vrrp
    (daemon.run_dir / "health_orders").unlink()
    running(daemon, "health")


def test_they_follow_a_killed_parent(daemon):
    daemon.configure(health=True, scripts=True)
    daemon.start()
    pids = [running(daemon, name)["pid"] for name in ("health", "spawner")]
    daemon.process.kill()
    daemon.process.wait()
    daemon.eventually(lambda: not any(map(start_time, pids)))
    assert daemon.events("health stopped")


def test_a_stop_has_an_order(daemon):
    daemon.configure(health=True, scripts=True)
    daemon.start()
    running(daemon, "health")
    running(daemon, "spawner")
    assert daemon.order(do="stop") == {"ok": True, "words": "stopped, all addresses are off"}
    assert daemon.process.wait(60) == 0
    assert [event["what"] for event in daemon.events("stop", "health stopped")] == ["stop", "health stopped"]


@pytest.mark.skipif(os.geteuid() != 0, reason="there is nothing to drop")
def test_each_has_the_rights_that_it_needs(daemon):
    daemon.configure(health=True, scripts=True)
    daemon.start()
    ours = libc.get_permitted()

    def effective(pid):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        status = dict(line.split(":\t") for line in lines if ":\t" in line)
        return int(status["CapEff"], 16), int(status["CapBnd"], 16)

    def mask(capabilities):
        return sum(1 << capability for capability in capabilities) & ours

    assert effective(running(daemon, "health")["pid"]) == (mask(privileges.HEALTH),) * 2
    assert effective(running(daemon, "spawner")["pid"])[0] == ours
    assert effective(daemon.process.pid)[0] == mask(privileges.PARENT)
    replaced = running(daemon, "spawner")["pid"]
    os.kill(replaced, signal.SIGKILL)
    daemon.eventually(lambda: running(daemon, "spawner")["pid"] != replaced)
    assert effective(running(daemon, "spawner")["pid"])[0] == ours


@pytest.mark.skipif(os.geteuid() != 0, reason="real time needs the right to it")
def test_the_one_that_keeps_time_is_real_time_before_it_has_asked(daemon):
    """The fake one never asks."""
    daemon.configure(health=True, scripts=True)
    daemon.start()
    assert os.sched_getscheduler(daemon.vrrp()["pid"]) == os.SCHED_RR | os.SCHED_RESET_ON_FORK
    for name in ("health", "spawner"):
        assert os.sched_getscheduler(running(daemon, name)["pid"]) & os.SCHED_RR == 0


# Reload


def test_a_reload_goes_to_both(daemon):
    daemon.configure(health=True)
    daemon.start()
    running(daemon, "health")
    assert daemon.order(do="reload")["words"] == "reloaded: 1 instance added; 1 server added"
    whats = [event["what"] for event in daemon.events("committed", "health committed")]
    assert whats == ["committed", "health committed"]
    assert {process["generation"] for process in daemon.status()["processes"].values()} == {2}


def test_what_health_cannot_do_changes_nothing_anywhere(daemon):
    daemon.configure(health=True)
    daemon.start()
    running(daemon, "health")
    daemon.configure(health=True, router_id="refuse")
    answer = daemon.order(do="reload")
    assert (answer["ok"], "no such checker here" in answer["words"]) == (False, True)
    assert daemon.events("committed", "health committed") == []
    assert {process["generation"] for process in daemon.status()["processes"].values()} == {1}


def test_death_while_it_looks_at_the_new_one_changes_nothing(daemon):
    daemon.configure(health=True)
    daemon.start()
    running(daemon, "health")
    daemon.configure(health=True, router_id="die")
    assert "the health process died" in daemon.order(do="reload")["words"]
    assert running(daemon, "health")["generation"] == 1
    assert daemon.vrrp()["restarts"] == 0


def test_death_of_the_change_is_answered_with_the_new_one(daemon):
    daemon.configure(health=True)
    daemon.start()
    running(daemon, "health")
    daemon.configure(health=True, router_id="die late")
    answer = daemon.order(do="reload")
    assert answer["ok"] is True
    assert "by a new health process" in answer["words"]
    daemon.eventually(lambda: len(daemon.events("health started")) == 2)
    assert running(daemon, "health")["generation"] == 2
    assert daemon.vrrp()["restarts"] == 0


def test_processes_come_and_go_with_the_configuration(daemon):
    daemon.start()
    daemon.configure(health=True, scripts=True)
    assert daemon.order(do="reload")["ok"] is True
    running(daemon, "health")
    running(daemon, "spawner")
    daemon.configure()
    assert daemon.order(do="reload")["ok"] is True
    daemon.eventually(lambda: set(daemon.status()["processes"]) == {"parent", "writer", "vrrp"})
    daemon.configure(health=True, scripts=True)
    assert daemon.order(do="reload")["ok"] is True
    running(daemon, "health")
    assert running(daemon, "spawner")["restarts"] == 0


def test_changed_plugins_take_a_new_health_process_and_nothing_else(daemon):
    daemon.configure(health=True, plugins=["acme 1.0"])
    daemon.start()
    first = running(daemon, "health")["pid"]
    daemon.configure(health=True, plugins=["acme 1.1"])
    assert "other plugins, or other versions of them, are needed" in daemon.order(do="reload")["words"]
    started = daemon.eventually(lambda: daemon.events("health started")[1:])[0]
    assert (started["plugins"], started["generation"]) == (["acme 1.1"], 2)
    assert running(daemon, "health")["pid"] != first
    assert daemon.vrrp()["restarts"] == 0
    assert daemon.status()["processes"]["health"]["restarts"] == 0


# The administrator's own scripts, and names


def test_own_scripts_frame_everything(daemon, tmp_path):
    note = f"echo $0 $(ls {daemon.run_dir}) >> {tmp_path}/own"
    daemon.configure(startup=f"{note}; sleep 0.2", shutdown=note)
    daemon.start()
    assert (tmp_path / "own").read_text().count("\n") == 1
    assert "events" not in (tmp_path / "own").read_text()
    assert daemon.order(do="stop")["ok"] is True
    assert daemon.process.wait(60) == 0
    assert (tmp_path / "own").read_text().count("\n") == 2
    assert daemon.records("script.failed") == []


def test_processes_may_have_other_names(daemon):
    daemon.configure(names={"parent": "my_parent", "vrrp": "my_speaker"})
    daemon.start()
    assert Path(f"/proc/{daemon.process.pid}/comm").read_text() == "my_parent\n"
    assert Path(f"/proc/{daemon.vrrp()['pid']}/comm").read_text() == "my_speaker\n"
    assert daemon.order(do="stop")["ok"] is True
    assert daemon.process.wait(60) == 0
