from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from standfast.cli import where
from standfast.control import client


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


@pytest.mark.parametrize(
    ("given", "found"),
    [((None, None), ("/etc/x.conf", "a")), ((None, "b"), ("/etc/x.conf", "b")), (("y.conf", "b"), ("y.conf", "b"))],
)
def test_a_daemon_that_runs_says_what_it_runs_from(monkeypatch, given, found):
    monkeypatch.setattr(client, "ask", lambda *_asked: {"config_file": "/etc/x.conf", "config_id": "a"})
    args = argparse.Namespace(file=given[0], config_id=given[1], run_dir=Path("/run/x"))
    assert where.configuration_of(args) == found


def test_without_a_daemon_it_is_as_for_run(monkeypatch, tmp_path):
    monkeypatch.setattr(where, "CONFIGURATIONS", ("/etc/usual.conf",))
    monkeypatch.setattr(where, "default_config_id", lambda: "host")
    args = argparse.Namespace(file=None, config_id=None, run_dir=tmp_path)
    assert where.configuration_of(args) == ("/etc/usual.conf", "host")
    args.file = "y.conf"  # another file than the daemon's: another id may be meant
    assert where.configuration_of(args) == ("y.conf", "host")
