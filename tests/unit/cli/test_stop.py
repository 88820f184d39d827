from __future__ import annotations

import argparse
import os
import socket
import subprocess

import pytest

from standfast.cli import stop
from standfast.cli.where import EX_UNKNOWN


def asked(*words):
    parser = argparse.ArgumentParser()
    stop.register(parser.add_subparsers())
    return stop.run(parser.parse_args(["stop", *words]))


def test_nobody_there(tmp_path, capsys):
    assert asked("--run-dir", str(tmp_path)) == EX_UNKNOWN
    assert "standfast stop: no daemon listens" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "order"), [([], {"do": "stop"}), (["--now"], {"do": "stop", "now": True})])
def test_it_asks_and_waits_for_the_end(daemon, tmp_path, capsys, words, order):
    with subprocess.Popen(["sleep", "0.2"]) as process:
        requests = daemon(ctl={"ok": True, "words": "stopped"}, status={"pid": process.pid})
        assert asked("--run-dir", str(tmp_path), *words) == 0
        assert process.poll() is not None
    assert capsys.readouterr().out == "stopped\n"
    assert requests == [{"do": "status"}, order]


def test_a_daemon_in_another_pid_namespace_is_not_waited_for(daemon, tmp_path):
    daemon(ctl={"ok": True, "words": "stopped"}, status={"pid": 2**22 + 1})
    assert asked("--run-dir", str(tmp_path)) == 0


def test_a_stuck_daemon_is_named_by_its_pid(tmp_path, capsys):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "daemon.status"))
        listener.listen(1)
        assert asked("--run-dir", str(tmp_path)) == EX_UNKNOWN
    told = capsys.readouterr().err
    assert f"daemon.status (PID {os.getpid()}) does not answer; end it with `kill -9`" in told
    assert "standfast reap" in told
