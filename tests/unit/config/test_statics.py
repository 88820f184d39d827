from __future__ import annotations

import pytest

from standfast.config.load import load_text

VI = "vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1/24\n}\n}\n"
GROUP = "track_group g {\ngroup {\na\n}\n}\n"


def load(text):
    loaded = load_text(text + VI)
    return loaded.config, [d.code for d in loaded.diagnostics if d.code != "SF5001"]


def test_static_objects():
    config, found = load(
        GROUP + "static_ipaddress {\n192.0.2.9/24 track_group g\n192.0.2.8 dev eth1\n}\n"
        "static_routes {\n192.0.3.0/24 via 192.0.2.254 dev eth0\n}\nstatic_rules {\niif eth1 table 5 preference 6\n}\n"
    )
    assert [(a.dev, a.track_group) for a in config.static_addresses] == [("eth0", "g"), ("eth1", "")]
    assert ([r.prefix for r in config.static_routes], [r.preference for r in config.static_rules]) == ([24], [6])
    assert found == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("static_ipaddress {\n192.0.2.9/24 track_group h\n}\n", ["SF4141"]),
        ("static_routes {\n192.0.3.0/24 via 192.0.2.4 track_group g\n}\n", ["SF4142"]),
        ("static_routes {\n192.0.3.0/24 dev eth0 track_group g\n}\n", []),
        ("static_rules {\nfrom 10.0.0.0/8 table 5 preference 6 track_group g\n}\n", ["SF4142"]),
        ("static_rules {\niif eth0 table 5 preference 6 track_group g\n}\n", []),
    ],
)
def test_groups_must_be_there_and_something_to_watch(text, codes):
    assert load(GROUP + text)[1] == codes


def test_a_group_stands_above_its_use():
    config, found = load("static_ipaddress {\n192.0.2.9/24 track_group g\n}\n" + GROUP)
    assert (config.static_addresses[0].track_group, found) == ("", ["SF4141"])
