from __future__ import annotations

import argparse
import socket

import pytest

from standfast.cli import reload
from standfast.cli.where import EX_UNKNOWN


def asked(*words):
    parser = argparse.ArgumentParser()
    reload.register(parser.add_subparsers())
    return reload.run(parser.parse_args(["reload", *words]))


def test_nobody_there(tmp_path, capsys):
    assert asked("--run-dir", str(tmp_path)) == EX_UNKNOWN
    assert "standfast reload: no daemon listens" in capsys.readouterr().err


def test_a_reload_that_was_taken_over(daemon, tmp_path, capsys):
    requests = daemon(status={}, ctl={"ok": True, "words": "reloaded: VI_2: added"})
    assert asked("--run-dir", str(tmp_path)) == 0
    assert capsys.readouterr().out == "reloaded: VI_2: added\n"
    assert requests == [{"do": "status"}, {"do": "reload"}]


def test_a_daemon_that_hangs_is_not_waited_for(tmp_path, capsys):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as status, socket.socket(socket.AF_UNIX) as ctl:
        for listener, name in ((status, "daemon.status"), (ctl, "daemon.ctl")):
            listener.bind(str(tmp_path / name))
            listener.listen(1)
        assert asked("--run-dir", str(tmp_path)) == EX_UNKNOWN
        assert "does not answer" in capsys.readouterr().err
        ctl.setblocking(False)
        with pytest.raises(BlockingIOError):
            ctl.accept()


def test_a_reload_that_was_refused_says_why_on_stderr(daemon, tmp_path, capsys):
    daemon(status={}, ctl={"ok": False, "words": "refused, nothing has changed: x.conf:3:5: unknown keyword"})
    assert asked("--run-dir", str(tmp_path)) == 1
    heard = capsys.readouterr()
    assert heard.out == ""
    assert "x.conf:3:5" in heard.err
