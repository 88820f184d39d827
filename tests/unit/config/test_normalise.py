"""keepalived's repairs, one table: what is written, what is said, and what comes out."""

from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.normalise import STEPS

BODY = {
    "state": "",
    "interface": "interface eth0",
    "vrid": "virtual_router_id 51",
    "vips": "virtual_ipaddress {\n192.0.2.10/24\n}",
}
V6 = "virtual_ipaddress {\nfe80::10/64\n}"


def load(body: str, *, defaults: str = "", **parts: str):
    lines = [*(BODY | parts).values(), body]
    return load_text(f"global_defs {{\n{defaults}\n}}\nvrrp_instance one {{\n" + "\n".join(lines) + "\n}\n")


def outcome(loaded):
    assert loaded.config is not None, loaded.stops
    return [d.code for d in loaded.diagnostics], loaded.config.instances[0]


def repaired(body: str, *fields: str, **parts: str):
    codes, instance = outcome(load(body, **parts))
    return codes, *(getattr(instance, field) for field in fields)


S = 1_000_000
PASS = "authentication {\nauth_type PASS\nauth_pass s3cret\n}"
AH = PASS.replace("PASS", "AH")
HMAC = "auth_hmac {\nkey 1 0123456789abcdef0123456789abcdef\nactive_key 1\n}"

TABLE = [
    # priority and state
    ("", ("priority", "owner_state"), [], 100, False),
    ("state MASTER", ("priority", "owner_state"), ["SF4006"], 255, True),
    ("state MASTER\npriority 150", ("priority", "owner_state"), [], 150, True),
    ("priority 255", ("priority", "owner_state"), [], 255, True),
    ("priority 255\nstate BACKUP", ("priority", "owner_state"), [], 255, False),
    ("state MASTER\nstate BACKUP\npriority 9", ("owner_state",), ["SF4005"], True),
    ("strict_mode\nstate MASTER\npriority 150", ("owner_state",), ["SF4007"], False),
    ("strict_mode\nstate BACKUP\npriority 255", ("owner_state",), ["SF4007"], True),
    # version
    ("", ("version",), [], 2),
    ("version 3", ("version",), [], 3),
    ("version 3\nversion 2", ("version",), ["SF4003"], 3),
    ("version 3\nversion 3", ("version",), [], 3),
    # authentication
    (PASS, ("auth.password",), [], b"s3cret"),
    (f"version 3\n{PASS}", ("auth",), ["SF4008"], None),
    (f"strict_mode\n{PASS}", ("auth",), ["SF4008"], None),
    ("authentication {\nauth_type PASS\n}", ("auth",), ["SF4008"], None),
    ("authentication {\nauth_pass x\n}", ("auth",), ["SF4009"], None),
    ("authentication {\nauth_type pass\nauth_pass x\n}", ("auth",), ["SF3004"], None),
    (AH, ("auth.kind", "owner_state"), [], "ah", False),
    (f"state MASTER\npriority 150\n{AH}", ("auth.kind", "owner_state"), ["SF4010"], "ah", False),
    (f"{PASS}\n{HMAC}", ("auth",), ["SF4008"], None),
    # preemption
    ("nopreempt", ("preempt",), [], False),
    ("nopreempt\nstate MASTER\npriority 9", ("preempt",), ["SF4033"], True),
    ("nopreempt\npriority 255", ("preempt",), ["SF4033"], True),
    ("preempt_delay 2.5", ("preempt_delay",), [], 2_500_000),
    ("preempt_delay 5\nnopreempt", ("preempt_delay",), ["SF4034"], 0),
    ("preempt_delay 5\nstate MASTER\npriority 9", ("preempt_delay",), ["SF4034"], 0),
    ("preempt_delay 5\nstrict_mode", ("preempt_delay",), ["SF4034"], 0),
    # timers
    ("down_timer_adverts 5", ("down_timer_adverts",), [], 5),
    ("down_timer_adverts 5\nstrict_mode", ("down_timer_adverts",), ["SF4035"], 3),
    ("timer_expired_backup\nnopreempt", ("timer_expired_backup",), [], 254),
    ("timer_expired_backup", ("timer_expired_backup",), ["SF4036"], None),
    ("advert_int 1.5", ("advert_interval",), ["SF4031"], 2 * S),
    ("advert_int 1.4", ("advert_interval",), ["SF4031"], S),
    ("advert_int 0.2", ("advert_interval",), ["SF4031"], S),
    ("version 3\nadvert_int 0.2", ("advert_interval",), [], 200_000),
    ("version 3\nadvert_int 0.014", ("advert_interval",), ["SF4031"], 10_000),
    ("version 3\nadvert_int 0.015", ("advert_interval",), ["SF4031"], 20_000),
    ("version 3\nadvert_int 60", ("advert_interval",), ["SF4031"], 40_950_000),
    # strict mode decides
    ("strict_mode\nlower_prio_no_advert off", ("lower_prio_no_advert",), [], True),
    ("strict_mode\nhigher_prio_send_advert", ("higher_prio_send_advert",), [], False),
    ("strict_mode", ("owner_ignore_adverts", "accept"), [], True, False),
    ("strict_mode\npriority 255", ("accept",), [], True),
    ("strict_mode\nversion 3\naccept", ("accept",), [], True),
    ("strict_mode\naccept", ("accept",), ["SF4037"], False),
    # unicast
    ("unicast_peer {\n192.0.2.3\n}", ("unicast", "group", "unicast_ttl"), [], True, None, None),
    ("unicast_peer {\n192.0.2.3\n}\nunicast_ttl 9", ("unicast_ttl",), [], 9),
    ("unicast_ttl 9", ("unicast_ttl",), ["SF4018"], None),
    ("unicast_src_ip 192.0.2.2", ("unicast", "source.packed"), ["SF4014"], False, b"\xc0\x00\x02\x02"),
    ("mcast_src_ip 192.0.2.2\nunicast_src_ip 192.0.2.3", ("source.packed",), ["SF4014"], b"\xc0\x00\x02\x03"),
    ("mcast_dst_ip 224.0.0.99", ("group.packed",), [], b"\xe0\x00\x00\x63"),
    ("mcast_dst_ip ff02::9", ("group.packed",), ["SF4019"], b"\xe0\x00\x00\x12"),
    ("mcast_dst_ip 224.0.0.99\nunicast_peer {\n192.0.2.3\n}", ("group",), ["SF4017"], None),
    ("unicast_peer {\n192.0.2.3\n}\nvrf red", ("vrf",), ["SF6201"], ""),
    # ours
    ("", ("checksum", "addr_mismatch", "vip_protect", "skew_resolution"), [], "auto", "accept", "readd", "us"),
    ("v3_checksum_as_v2", ("checksum",), [], "message"),
    ("v3_checksum_as_v2 off", ("checksum",), [], "auto"),
    ("v3_checksum_as_v2\nchecksum pseudo", ("checksum",), [], "pseudo"),
    ("stop_hold 0\nlate_grace off", ("stop_hold", "late_grace"), [], 0, False),
    ("old_unicast_checksum", ("old_unicast_checksum",), ["SF4014"], "use"),
    ("old_unicast_checksum never", ("old_unicast_checksum",), ["SF4014"], "never"),
    ("", ("old_unicast_checksum",), [], "auto"),
]  # fmt: skip


