from __future__ import annotations

import msgspec
import pytest

from standfast.metrics.own_vrrp import COUNTERS, DECLARED, amiss, fill
from standfast.metrics.sheet import Sheet
from standfast.vrrp.counters import Counters

ONE = (("family", "4"), ("instance", "VI_1"), ("vrid", "51"))


@pytest.fixture
def filled(picture, samples):
    def fill_in():
        sheet = Sheet(DECLARED)
        fill(sheet, picture["vrrp"])
        return samples(sheet)

    return fill_in


def states(found, name="VI_1"):
    return {
        dict(labels)["state"]
        for (metric, labels), value in found.items()
        if metric == "standfast_vrrp_state" and dict(labels)["instance"] == name and value
    }


def test_each_instance_is_in_one_state(filled):
    found = filled()
    assert (states(found), states(found, "VI_2"), states(found, "VI_3")) == ({"master"}, {"master"}, {"fault"})


def test_priorities_causes_trackers_groups(filled):
    found = filled()
    assert found["standfast_vrrp_priority", ONE] == 150
    assert found["standfast_vrrp_addresses_wanted", ONE] == 3
    assert found["standfast_vrrp_two_masters", ONE] == 0
    assert found["standfast_tracker_good", (("kind", "script"), ("name", "chk"))] == 1
    assert found["standfast_group_state", (("group", "G"), ("state", "master"))] == 1
    assert found["standfast_vrrp_notify_waiting", ()] == 0
    causes = [dict(labels)["cause"] for metric, labels in found if metric == "standfast_vrrp_cause_info"]
    assert "no advert heard for" in causes[0]
    assert any(metric == "standfast_vrrp_fault" for metric, _ in found)


def test_every_counter_of_the_router_is_told():
    known = {field.name for field in msgspec.structs.fields(Counters)}
    assert set(COUNTERS) == known - {"latest_wakeup"} | {"vip_add_failures", "send_errors", "announced"}


def test_who_does_not_answer_is_unknown(filled, picture):
    gone = [{"name": "VI_1", "state": "UNKNOWN", "since": "2026-01-01T00:00:00+00:00", "cause": "stuck"}]
    picture["vrrp"] |= {"fresh": False, "age_s": None, "instances": gone, "groups": [], "trackers": [], "notify": {}}
    found = filled()
    assert states(found) == {"unknown"}
    assert found["standfast_vrrp_fresh", ()] == 0
    assert ("standfast_vrrp_age_seconds", ()) not in found


@pytest.mark.parametrize(
    ("state", "present", "count"),
    [("MASTER", ["a"], 1), ("MASTER", ["a", "b"], 0), ("BACKUP", ["a"], 1), ("FAULT", [], 0), ("LEAVING", ["a"], 0)],
)
def test_addresses_that_are_not_where_they_belong(state, present, count):
    assert amiss({"state": state, "addresses_wanted": ["a", "b"], "addresses_present": present}) == count
