from __future__ import annotations

from standfast.config.load import load_text
from standfast.config.model import decode, encode
from standfast.config.route_model import Metric

VI = "vrrp_instance a {{\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {{\n192.0.2.1/24\n}}\n{0}\n}}\n"


def load(routes="", rules=""):
    body = f"virtual_routes {{\n{routes}\n}}\nvirtual_rules {{\n{rules}\n}}"
    loaded = load_text(VI.format(body))
    assert decode(encode(loaded.config)) == loaded.config
    (one,) = loaded.config.instances
    return one.routes, one.rules, [(d.code, d.hint) for d in loaded.diagnostics if d.code != "SF5001"]


def test_routes_become_records():
    (route, other), _, found = load(
        "192.0.2.0/24 dev eth0 table main mtu lock 1400\n"
        "default no_track nexthop via 10.0.0.1 nexthop dev eth1 weight 4"
    )
    assert (route.prefix, route.dev, route.metrics) == (24, "eth0", (Metric(name="mtu", value=1400, locked=True),))
    assert (other.destination, other.family, [hop.weight for hop in other.nexthops], found) == (None, 4, [1, 4], [])


def test_unknown_names_drop_the_line():
    routes, _, found = load("192.0.2.0/24 dev eth0 table mian\n192.0.3.0/24 nexthop dev eth0 realms nowhere no_track")
    assert routes == ()
    assert found == [
        ("SF3119", "did you mean `main`?"),
        ("SF3119", "write its number, or add it to iproute2's rt_realms"),
    ]


def test_rules_without_a_place_count_down_for_each_family():
    lines = ("from 10.0.0.0/8 table 5", "from ::1 table 5", "from 10.0.0.0/9 table 5 preference 7", "iif eth1 table 5")
    _, rules, found = load(rules="\n".join(lines))
    assert [(rule.family, rule.preference) for rule in rules] == [(4, 16384), (6, 16384), (4, 7), (4, 16383)]
    assert [code for code, _ in found] == ["SF3118"] * 3
