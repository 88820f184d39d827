from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from standfast.supervise.children import start_time
from standfast.supervise.desk import listen
from standfast.supervise.rundir import DEFAULT, HeldError, Process, RunDir, _end, default_path


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (("", "", False), DEFAULT),
        (("left", "", False), DEFAULT / "left"),
        (("", "blue", False), DEFAULT / "blue"),
        (("left", "blue", True), DEFAULT / "blue_left"),
        (("", "", True), DEFAULT / "keepalived"),
        (("", "/run/netns/x", False), DEFAULT / "_run_netns_x"),
    ],
)
def test_where_a_daemon_lives_that_was_not_told(asked, path):
    instance, namespace, pid_dir = asked
    assert default_path(instance=instance, net_namespace=namespace, use_pid_dir=pid_dir) == path


def test_one_owner_at_a_time_and_the_error_names_it(tmp_path):
    path = tmp_path / "a" / "b"
    owned = RunDir(path)
    with pytest.raises(HeldError, match=rf"{path} belongs to .* \(PID {os.getpid()}\).*--run-dir"):
        RunDir(path)
    owned.release()
    RunDir(path).release()


def sleeper():
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)


def test_leftovers_are_ended_and_strangers_with_their_numbers_are_not(tmp_path):
    ours, stranger = sleeper(), sleeper()
    owned = RunDir(tmp_path)
    owned.record(
        [
            Process("parent", os.getpid(), start_time(os.getpid())),
            Process("vrrp", ours.pid, start_time(ours.pid)),
            Process("writer", stranger.pid, start_time(stranger.pid) - 1),
        ]
    )
    assert [process.role for process in owned.leftovers()] == ["vrrp"]
    assert [process.pid for process in owned.end_leftovers()] == [ours.pid]
    assert ours.wait(60) == -9
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    for process in (ours, stranger):
        process.stdin.close()
    owned.release()


def test_a_number_that_was_given_to_somebody_else_meanwhile_is_spared():
    stranger = sleeper()
    _end(Process("vrrp", stranger.pid, start_time(stranger.pid) - 1))
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    stranger.stdin.close()


def test_a_record_from_before_the_reboot_names_nobody(tmp_path):
    process = sleeper()
    owned = RunDir(tmp_path)
    owned.record([Process("vrrp", process.pid, start_time(process.pid))])
    file = tmp_path / "processes.json"
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    file.write_text(file.read_text().replace(boot, "another"))
    assert owned.leftovers() == []
    owned.release()
    process.kill()
    process.wait()
    process.stdin.close()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"boot": 1}'])
def test_a_damaged_record_is_no_record(tmp_path, text):
    (tmp_path / "processes.json").write_text(text)
    owned = RunDir(tmp_path)
    assert owned.leftovers() == []
    owned.release()


def test_a_clean_end_leaves_no_record(tmp_path):
    owned = RunDir(tmp_path)
    owned.record([])
    owned.release()
    assert not (tmp_path / "processes.json").exists()


def test_a_directory_that_somebody_has_removed_keeps_nobody_from_ending(tmp_path):
    owned = RunDir(tmp_path / "run")
    shutil.rmtree(owned.path)
    owned.release()


def test_nor_a_socket_that_nobody_answers_at(tmp_path):
    owned = RunDir(tmp_path)
    (tmp_path / "notes.status").write_text("no socket")
    with listen(tmp_path, "vrrp.ctl", mode=0o600), listen(tmp_path, "vrrp.status", mode=0o660):
        owned.release()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "notes.status"]
