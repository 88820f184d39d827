"""A reload's changes are told in words that stand in the file."""

from __future__ import annotations

import pytest
from msgspec import structs

from standfast.config.model import Announcing, Authentication, Config, UnicastPeer
from standfast.config.script_model import ScriptCall
from standfast.config.tracking_model import SyncGroup, TrackedScript
from standfast.testing.playbook import OTHER_SOURCE, OWN_SOURCE, instance
from standfast.values import Address
from standfast.vrrp.changes import anew, beside_instances, changed

PEERS = (UnicastPeer(address=OTHER_SOURCE),)
UNICAST = {"group": None, "unicast_peers": PEERS, "source": OWN_SOURCE}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"priority": 90, "vips": ()}, "priority, virtual_ipaddress"),
        ({"advert_interval": 5, "source": OTHER_SOURCE}, "advert_int, mcast_src_ip"),
        ({"auth": Authentication(kind="pass", password=b"secret")}, "authentication"),
        ({"announcing": Announcing(repeat=9, gna_interval=7)}, "garp_master_repeat, vrrp_gna_interval"),
        ({"permanent_fault": "no"}, "whether it can run"),
    ],
)
def test_what_changed(change, words):
    assert changed(instance(), instance(**change)) == f"VI_1: {words} changed"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({}, {"vrid": 7, "interface": "eth1", "priority": 7}, "virtual_router_id, interface"),
        ({}, {"group": Address.parse("224.0.0.99")}, "mcast_dst_ip"),
        ({}, UNICAST, "unicast_peer"),
        (UNICAST, UNICAST | {"source": OTHER_SOURCE}, "unicast_src_ip"),
        ({}, {"family": 6, "group": Address.parse("ff02::12")}, "address family, mcast_dst_ip"),
    ],
)
def test_why_it_starts_anew(before, after, words):
    old, new = instance(**before), instance(**after)
    assert old.key != new.key
    assert anew(old, new) == f"VI_1: starts anew ({words} changed)"


def test_the_new_name_is_the_one_that_is_told():
    assert changed(instance(), structs.replace(instance(), name="first")) == "first: name changed"


def test_what_is_no_instance_is_told_too():
    def config(**more):
        return Config(scripts=(TrackedScript(name="web", command=ScriptCall(argv=("/bin/true",)), **more),))

    group = Config(sync_groups=(SyncGroup(name="G", members=("VI_1",)),))
    assert list(beside_instances(config(), config(interval=5, rise=2))) == ["vrrp_script web: interval, rise changed"]
    assert list(beside_instances(Config(), group)) == ["vrrp_sync_group G: added"]
    assert list(beside_instances(group, Config())) == ["vrrp_sync_group G: removed"]
    polling = Config(poll_all_interfaces=True)
    assert list(beside_instances(Config(), polling)) == ["linkbeat_use_polling changed"]
    assert list(beside_instances(group, group)) == []
