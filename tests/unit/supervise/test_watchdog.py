"""Starting, the parent's own death, PID 1, and a log that nobody reads: a real parent, a fake child."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from standfast.supervise.children import start_time

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="namespaces need root")


def everybody(daemon):
    record = json.loads((daemon.run_dir / "processes.json").read_text())
    return {process["role"]: process["pid"] for process in record["processes"]}


def test_a_file_that_cannot_run_ends_with_two(daemon):
    daemon.configure(fatal=True, errors=["no interface"])
    daemon.start(ready=False)
    assert daemon.process.wait(60) == 2
    assert "no interface" in daemon.logged("start.refused")[0]["message"]


def test_no_file_ends_with_six(daemon):
    daemon.file.unlink()
    daemon.start(ready=False)
    assert daemon.process.wait(60) == 6


def test_a_second_daemon_is_told_who_owns_the_directory(daemon, tmp_path):
    daemon.start()
    second = subprocess.run(daemon.process.args, stderr=subprocess.PIPE, timeout=60, check=False)
    assert second.returncode == 1
    assert f"(PID {daemon.process.pid})" in json.loads(second.stderr.splitlines()[-1])["message"]
    assert daemon.vrrp()["state"] == "running"


def test_children_follow_a_killed_parent(daemon):
    daemon.start()
    child = daemon.started(1)["pid"]
    daemon.process.kill()
    daemon.process.wait()
    assert daemon.eventually(lambda: daemon.events("orphaned"))[0]["pid"] == child
    daemon.eventually(lambda: start_time(child) is None)


def test_a_stuck_child_of_a_killed_parent_is_ended_by_the_next_start(daemon):
    daemon.start()
    child = daemon.started(1)["pid"]
    os.kill(child, signal.SIGSTOP)
    daemon.process.kill()
    daemon.process.wait()
    daemon.start()
    assert start_time(child) is None
    assert [event["what"] for event in daemon.events("started", "reaped")] == ["started", "reaped", "started"]
    assert any(str(child) in record["message"] for record in daemon.logged("start.leftover"))


def test_a_full_standard_error_stops_nobody(daemon):
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(theirs, b"x" * 4096)
    os.set_blocking(theirs, True)
    daemon.start(stderr=theirs)
    os.close(theirs)
    daemon.tell_child("flood")
    (flooded,) = daemon.eventually(lambda: daemon.events("flooded"))
    assert flooded["dropped"] > 1_000
    assert daemon.order(do="reload")["ok"] is True
    assert daemon.vrrp()["pid"] == daemon.started(1)["pid"]
    assert daemon.order(do="stop")["ok"] is True
    assert daemon.process.wait(60) == 0
    os.close(ours)


def test_a_closed_standard_error_stops_nobody(daemon):
    ours, theirs = os.pipe()
    os.close(ours)
    daemon.start(stderr=theirs)
    os.close(theirs)
    assert daemon.order(do="reload")["ok"] is True
    assert daemon.order(do="stop")["ok"] is True
    assert daemon.process.wait(60) == 0


def test_the_service_manager_hears_what_the_children_proved(daemon, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        # Nothing is said before the child is ready; then its heart is told of again and again.
        watch = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}
        daemon.start(env={**os.environ, **watch})
        heard = [manager.recv(4096).decode().split("\n")[0] for _ in range(6)]
        assert "READY=1" in heard[:2]
        assert heard.count("WATCHDOG=1") == 5
        os.kill(daemon.started(1)["pid"], signal.SIGSTOP)
        daemon.process.send_signal(signal.SIGHUP)
        until(manager, "RELOADING=1")
        daemon.started(2)
        daemon.process.send_signal(signal.SIGTERM)
        last = until(manager, "STOPPING=1")
        assert last[1].startswith("EXTEND_TIMEOUT_USEC=")
    assert daemon.process.wait(60) == 0


def until(manager, word):
    while (lines := manager.recv(4096).decode().split("\n"))[0] != word:
        pass
    return lines


@ROOT
def test_as_process_one_it_buries_orphans_and_obeys_signals(daemon):
    shell = 'sh -c "sleep 0.1 & sleep 0.1 &"; exec "$@"'
    daemon.start(prefix=["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", shell, "sh"])
    first = Path(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children").read_text().split()[0]
    children = Path(f"/proc/{first}/task/{first}/children")
    # Its own two are the writer and the VRRP process; nothing else stays, not even as a zombie.
    daemon.eventually(lambda: len(children.read_text().split()) == 2)
    os.kill(int(first), signal.SIGTERM)
    assert daemon.process.wait(60) == 0
    assert [event["now"] for event in daemon.events("stop")] == [False]


def test_the_image_of_the_parent_is_small():
    heavy = "httpx structlog rich pyroute2 asyncio"
    look = f"import sys, standfast.supervise.watchdog; print([m for m in '{heavy}'.split() if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", look]) == b"[]\n"


def test_a_daemon_started_with_everything_blocked_hears_its_signals(daemon):
    def block():
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    daemon.start(preexec_fn=block)
    daemon.process.send_signal(signal.SIGHUP)
    daemon.eventually(lambda: daemon.status()["generation"] == 2)
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(60) == 0
