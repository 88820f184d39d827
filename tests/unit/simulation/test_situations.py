from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.matching import Node, groups
from standfast.config.tracking_model import Tracker
from standfast.simulation.situations import Space, Thing, machines, number, space

TEXT = """vrrp_script chk {
    script /bin/true
    weight -20
}
vrrp_script up {
    script /bin/true
}
track_file load {
    file /run/load
    weight 2
}
vrrp_instance one {
    interface eth0
    virtual_router_id 1
    priority 100
    track_script {
        up
    }
    track_file {
        load weight 0
    }
    no_virtual_ipaddress
}
vrrp_instance two {
    interface eth1
    virtual_router_id 2
    priority 100
    no_virtual_ipaddress
}
vrrp_instance three {
    interface eth2
    virtual_router_id 3
    priority 100
    track_script {
        chk
    }
    track_file {
        load
    }
    dont_track_primary
    no_virtual_ipaddress
}
vrrp_sync_group G {
    group {
        one
        two
    }
}
"""


@pytest.fixture(scope="module")
def found():
    return [machines(group)[0] for group in groups([Node("a", load_text(TEXT))])]


def test_the_things_of_a_group_are_those_of_its_members(found):
    one, two, three = found
    expected = ["interface eth0 on a", "interface eth1 on a", "script up on a", "file load on a"]
    assert sorted(map(str, one.things())) == sorted(expected)
    assert set(two.things()) == set(one.things())
    assert list(map(str, three.things())) == ["script chk on a", "file load on a"]
    assert [tracker.name for tracker in three.weighted()] == ["chk", "load"]


def test_a_fault_of_one_member_is_a_fault_of_all(found):
    down = frozenset([Thing("a", "interface", "eth1")])
    assert found[0].condition(down) == (0, "eth1 is down")
    assert found[0].condition(frozenset([Thing("a", "script", "up")])).fault == "script up is bad"
    assert found[1].condition(frozenset([Thing("a", "file", "load")])).fault == "file load is bad"
    assert found[2].condition(down) == (0, "")


def test_weights_come_to_points(found):
    assert found[2].condition(frozenset([Thing("a", "script", "chk")])) == (-20, "")
    assert found[2].condition(frozenset([Thing("a", "file", "load")])) == (-252, "")


@pytest.mark.parametrize(
    ("tracker", "bad", "good"),
    [
        (Tracker(kind="script", name="x"), 0, 1),
        (Tracker(kind="file", name="x"), 1, 0),
        (Tracker(kind="file", name="x", weight=1), -253, 0),
        (Tracker(kind="file", name="x", weight=-10), 25, 0),
        (Tracker(kind="file", name="x", weight=10, reverse=True), 25, 0),
    ],
)
def test_what_is_seen_of_a_thing(tracker, bad, good):
    assert (number(tracker, bad=True), number(tracker, bad=False)) == (bad, good)


def test_services_are_awaited_and_never_bad():
    service = (
        "virtual_server 10.9.0.9 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\nreal_server 10.0.0.1 80 {\n}\n}\n"
    )
    text = TEXT.replace("    interface eth1\n", "    interface eth1\n    await_services\n") + service
    (machine,) = (each for each in machines(groups([Node("a", load_text(text))])[1]) if each.instance.name == "two")
    assert "services" in {tracker.kind for tracker in machine.instance.trackers}
    assert "services" not in {thing.kind for thing in machine.things()}


def test_all_combinations_if_they_are_not_too_many():
    things = [Thing("a", "script", str(n)) for n in range(4)]
    whole = space(things)
    assert (len(whole), whole.cut, len(set(whole))) == (16, False, 16)
    assert next(iter(whole)) == frozenset()


def test_few_bad_things_at_a_time_if_they_are():
    things = [Thing("a", "script", str(n)) for n in range(20)]
    part = space(things, limit=300)
    assert (part.at_once, part.cut, len(part)) == (2, True, 1 + 20 + 190)
    assert len(list(part)) == len(part)
    assert space(things, limit=1).at_once == 1
    assert len(Space((), 0)) == 1
