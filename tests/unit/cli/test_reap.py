from __future__ import annotations

import argparse
import errno
import os
import subprocess
import sys

import pytest

from standfast.cli import reap
from standfast.config.model import Config
from standfast.net.namespaces import NoSuchNamespace
from standfast.supervise import reap as reaper
from standfast.supervise import rivals
from standfast.supervise.children import start_time
from standfast.supervise.rivals import Rival
from standfast.supervise.rundir import Process, RunDir

PROGRAM = "import sys; from standfast.cli import main; sys.exit(main())"


def parsed(*words):
    parser = argparse.ArgumentParser()
    reap.register(parser.add_subparsers())
    return parser.parse_args(["reap", *words])


def test_a_daemon_that_lives_is_not_reaped(tmp_path, capsys):
    owned = RunDir(tmp_path)
    assert reap.run(parsed("-f", "/nowhere.conf", "--run-dir", str(tmp_path))) == 1
    assert f"it is not dead: {tmp_path} belongs to" in capsys.readouterr().err
    owned.release()


@pytest.mark.skipif(os.geteuid() != 0, reason="root becomes somebody else for this")
def test_who_may_not_is_told_to_be_root(tmp_path, capsys):
    args = parsed("-f", "/nowhere.conf", "--run-dir", str(tmp_path / "run"))
    RunDir(tmp_path / "run").release()
    os.seteuid(65534)
    try:
        assert reap.run(args) == 4
    finally:
        os.seteuid(0)
    said = capsys.readouterr().err
    assert said.endswith("Permission denied: run it as root\n")
    assert "Errno" not in said


def test_a_daemon_whose_run_directory_was_deleted_keeps_its_addresses(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(rivals, "find_rivals", lambda: [Rival(112, 70, "keepalived"), Rival(112, 77, "standfast-vrrp")])
    monkeypatch.setattr(reaper, "reap", lambda _path, _config: pytest.fail("it takes a living daemon's addresses"))
    for _ in range(2):  # a refusal must not leave what lets the next one through
        assert reap.run(parsed("-f", "/nowhere.conf", "--run-dir", str(tmp_path / "gone"))) == 1
        assert "it may not be dead: process 77 (standfast-vrrp) already speaks VRRP" in capsys.readouterr().err


def test_another_daemon_is_no_obstacle_where_the_lock_tells_them_apart(tmp_path, monkeypatch):
    RunDir(tmp_path).release()
    monkeypatch.setattr(rivals, "find_rivals", lambda: [Rival(112, 77, "standfast-vrrp")])
    monkeypatch.setattr(reaper, "reap", lambda _path, _config: [])
    assert reap.run(parsed("-f", "/nowhere.conf", "--run-dir", str(tmp_path))) == 0


def test_the_place_is_the_configurations_unless_named(tmp_path):
    config = Config(instance_name="left")
    assert str(reap._run_dir(parsed(), config)) == "/run/standfast/left"
    assert reap._run_dir(parsed("--run-dir", str(tmp_path)), config) == tmp_path


@pytest.mark.netns
@pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")
def test_leftover_processes_are_ended(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as process:
        owned = RunDir(tmp_path)
        owned.record([Process("vrrp", process.pid, start_time(process.pid))])
        os.close(owned._lock)
        command = ["unshare", "--net", sys.executable, "-c", PROGRAM, "reap", "-f", "/nowhere.conf"]
        ended = subprocess.run([*command, "--run-dir", str(tmp_path)], capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == f"ended process {process.pid} (vrrp)\n"
        assert process.wait(10) == -9
    assert not (tmp_path / "processes.json").exists()


@pytest.mark.parametrize(("number", "status"), [(errno.ENOENT, 0), (errno.EACCES, 4)])
def test_a_namespace_that_is_gone_is_clean_and_one_that_may_not_be_entered_is_not_known_to_be(
    tmp_path, monkeypatch, capsys, number, status
):
    def refuse(_name):
        raise NoSuchNamespace(number, "why")

    monkeypatch.setattr("standfast.net.namespaces.enter", refuse)
    (tmp_path / "c").write_text("net_namespace blue\n")
    assert reap.run(parsed("-f", str(tmp_path / "c"), "--run-dir", str(tmp_path / "run"))) == status
    assert capsys.readouterr().err == ("standfast reap: why\n" if status else "")
