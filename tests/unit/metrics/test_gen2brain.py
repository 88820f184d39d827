from __future__ import annotations

import pytest

from standfast.metrics.gen2brain import DECLARED, fill
from standfast.metrics.sheet import Sheet


@pytest.fixture
def filled(picture, samples):
    def fill_in():
        sheet = Sheet(DECLARED)
        fill(sheet, picture)
        return samples(sheet)

    return fill_in


def test_all_names_are_there(filled):
    assert {name for name, _ in filled()} == {each.name for each in DECLARED}


def test_counters_carry_the_state_and_have_no_ending(filled):
    labels = (("intf", "veth0"), ("name", "VI_1"), ("state", "MASTER"), ("vrid", "51"))
    assert filled()["keepalived_vrrp_become_master", labels] == 1


def test_services_by_address(filled, picture):
    found = filled()
    assert found["keepalived_lvs_vip_conn", (("addr", "10.9.0.100:80"), ("proto", "6"))] == 0
    server = (("addr", "127.0.0.1:9165"), ("proto", "6"), ("vip", "10.9.0.100:80"))
    assert found["keepalived_lvs_rs_in_bytes", server] == 0
    picture["virtual_servers"][0]["address"] = "2001:db8::1"
    assert ("keepalived_lvs_vip_conn", (("addr", "[2001:db8::1]:80"), ("proto", "6"))) in filled()
    picture["virtual_servers"][0]["address"] = None  # a mark
    assert not any(name.startswith("keepalived_lvs") for name, _ in filled())


def test_down(filled, picture):
    picture["vrrp"] |= {"fresh": False}
    found = filled()
    assert found["keepalived_up", ()] == 0
    assert not any(name.startswith("keepalived_vrrp") for name, _ in found)
