from __future__ import annotations

import io

from rich.console import Console

from standfast.cli.table import freshness, table
from standfast.cli.tracked_table import clock_time

MASTER = {
    "name": "VI_1",
    "state": "MASTER",
    "since": "2020-11-23T12:00:00.000+00:00",
    "cause": "no advert from 10.0.0.2 for 3.61 s",
    "interface": "eth0",
    "master": "10.0.0.1",
    "master_priority": 90,
    "priority_base": 100,
    "priority": 90,
    "addresses_wanted": ["10.0.0.100/24 dev eth0", "10.0.0.101/24 dev eth1"],
    "addresses_present": ["10.0.0.100/24 dev eth0"],
    "faults": [],
}
FAULT = {
    "name": "VI_[2]",
    "state": "FAULT",
    "since": "2020-11-23T12:00:00.000+00:00",
    "cause": "link eth9 is down",
    "faults": [{"key": "link", "words": "link eth9 is down", "since": "2020-11-23T12:00:00.000+00:00"}],
}


def document(*instances, age=0.012, diagnostics=()):
    return {
        "generated_at": "2020-11-23T12:01:00.000+00:00",
        "vrrp": {"instances": list(instances), "age_s": age},
        "processes": {"parent": {"pid": 1}, "vrrp": {"pid": 2, "generation": 7}},
        "diagnostics": list(diagnostics),
    }


def shown(whole, *problems):
    out = io.StringIO()
    Console(file=out, width=200, highlight=False).print(table(whole, problems))
    return out.getvalue()


def test_a_master_with_everything_people_ask_for():
    text = shown(document(MASTER))
    for words in ("VI_1", "MASTER", "no advert from 10.0.0.2 for 3.61 s", "10.0.0.1 (90)", "90 (base 100)"):
        assert words in text
    assert "10.0.0.100/24 " in text
    assert "10.0.0.101/24 dev eth1 (missing)" in text
    assert "loop turned 12 ms ago, generation 7, processes: parent 1 vrrp 2" in text


def test_in_a_crash_loop_it_is_known_that_nothing_is_held():
    whole = document(FAULT, age=None)
    assert "nothing above is known" in freshness(whole)
    whole["processes"]["vrrp"]["state"] = "crash loop"
    assert freshness(whole) == "the addresses are off until the next try"


def test_an_address_that_a_backup_still_has():
    assert "10.0.0.100/24 (still on)" in shown(document(MASTER | {"state": "BACKUP"}))


def test_faults_problems_and_errors_of_the_file():
    error = {"severity": "error", "file": "x.conf", "line": 3, "message": "unknown keyword `foo`"}
    text = shown(document(FAULT, age=None, diagnostics=[error]), "UNKNOWN (stuck): it does not answer")
    assert "VI_[2]: link eth9 is down (since " in text
    assert "UNKNOWN (stuck): it does not answer" in text
    assert "runs with 1 error, first: x.conf:3: unknown keyword `foo`" in text
    assert "nothing above is known to be true now" in text


def test_a_silent_daemon_is_not_fresh():
    assert freshness(document(age=None)).startswith("no VRRP process answers")


def test_times_of_other_days_say_which():
    assert clock_time("2020-11-23T12:00:00.000+00:00").startswith("2020-11-2")


def test_who_is_held_back_by_what_was_asked_before_a_takeover():
    held = {"words": "check gateway is bad (no answer)", "since": "2020-11-23T12:00:00.000+00:00"}
    text = shown(document(MASTER | {"held_back": held}))
    assert "VI_1: hears no master, but does not take over: check gateway is bad (no answer) (since " in text
    assert "does not take over" not in shown(document(MASTER | {"held_back": None}))


def test_who_uses_ah_is_told_what_it_is_worth():
    assert "note: VI_1: AH proves a shared password" in shown(document(MASTER | {"authentication": "ah"}))
    assert "note:" not in shown(document(MASTER | {"authentication": "pass"}))


def test_whose_adverts_are_refused_and_why_while_that_is_recent():
    refused = {"source": "10.0.0.2", "words": "it is VRRP version 2, ours is 3", "count": 412}
    recent, over = "2020-11-23T12:00:01.000+00:00", "2020-11-23T11:59:59.000+00:00"
    text = shown(document(MASTER | {"refused": refused | {"at": recent}}))
    assert "VI_1: adverts from 10.0.0.2 are refused: it is VRRP version 2, ours is 3 (412 in all, the last at " in text
    assert "refused" not in shown(document(MASTER | {"refused": refused | {"at": over}}))
    assert "refused" not in shown(document(MASTER | {"refused": None}))
