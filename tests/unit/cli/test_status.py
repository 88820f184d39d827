from __future__ import annotations

import argparse
import json

from standfast.cli import status
from standfast.cli.where import EX_UNKNOWN


def asked(*words):
    parser = argparse.ArgumentParser()
    status.register(parser.add_subparsers())
    return status.run(parser.parse_args(["status", *words]))


def test_a_daemon_that_is_gone_is_three_and_no_master(tmp_path, capsys):
    assert asked("--json", "--run-dir", str(tmp_path)) == EX_UNKNOWN
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "standfast.status/1"
    assert document["vrrp"]["instances"] == []
    assert "no daemon listens" in document["problems"][0]


def test_people_get_words(tmp_path, capsys):
    assert asked("--run-dir", str(tmp_path / "nowhere")) == EX_UNKNOWN
    assert "UNKNOWN (gone): no daemon has been at" in capsys.readouterr().out
