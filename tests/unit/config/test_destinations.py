from __future__ import annotations

import pytest

from standfast.config.load import load_text

V4 = "virtual_ipaddress {\n192.0.2.10/24\n}"


def outcome(body: str, defaults: str = ""):
    head = "interface eth0\nvirtual_router_id 51\n"
    loaded = load_text(f"global_defs {{\n{defaults}\n}}\nvrrp_instance one {{\n{head}{body}\n}}\n")
    assert loaded.config is not None, loaded.stops
    return [(d.code, d.severity) for d in loaded.diagnostics], loaded.config.instances[0]


@pytest.mark.parametrize(
    ("body", "defaults", "group"),
    [
        (V4, "", "224.0.0.18"),
        (V4, "vrrp_mcast_group4 224.0.0.77", "224.0.0.77"),
        (f"{V4}\nmcast_dst_ip 224.0.0.78", "vrrp_mcast_group4 224.0.0.77", "224.0.0.78"),
        ("virtual_ipaddress {\nfe80::1/64\n}", "", "ff02::12"),
        ("virtual_ipaddress {\nfe80::1/64\n}\nmcast_dst_ip ff02::99", "", "ff02::99"),
        ("virtual_ipaddress {\nfe80::1/64\n}\nmcast_dst_ip ff05::99", "", "ff02::12"),
    ],
)
def test_the_group(body, defaults, group):
    assert str(outcome(body, defaults)[1].group) == group


def test_without_peers_unicast_becomes_multicast_or_a_fault():
    found, instance = outcome(f"{V4}\nunicast_peer {{\nnonsense\n}}")
    assert found == [("SF3005", "error"), ("SF4014", "warning")]
    assert "no usable peer" in instance.permanent_fault
    found, instance = outcome(f"{V4}\nunicast_src_ip 192.0.2.2")
    assert found == [("SF4014", "warning")]
    assert (instance.unicast, instance.permanent_fault) == (False, "")
    found, instance = outcome(f"{V4}\nunicast_fault_no_peer")
    assert found == [("SF4014", "warning")]
    assert "no usable unicast peer" in instance.permanent_fault


def test_no_addresses_is_a_warning_in_version_2_unless_meant():
    assert outcome("")[0] == [("SF4025", "warning")]
    assert outcome("no_virtual_ipaddress")[0] == []
    assert outcome("no_virtual_ipaddress\nversion 3")[0] == []


def test_the_first_ipv6_address_should_be_link_local():
    assert outcome("virtual_ipaddress {\n2001:db8::1/64\nfe80::1/64\n}")[0] == [("SF4024", "warning")]
    assert outcome("virtual_ipaddress {\nfe80::1/64\n2001:db8::1/64\n}")[0] == []


def test_complaints_stand_at_the_line_they_are_about():
    text = "vrrp_instance one {\ninterface eth0\nvirtual_router_id 51\nunicast_ttl 9\n" + V4 + "\n}\n"
    (found,) = load_text(text).diagnostics
    assert (found.code, found.span.line) == ("SF4018", 4)


@pytest.mark.parametrize(("lines", "codes"), [("", ["SF4025"]), ("300.1.2.3", ["SF3005"]), ("{{ vip }}", ["SF1310"])])
def test_the_lack_of_addresses_is_told_unless_their_lines_were_faulty(lines, codes):
    text = f"vrrp_instance V {{\ninterface eth0\nvirtual_router_id 5\nvirtual_ipaddress {{\n{lines}\n}}\n}}\n"
    assert [d.code for d in load_text(text).diagnostics] == codes
