from __future__ import annotations

import argparse
from pathlib import Path

from standfast.cli import where


def test_the_first_usual_file_that_exists_is_taken(tmp_path, monkeypatch):
    ours, keepalived = tmp_path / "standfast.conf", tmp_path / "keepalived.conf"
    monkeypatch.setattr(where, "CONFIGURATIONS", (str(ours), str(keepalived)))
    assert where.default_configuration() == str(ours)
    keepalived.touch()
    assert where.default_configuration() == str(keepalived)
    ours.touch()
    assert where.default_configuration() == str(ours)


def test_the_config_id_is_the_hosts_short_name(monkeypatch):
    monkeypatch.setattr(where.os, "uname", lambda: argparse.Namespace(nodename="left.example.org"))
    assert where.default_config_id() == "left"


def test_run_dir_has_a_default():
    parser = argparse.ArgumentParser()
    where.add_run_dir(parser)
    assert parser.parse_args([]).run_dir == Path("/run/standfast")
    assert parser.parse_args(["--run-dir", "/x"]).run_dir == Path("/x")
