from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.model import Announcing

S = 1_000_000


def announcing(body: str, defaults: str = "") -> Announcing:
    head = "interface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.10/24\n}\n"
    loaded = load_text(f"global_defs {{\n{defaults}\n}}\nvrrp_instance one {{\n{head}{body}\n}}\n")
    assert loaded.config is not None, loaded.stops
    return loaded.config.instances[0].announcing


def test_keepalived_s_defaults():
    assert announcing("") == Announcing()


@pytest.mark.parametrize(
    ("body", "defaults", "expected"),
    [
        ("garp_master_delay 7", "", {"delay": 7 * S}),
        ("garp_master_repeat 0", "", {"repeat": 1}),
        ("garp_master_refresh 60\ngarp_master_refresh_repeat 2", "", {"refresh": 60 * S, "refresh_repeat": 2}),
        ("", "vrrp_garp_master_delay 7", {"delay": 7 * S, "lower_prio_delay": 7 * S}),
        ("", "vrrp_garp_master_repeat 2", {"repeat": 2, "lower_prio_repeat": 2}),
        ("garp_master_delay 7", "vrrp_garp_master_delay 9", {"delay": 7 * S, "lower_prio_delay": 9 * S}),
        (
            "garp_lower_prio_repeat 0",
            "vrrp_garp_lower_prio_delay 3",
            {"lower_prio_repeat": 0, "lower_prio_delay": 3 * S},
        ),
        ("", "vrrp_garp_interval 0.01\nvrrp_gna_interval 0.000001", {"garp_interval": 10_000, "gna_interval": 1}),
        ("na_router always", "", {"na_router": "always"}),
        ("strict_mode", "", {"lower_prio_repeat": 0, "lower_prio_delay": 0}),
    ],
)
def test_what_differs_from_the_defaults(body, defaults, expected):
    assert announcing(body, defaults) == Announcing(**expected)


def test_the_least_announcements_are_for_what_is_not_set():
    least = announcing("", "vrrp_min_garp\nvrrp_garp_master_refresh 30")
    assert (least.repeat, least.delay, least.refresh) == (1, 0, 30 * S)
    assert (least.lower_prio_repeat, least.lower_prio_delay) == (1, 0)
    assert announcing("", "vrrp_min_garp off") == Announcing()
    assert announcing("garp_master_repeat 4", "vrrp_min_garp").repeat == 4
