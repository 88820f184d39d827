from __future__ import annotations

import argparse

from standfast.cli import watch
from standfast.control.picture import Picture


def document(**states):
    instances = [
        {"name": name, "state": state, "since": "2020-11-23T12:00:00.000+00:00", "cause": "because"}
        for name, state in states.items()
    ]
    age = 0.01 if states else None
    return {
        "generated_at": "2020-11-23T12:00:01.000+00:00",
        "vrrp": {"instances": instances, "age_s": age},
        "processes": {},
    }


def words(lines):
    return [line.split(" ", 2)[2] for line in lines]


def test_every_change_is_a_line_and_nothing_else_is():
    before = {}
    assert words(watch.changes(before, document(VI_1="BACKUP", VI_2="BACKUP"))) == [
        "VI_1: BACKUP: because",
        "VI_2: BACKUP: because",
    ]
    assert list(watch.changes(before, document(VI_1="BACKUP", VI_2="BACKUP"))) == []
    assert words(watch.changes(before, document(VI_1="MASTER", VI_2="BACKUP"))) == ["VI_1: BACKUP -> MASTER: because"]


def test_a_daemon_that_goes_leaves_nobody_master():
    before = {}
    list(watch.changes(before, document(VI_1="MASTER")))
    (line,) = watch.changes(before, document())
    assert "VI_1: MASTER -> UNKNOWN: no VRRP process answers" in line
    assert before == {}


def test_lines_for_pipes(monkeypatch, capsys, tmp_path):
    pictures = [
        Picture(document(VI_1="MASTER"), ()),
        Picture(document(VI_1="MASTER"), ()),
        Picture(document(), ("UNKNOWN: gone",)),
        Picture(document(), ("UNKNOWN: gone",)),
        Picture(document(VI_1="MASTER"), ()),
    ]

    def end(_run_dir):
        yield from pictures
        raise KeyboardInterrupt

    monkeypatch.setattr(watch, "pictures", end)
    parser = argparse.ArgumentParser()
    watch.register(parser.add_subparsers())
    assert watch.run(parser.parse_args(["watch", "--run-dir", str(tmp_path)])) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[2] == "UNKNOWN: gone"
    assert lines[3].endswith("VI_1: MASTER: because")
    assert lines[4] == "all is well again"


def test_a_daemon_that_is_not_there_is_watched_for(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "_PAUSE_S", 0)
    waiting = watch.pictures(tmp_path)
    assert "no daemon listens" in next(waiting).problems[0]
    assert "no daemon listens" in next(waiting).problems[0]
