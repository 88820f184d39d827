"""Names, labels and encodings are those that dashboards ask for."""

from __future__ import annotations

import pytest

from standfast.metrics.mehdy import DECLARED, fill, parts
from standfast.metrics.sheet import Sheet

NAMES = [
    "keepalived_up",
    "keepalived_vrrp_state",
    "keepalived_vrrp_excluded_state",
    "keepalived_gratuitous_arp_delay_total",
    "keepalived_advertisements_received_total",
    "keepalived_advertisements_sent_total",
    "keepalived_become_master_total",
    "keepalived_release_master_total",
    "keepalived_packet_length_errors_total",
    "keepalived_advertisements_interval_errors_total",
    "keepalived_ip_ttl_errors_total",
    "keepalived_invalid_type_received_total",
    "keepalived_address_list_errors_total",
    "keepalived_authentication_invalid_total",
    "keepalived_authentication_mismatch_total",
    "keepalived_authentication_failure_total",
    "keepalived_priority_zero_received_total",
    "keepalived_priority_zero_sent_total",
    "keepalived_script_status",
    "keepalived_script_state",
    "keepalived_exporter_build_info",
]


@pytest.fixture
def filled(picture, samples):
    def fill_in():
        sheet = Sheet(DECLARED)
        fill(sheet, picture["vrrp"])
        return samples(sheet)

    return fill_in


def vip(address, name="VI_1", vrid="51", device="veth0"):
    return (("iname", name), ("intf", device), ("ip_address", address), ("vrid", vrid))


def test_all_names_are_there(filled):
    assert sorted({name for name, _ in filled()}) == sorted(NAMES) == sorted(each.name for each in DECLARED)


def test_states_are_numbers_for_each_address(filled):
    found = filled()
    assert found["keepalived_vrrp_state", vip("10.9.0.100/24")] == 2
    assert found["keepalived_vrrp_state", vip("10.9.0.101/24")] == 2
    assert found["keepalived_vrrp_excluded_state", vip("10.9.0.102/24")] == 2
    assert ("keepalived_vrrp_state", vip("10.9.0.102/24")) not in found
    assert found["keepalived_vrrp_state", vip("10.9.3.110/24", "VI_3", "53", "veth2")] == 3


def test_an_instance_without_addresses(filled, picture):
    picture["vrrp"]["instances"][0] |= {"addresses_wanted": [], "addresses_excluded": []}
    assert filled()["keepalived_vrrp_state", vip("")] == 2


def test_scripts_and_counters(filled):
    found = filled()
    who = (("iname", "VI_1"), ("intf", "veth0"), ("vrid", "51"))
    assert found["keepalived_become_master_total", who] == 1
    assert found["keepalived_gratuitous_arp_delay_total", who] == 5
    assert found["keepalived_script_status", (("name", "chk"),)] == 1
    assert found["keepalived_script_state", (("name", "chk"),)] in (0, 1)


def test_nothing_but_down_when_vrrp_does_not_answer(filled, picture):
    picture["vrrp"]["fresh"] = False
    found = filled()
    assert found["keepalived_up", ()] == 0
    assert {name for name, _ in found} == {"keepalived_up", "keepalived_exporter_build_info"}


def test_parts():
    assert parts("10.0.0.1/24 dev eth0") == ("10.0.0.1/24", "eth0")
