from __future__ import annotations

import argparse
import json

import pytest

from standfast.cli import log_level
from standfast.cli.where import EX_UNKNOWN


def asked(*words):
    parser = argparse.ArgumentParser()
    log_level.register(parser.add_subparsers())
    return log_level.run(parser.parse_args(["log-level", *words]))


def test_nobody_there(tmp_path, capsys):
    assert asked("debug", "--run-dir", str(tmp_path)) == EX_UNKNOWN
    assert "standfast log-level: no daemon" in capsys.readouterr().err


def test_an_unknown_level():
    with pytest.raises(SystemExit):
        asked("loud")


def test_asking_and_setting(monkeypatch, tmp_path, capsys):
    requests = []

    def answer(run_dir, name, request):
        requests.append((name, request.level, request.lasting))
        return json.loads('{"ok": true, "words": "info"}')

    monkeypatch.setattr(log_level, "ask", answer)
    assert asked("--run-dir", str(tmp_path)) == 0
    assert asked("debug", "--for", "30m", "--run-dir", str(tmp_path)) == 0
    assert requests == [("daemon.ctl", None, None), ("daemon.ctl", "debug", 1800.0)]
    assert capsys.readouterr().out == "info\ninfo\n"
