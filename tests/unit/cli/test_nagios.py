from __future__ import annotations

import argparse

import pytest

from standfast.cli import nagios
from standfast.control.picture import Picture


def instance(name="VI_1", state="MASTER", rival=None):
    return {
        "name": name,
        "state": state,
        "cause": "a cause",
        "dual_master": rival,
        "priority": 150,
        "lateness_p99_ms": 0.5,
        "counters": {"advert_sent": 7, "advert_rcvd": 3, "become_master": 1},
    }


def picture(*instances, fresh=True, daemon=True, problems=()):
    document = {"daemon": {} if daemon else None, "vrrp": {"fresh": fresh, "instances": list(instances)}}
    return Picture(document, tuple(problems))


def test_as_expected_with_performance_data():
    verdict = nagios.judge(picture(instance()), ["MASTER"], ["VI_1"])
    assert verdict.status == 0
    words, bar, data = verdict.line.partition(" | ")
    assert (words, bar) == ("STANDFAST OK - VI_1 is MASTER", " | ")
    assert "'VI_1 priority'=150;;;0;255" in data
    assert "'VI_1 adverts sent'=7c" in data


def test_another_state():
    verdict = nagios.judge(picture(instance(state="BACKUP")), ["MASTER"])
    assert verdict.status == 2
    assert "VI_1 is BACKUP (a cause); expected MASTER" in verdict.line


@pytest.mark.parametrize(
    "seen",
    [
        picture(instance(), fresh=False, problems=["UNKNOWN (stuck): its loop has not turned for 3.0 s"]),
        picture(instance(), daemon=False, problems=["UNKNOWN (gone): no daemon listens"]),
        picture(instance(), daemon=False),
    ],
)
def test_a_daemon_that_is_gone_or_stuck_is_never_master(seen):
    verdict = nagios.judge(seen, ["MASTER"], ["VI_1"])
    assert verdict.status == 3
    assert "MASTER" not in verdict.line


def test_an_instance_that_is_not_there():
    assert nagios.judge(picture(instance()), ["MASTER"], ["VI_2"]).status == 3


def test_as_expected_but_not_well():
    lacking = picture(instance(), instance("VI_2"), problems=["VI_1: MASTER, but 10.0.0.1/24 is missing"])
    assert nagios.judge(lacking, ["MASTER"]).status == 1
    assert nagios.judge(lacking, ["MASTER"], ["VI_2"]).status == 0
    assert nagios.judge(lacking, ["MASTER"], ["VI_1"]).status == 1
    rival = picture(instance(rival={"address": "10.0.0.2"}))
    assert "10.0.0.2 is master too" in nagios.judge(rival, ["MASTER"]).line


def test_a_bar_in_words_does_not_begin_performance_data():
    line = nagios.judge(picture(instance(), problems=["a|b"]), ["MASTER"]).line
    assert line.count("|") == 1


def test_the_command(tmp_path, capsys):
    parser = argparse.ArgumentParser()
    nagios.register(parser.add_subparsers())
    args = parser.parse_args(["nagios", "--expect", "master", "VI_1", "--run-dir", str(tmp_path)])
    assert args.expect == ["MASTER"]
    assert nagios.run(args) == 3
    assert capsys.readouterr().out.startswith("STANDFAST UNKNOWN - ")
    with pytest.raises(SystemExit):
        parser.parse_args(["nagios", "--expect", "KING"])
