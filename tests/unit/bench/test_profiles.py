from __future__ import annotations

import pytest
from _common.profiles import V2_1_S, V3_1_S, V3_10_MS, V3_100_MS, Profile, config, loaded_config


@pytest.mark.parametrize(
    ("profile", "priority", "down_s"),
    [
        (V2_1_S, 100, 3.609375),
        (V3_1_S, 254, 3.0078125),
        (V3_100_MS, 100, 0.3609375),
        (V3_10_MS, 200, 0.0321875),
        (Profile("v2 5 s", 2, 5.0), 100, 15.609375),  # version 2: skew time knows no interval
    ],
)
def test_when_a_backup_takes_over(profile, priority, down_s):
    assert profile.down_s(priority) == pytest.approx(down_s)


def test_instances_share_neither_router_nor_address():
    lines = config(V3_100_MS, 150, instances=250).splitlines()
    routers = [line.split()[1] for line in lines if "virtual_router_id" in line]
    addresses = [line.strip() for line in lines if line.strip().startswith("10.9.")]
    assert len(set(routers)) == len(set(addresses)) == 250
    assert "255" not in routers


def test_groups_share_all_instances_and_addresses_are_all_there():
    lines = config(V3_100_MS, 150, instances=10, groups=4).splitlines()
    members = [line.strip() for line in lines if line.strip().startswith("VI_") and "{" not in line]
    assert sorted(members) == sorted(f"VI_{n}" for n in range(1, 11))
    text = loaded_config(V3_100_MS, 150, [f"10.10.0.{n}" for n in range(1, 201)])
    assert text.count("/16") == 200
    assert "virtual_ipaddress_excluded" in text
