"""Where keepalived -t has no word to say there is no error, and where it has one there is an error or a warning.

Each line is something that people write; what keepalived 2.2.7 says of it was looked up by running it.
"""

from __future__ import annotations

import pytest

from standfast.config.load import load_text

VI = """vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
{0}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
}}
"""
VS = """virtual_server 192.0.2.10 80 {{
    protocol TCP
    lvs_sched rr
{0}
    lvs_method NAT
    real_server 10.0.0.1 80 {{
        TCP_CHECK {{
        }}
    }}
}}
"""
URL = """virtual_server 192.0.2.10 80 {{
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {{
        HTTP_GET {{
            url {{
                path /
{0}
            }}
        }}
    }}
}}
"""


def vi(text: str) -> str:
    return VI.format(text)


def defs(text: str) -> str:
    return f"global_defs {{\n{text}\n}}\n{vi('')}"


def block(name: str, *lines: str) -> str:
    return "\n".join((f"{name} {{", *lines, "}"))


def static(name: str, *lines: str) -> str:
    return f"{block(name, *lines)}\n{vi('')}"


GROUP = "virtual_server_group g {{\n    {0}\n}}\n"

PASSED_OVER = {
    "strict with a number": (defs("vrrp_strict 1"), 2),
    "skip_check_adv_addr enabled": (defs("vrrp_skip_check_adv_addr enable"), 2),
    "helo without a name": (defs("smtp_helo_name"), 2),
    "bus name without a dot": (defs("dbus_service_name vrrp"), 2),
    "relative path of the reload time": (defs("reload_time_file at"), 2),
    "no-break space in a password": (vi(block("authentication", "auth_type PASS", "auth_pass a\u00a0b")), 6),
    "no-break space behind a statement": (vi("advert_int 1 \u00a0"), 4),
    "script that cannot be split": (vi("notify_master x\\"), 4),
    "empty script": (vi('notify_backup ""'), 4),
    "peer with a length": (vi(block("unicast_peer", "192.0.2.3/24")), 5),
    "peer twice": (vi(block("unicast_peer", "192.0.2.3", "192.0.2.3")), 6),
    "empty length": (vi(block("virtual_ipaddress_excluded", "192.0.2.11/")), 5),
    "scope of IPv6": (vi(block("virtual_ipaddress_excluded", "2001:db8::1/64 scope global")), 5),
    "dev twice": (static("static_routes", "198.51.100.0/24 dev eth0 dev eth1"), 2),
    "times beyond the limits": (static("static_routes", "198.51.100.0/24 dev eth0 rto_min 100ms"), 2),
    "default6": (static("static_routes", "default6 via fe80::1 dev eth0"), 2),
    "ports backwards": (static("static_rules", "from 192.0.2.0/24 sport 90-80 table 5 preference 5"), 2),
    "interface without delay": (static("interface_up_down_delays", "eth0"), 2),
    "polled twice": (static("linkbeat_interfaces", "eth0", "eth0"), 3),
    "track_group of an unknown instance": (static("track_group g", block("group", "VI_1", "nosuch")), 4),
    "track_group with a name twice": (static("track_group g", block("group", "VI_1", "VI_1")), 4),
    "empty track_group": (static("track_group g"), 1),
    "DR with a tunnel type": (VS.format("").replace("lvs_method NAT", "lvs_method DR type ipip"), 5),
    "granularity of nothing": (VS.format("persistence_granularity 0"), 4),
    "granularity of IPv6 that is too long": (VS.format("persistence_granularity 129"), 4),
    "group that is not there": (VS.format("").replace("192.0.2.10 80", "group g"), 1),
    "group of the other family": (
        GROUP.format("2001:db8::10 80") + VS.format("").replace("192.0.2.10 80", "group g"),
        9,
    ),
    "unicast in strict mode": (vi("strict_mode\nversion 3\n" + block("unicast_peer", "192.0.2.3")), 6),
    "version 2 over IPv6": (vi("version 2").replace("192.0.2.10/24", "fe80::1/64"), 4),
    "weight of a process in a sync group": (
        "vrrp_track_process p {\nprocess p\n}\n"
        + vi(block("track_process", "p weight 5"))
        + vi("").replace("VI_1", "VI_2").replace("_id 51", "_id 52")
        + block("vrrp_sync_group G", block("group", "VI_1", "VI_2")),
        8,
    ),
    "group without a server": (GROUP.format("192.0.2.10 80") + "virtual_server group g {\nprotocol TCP\n}\n", 4),
    "short digest": (URL.format("digest 1234"), 9),
    "pattern without its end": (URL.format('regex "("'), 9),
    "pattern with a lone quote": (URL.format('regex ""'), 9),
    "offset that is no number": (URL.format("regex_min_offset 5s"), 9),
    "no status code": (URL.format("status_code"), 9),
    "half a stack": (URL.format("regex_stack 5"), 9),
}
"""What -> text, and the line that is not as it should be. keepalived has nothing to say of any of it."""