def field(instance, path: str):
    for name in path.split("."):
        instance = getattr(instance, name)
    return instance


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0].replace("\n", "; ")[:60] or "plain")
def test_repairs(row):
    body, fields, codes, *values = row
    found, instance = outcome(load(body))
    assert sorted(code for code in found if code != "SF4038") == sorted(codes)
    assert [field(instance, path) for path in fields] == values


def test_kd14_switches_take_no_for_an_answer():
    assert repaired("skip_check_adv_addr off", "skip_check_adv_addr", defaults="vrrp_skip_check_adv_addr") == (
        [],
        False,
    )
    assert repaired("priority 255\nowner_ignore_adverts off\nstrict_mode", "owner_ignore_adverts") == ([], False)
    assert repaired("v3_checksum_as_v2 off", "checksum", defaults="v3_checksum_as_v2") == ([], "auto")


def test_kd21_sources_are_checked_unless_that_is_turned_off():
    assert repaired("", "check_unicast_source")[1] is True
    assert repaired("", "check_unicast_source", defaults="vrrp_check_unicast_src off")[1] is False
    peer = "unicast_peer {\n192.0.2.3\n}\n"
    assert repaired(f"{peer}check_unicast_src off", "check_unicast_source") == ([], False)
    assert repaired(f"{peer}check_unicast_src", "check_unicast_source", defaults="vrrp_check_unicast_src off") == (
        [],
        True,
    )
    bounded = "unicast_peer {\n192.0.2.3 min_ttl 254\n}\ncheck_unicast_src off"
    assert repaired(bounded, "check_unicast_source") == ([], True)


def test_version_2_for_ipv6_is_refused_not_spoken():
    codes, instance = outcome(load("", vips=f"version 2\n{V6}"))
    assert (codes, instance.version) == (["SF4004"], 2)
    assert "version 2" in instance.permanent_fault
    codes, instance = outcome(load("version 2", vips=V6))
    assert (codes, instance.version, instance.permanent_fault) == (["SF4004"], 3, "")


STOPS = [
    ({"vrid": ""}, "", "SF4001"),
    ({"vrid": "virtual_router_id 0"}, "", "SF4001"),
    ({"interface": ""}, "", "SF4002"),
    ({"interface": "interface lo"}, "", "SF4002"),
    ({"interface": ""}, "unicast_peer {\n192.0.2.3\n}", "SF4002"),
    (
        {"interface": "", "vips": ""},
        "no_virtual_ipaddress\nunicast_src_ip fe80::1\nunicast_peer {\nfe80::2\n}",
        "SF4002",
    ),
    ({"vips": ""}, "version 3", "SF4025"),
    ({"vips": ""}, "strict_mode\nno_virtual_ipaddress", "SF4025"),
]


@pytest.mark.parametrize(("parts", "body", "code"), STOPS)
def test_what_stops_keepalived_stops_us(parts, body, code):
    loaded = load(body, **parts)
    assert loaded.config is None
    assert [d.code for d in loaded.stops] == [code]
    assert loaded.stops[0] in loaded.diagnostics


def test_unicast_with_a_source_needs_no_interface():
    codes, instance = outcome(load("unicast_src_ip 192.0.2.2\nunicast_peer {\n192.0.2.3\n}", interface=""))
    assert (codes, instance.interface, instance.vips[0].dev) == ([], "", "eth0")


def test_the_order_of_the_repairs_is_keepalived_s():
    names = [step.__name__ for step in STEPS]
    assert names.index("decide_family") < names.index("decide_version") < names.index("decide_authentication")
    assert (
        names.index("decide_priority_and_state")
        < names.index("decide_preemption")
        < names.index("decide_expired_timer")
    )
