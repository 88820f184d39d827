"""The first address decides between IPv4 and IPv6."""

from __future__ import annotations

import pytest

from standfast.config.load import load_text

V4 = "virtual_ipaddress {\n192.0.2.10/24\n}"
V6 = "virtual_ipaddress {\nfe80::10/64\n}"


def outcome(body: str):
    head = "interface eth0\nvirtual_router_id 51\nno_virtual_ipaddress\n"
    loaded = load_text(f"vrrp_instance one {{\n{head}{body}\n}}\n")
    assert loaded.config is not None, loaded.stops
    return [d.code for d in loaded.diagnostics], loaded.config.instances[0]


@pytest.mark.parametrize(
    ("body", "family", "vips", "codes"),
    [
        ("", 4, 0, []),
        (V4, 4, 1, []),
        (V6, 6, 1, []),
        (f"{V4}\n{V6}", 4, 1, ["SF4021"]),
        (f"{V6}\n{V4}", 6, 1, ["SF4021"]),
        ("native_ipv6", 6, 0, []),
        (f"native_ipv6\n{V4}", 6, 0, ["SF4021"]),
        (f"mcast_src_ip 192.0.2.2\n{V6}", 4, 0, ["SF4021"]),
        (f"{V6}\nmcast_src_ip 192.0.2.2", 6, 1, ["SF4021"]),
        ("virtual_ipaddress_excluded {\nfe80::9\n}\n" + V4, 4, 1, []),
        ("virtual_ipaddress {\nnonsense\nfe80::10/64\n}", 6, 1, ["SF3005"]),
    ],
)
def test_what_decides_and_what_is_left_out(body, family, vips, codes):
    found, instance = outcome(body)
    assert (instance.family, len(instance.vips), found) == (family, vips, codes)
    assert instance.version == (3 if family == 6 else 2)


def test_excluded_addresses_may_be_of_both_families():
    _, instance = outcome(f"{V4}\nvirtual_ipaddress_excluded {{\n192.0.2.11/24\n2001:db8::1/64\n}}")
    assert [vip.address.family for vip in instance.evips] == [4, 6]


def test_an_address_is_put_on_its_own_interface_or_the_instance_s():
    _, instance = outcome("virtual_ipaddress {\n192.0.2.10/24\n192.0.2.11/24 dev eth7\n}")
    assert [vip.dev for vip in instance.vips] == ["eth0", "eth7"]


def test_repeated_addresses_are_dropped_unless_they_are_on_another_interface():
    found, instance = outcome(f"{V4}\nvirtual_ipaddress_excluded {{\n192.0.2.10 dev eth1\n192.0.2.10\n}}")
    assert found == ["SF4022"]
    assert (len(instance.vips), [vip.dev for vip in instance.evips]) == (1, ["eth1"])


def test_of_an_announced_address_is_told_what_keepalived_makes_of_it():
    loaded = load_text(f"vrrp_instance a {{\ninterface eth0\nvirtual_router_id 5\n{V4}\n{V4}\n}}")
    (told,) = (each for each in loaded.diagnostics if each.code == "SF4022")
    assert "keepalived 2.2 counts it" in told.hint


def test_peers_are_of_one_family_and_not_repeated():
    found, instance = outcome("unicast_peer {\n192.0.2.3\nfe80::3\n192.0.2.3 min_ttl 9\n192.0.2.4\n}")
    assert found == ["SF4021", "SF4027"]
    assert [str(peer.address) for peer in instance.unicast_peers] == ["192.0.2.3", "192.0.2.4"]


def test_an_advert_counts_at_most_255_addresses():
    lines = "\n".join(f"10.0.{n // 200}.{n % 200 + 1}" for n in range(300))
    found, instance = outcome(f"virtual_ipaddress {{\n{lines}\n}}\nvirtual_ipaddress_excluded {{\n10.9.9.9\n}}")
    assert found == ["SF4023"]
    assert (len(instance.vips), len(instance.evips)) == (255, 46)
    assert str(instance.evips[-1].address) == "10.9.9.9"


def test_options_reach_the_model():
    line = "192.0.2.10/24 brd + label eth0:x scope link -nodad no_track noprefixroute preferred_lft 9"
    _, instance = outcome(f"virtual_ipaddress {{\n{line}\n}}")
    vip = instance.vips[0]
    assert (str(vip.broadcast), vip.label, vip.scope, vip.preferred_lft_s) == ("192.0.2.255", "eth0:x", 253, 9)
    assert (vip.dad, vip.no_track, vip.noprefixroute, vip.home, vip.autojoin) == (True, True, True, False, False)
