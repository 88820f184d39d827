from __future__ import annotations

import pytest

from standfast.config.model import Config
from standfast.vrrp.networks import shared_interfaces


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("10.9.8.1/24", "10.9.8.2/24", {"eth0"}),
        ("10.9.8.1/24", "10.9.9.2/24", set()),
        ("10.9.8.1/24", "10.9.8.2/25", set()),  # other networks to the kernel
        ("10.9.8.1/32", "10.9.8.1/32", set()),
    ],
)
def test_networks_that_two_instances_have_addresses_of(make_settings, first, second, shared):
    instances = make_settings(first, name="A"), make_settings(second, name="B", vrid=52)
    assert shared_interfaces(Config(instances=instances)) == shared


def test_one_instance_takes_all_of_its_addresses_along_anyway(make_settings):
    assert shared_interfaces(Config(instances=(make_settings("10.9.8.1/24", "10.9.8.2/24"),))) == frozenset()


def test_excluded_addresses_count_and_ipv6_has_no_secondaries(make_settings, make_vip):
    one = make_settings("10.9.8.1/24", evips=(make_vip("fe80::1/64"), make_vip("10.9.7.1/24", dev="eth1")))
    two = make_settings(
        "10.9.6.1/24", name="B", vrid=52, evips=(make_vip("fe80::2/64"), make_vip("10.9.7.2/24", dev="eth1"))
    )
    assert shared_interfaces(Config(instances=(one, two))) == {"eth1"}