FINE = {
    "length with a sign": vi(block("virtual_ipaddress_excluded", "192.0.2.11/+24")),
    "a great many announcements": vi("garp_master_repeat 4294967295"),
}

COMPLAINED_OF = {
    "no seconds between announcements": (defs("vrrp_garp_extra_if 0"), 2),
    "a pause of half a million years": (VS.format("delay_loop 18446744073710"), 4),
    "a pause of even more years": (VS.format("warmup 99999999999999999999"), 4),
    "first value that no priority can follow": ("track_file f {\nfile /run/f\ninit_file 255\n}\n", 3),
    "static route that cannot be watched": (static("static_routes", "blackhole 198.51.100.0/24"), 2),
    "realms of IPv6": (static("static_routes", "2001:db8::/32 dev eth0 realms 5"), 2),
    "realm above 255": (static("static_routes", "198.51.100.0/24 dev eth0 realms 256"), 2),
    "one port": (static("static_rules", "from 192.0.2.0/24 sport 80 table 5 preference 5"), 2),
    "one user": (static("static_rules", "from 192.0.2.0/24 uidrange 5 table 5 preference 5"), 2),
    "the manual's name of ipproto": (static("static_rules", "from 192.0.2.0/24 ip_proto 6 table 5 preference 5"), 2),
    "no-break space that makes another keyword": (vi("nopreempt\u00a0"), 4),
}


@pytest.mark.parametrize(("text", "line"), PASSED_OVER.values(), ids=PASSED_OVER)
def test_what_keepalived_passes_over_is_told_but_is_no_error(text, line):
    loaded = load_text(text, config_id="main")
    assert [d for d in loaded.diagnostics if d.severity == "error"] == []
    assert loaded.config is not None
    assert line in {d.span.line for d in loaded.diagnostics}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_is_fine(text):
    assert [d for d in load_text(text, config_id="main").diagnostics if d.severity != "note"] == []


@pytest.mark.parametrize(("text", "line"), COMPLAINED_OF.values(), ids=COMPLAINED_OF)
def test_what_keepalived_complains_of_is_told_at_the_same_line(text, line):
    found = load_text(text, config_id="main").diagnostics
    assert line in {d.span.line for d in found if d.severity in ("error", "warning")}


def test_an_ipvlan_without_an_interface_below_it():
    text = "vrrp_instance a {\nuse_ipvlan 192.0.2.1/24\nvirtual_router_id 1\nunicast_src_ip 192.0.2.1\nunicast_peer {\n"
    loaded = load_text(f"{text}192.0.2.2\n}}\nvirtual_ipaddress {{\n192.0.2.9\n}}\n}}\n")
    assert "SF4152" in {d.code for d in loaded.diagnostics}
    assert loaded.config is not None
    assert loaded.config.instances[0].ipvlan is None
