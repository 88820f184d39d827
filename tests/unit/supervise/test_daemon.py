"""From the claim to the end: a real parent, fake children. What is before, and the parent's death: test_watchdog.py."""

from __future__ import annotations

import json
import os
import shutil
import signal

import pytest

from standfast.control.client import ask
from standfast.control.protocol import Request


def everybody(daemon):
    record = json.loads((daemon.run_dir / "processes.json").read_text())
    return {process["role"]: process["pid"] for process in record["processes"]}


def test_status_tells_every_process(daemon):
    daemon.start()
    status = daemon.status()
    assert {name: process["pid"] for name, process in status["processes"].items()} == everybody(daemon)
    assert status["pid"] == daemon.process.pid
    assert {process["generation"] for process in status["processes"].values()} == {1}
    assert (status["config_file"], status["run_dir"]) == (str(daemon.file), str(daemon.run_dir))


def test_where_it_was_started_may_be_removed(daemon, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    (place / "x.json").write_text("{}")
    daemon.file = "x.json"
    daemon.start(cwd=place)
    shutil.rmtree(place)
    assert daemon.status()["config_file"] == str(place / "x.json")


def test_faults_of_the_file_are_logged_and_it_runs(daemon):
    daemon.configure(errors=["something is wrong"])
    daemon.start()
    (record,) = daemon.logged("config.diagnostic")
    assert (record["level"], record["code"]) == ("error", "SF2001")
    assert record["message"].endswith("something is wrong")
    assert daemon.status()["diagnostics"][0]["message"] == "something is wrong"


def test_a_child_that_cannot_run_it_ends_the_start(daemon):
    daemon.run_dir.mkdir()
    (daemon.run_dir / "orders").write_text("refuse")
    daemon.start(ready=False)
    assert daemon.process.wait(60) == 2
    assert "cannot run this configuration" in daemon.logged("start.refused")[0]["message"]


def test_after_everything_was_killed_the_next_start_cleans_up_first(daemon):
    daemon.start()
    before = everybody(daemon)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    daemon.process.wait()
    (daemon.run_dir / "installed.json").touch()
    daemon.start()
    kinds = [event["what"] for event in daemon.events("started", "reaped")]
    assert kinds == ["started", "reaped", "started"]
    assert not set(before.values()) & set(everybody(daemon).values())


@pytest.mark.parametrize("role", ["writer", "vrrp"])
def test_any_child_may_die_alone(daemon, role):
    daemon.start()
    before = everybody(daemon)
    os.kill(before[role], signal.SIGKILL)
    daemon.eventually(lambda: everybody(daemon).get(role) not in (None, before[role]))
    daemon.eventually(lambda: daemon.vrrp()["state"] == "running")
    assert daemon.order(do="stop")["ok"] is True
    assert daemon.process.wait(60) == 0


def test_keepalived_dump_signals_do_not_end_it(daemon):
    daemon.start()
    daemon.process.send_signal(signal.SIGUSR1)
    daemon.eventually(lambda: daemon.logged("dump.unknown"))
    assert daemon.vrrp()["state"] == "running"


def test_with_dont_respawn_the_death_of_any_child_is_the_end(daemon):
    daemon.configure(health=True)
    daemon.start("--dont-respawn")
    daemon.eventually(lambda: "health" in everybody(daemon))
    os.kill(everybody(daemon)["health"], signal.SIGKILL)
    assert daemon.process.wait(60) == 1
    assert [event["now"] for event in daemon.events("stop")] == [False]
    assert "--dont-respawn" in daemon.logged("process.died")[-1]["message"]


def test_the_status_socket_takes_no_orders(daemon):
    daemon.start()
    answer = ask(daemon.run_dir, "daemon.status", Request(do="reload"))
    assert answer == {"ok": False, "words": "`reload` is not answered on this socket"}
    assert daemon.status()["generation"] == 1
