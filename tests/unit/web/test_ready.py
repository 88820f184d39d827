from __future__ import annotations

import pytest

from standfast.web.ready import lacking


def test_ready(picture):
    assert lacking(picture, []) == []


def one(picture):
    return picture["vrrp"]["instances"][0]


def test_problems_come_first(picture):
    assert lacking(picture, ["UNKNOWN (stuck): x"])[0] == "UNKNOWN (stuck): x"


def test_a_master_needs_its_addresses_and_routes(picture):
    one(picture)["addresses_present"].pop()
    one(picture)["routing_wanted"] = ["10.0.0.0/8 via 10.9.0.2"]
    assert lacking(picture, []) == [
        "VI_1 is MASTER, but 10.9.0.102/24 dev veth0 is missing",
        "VI_1 is MASTER, but 10.0.0.0/8 via 10.9.0.2 is missing",
    ]


@pytest.mark.parametrize("state", ["BACKUP", "FAULT"])
def test_nobody_else_may_have_them(picture, state):
    one(picture)["state"] = state
    assert lacking(picture, []) == [f"VI_1 is {state}, but 10.9.0.100/24 dev veth0 is on this machine"]
    one(picture)["addresses_present"] = []
    assert lacking(picture, []) == []


@pytest.mark.parametrize("state", ["INIT", "LEAVING", "UNKNOWN"])
def test_who_has_no_settled_state_is_not_ready(picture, state):
    one(picture)["state"] = state
    assert lacking(picture, [])[0].startswith(f"VI_1 is {state}: ")


def test_pending_is_not_settled(picture):
    one(picture).update(state="FAULT", addresses_present=[], faults=[{"key": "x", "pending": True}])
    assert lacking(picture, [])[0].startswith("VI_1 is FAULT: ")


def test_every_check_has_run(picture):
    check = picture["virtual_servers"][0]["servers"][0]["checks"][0]
    del check["code"]
    words = "TCP_CHECK of [127.0.0.1]:8080 of [10.9.0.100]:tcp:80 has not run yet"
    assert lacking(picture, []) == [words]
    picture["virtual_servers"][0]["suspended"] = True
    assert lacking(picture, []) == []


def test_tracked_scripts_have_spoken(picture):
    picture["vrrp"]["trackers"][0]["since"] = None
    assert lacking(picture, []) == ["track_script chk has said nothing yet"]


def test_all_processes_run_by_the_same(picture):
    picture["processes"]["health"]["generation"] = 7
    picture["processes"]["writer"]["state"] = "gone"
    assert lacking(picture, []) == ["the writer process is gone", "the health process runs by generation 7, not 1"]
