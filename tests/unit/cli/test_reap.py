from __future__ import annotations

import argparse
import os
import subprocess
import sys

import pytest

from standfast.cli import reap
from standfast.config.model import Config
from standfast.supervise.children import start_time
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
