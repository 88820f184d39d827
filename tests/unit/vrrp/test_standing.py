from __future__ import annotations

from standfast.config.model import Config
from standfast.config.tracking_model import SyncGroup, Tracker
from standfast.testing.playbook import instance, router
from standfast.vrrp.groups import Groups
from standfast.vrrp.standing import of_groups, of_instance, things
from standfast.vrrp.trackers import Trackers

TRACKERS = (Tracker(kind="script", name="web", weight=-5), Tracker(kind="process", name="haproxy"))


def made() -> Trackers:
    trackers = Trackers(lambda _instance, _actions: None, lambda _event: None)
    trackers.looks_at("process")
    trackers.configure(Config(instances=(instance(trackers=TRACKERS),)))
    trackers.report("script", "web", 0, "exit status 1", 1_000_000)
    return trackers


def test_what_is_tracked_and_whom_it_concerns():
    web, haproxy = things(made(), lambda name: name == "web")
    assert (web.kind, web.name, web.good, web.value, web.words) == ("script", "web", False, 0, "exit status 1")
    assert web.instances == ["VI_1"]
    assert (web.running, haproxy.running) == (True, False)
    assert (haproxy.good, haproxy.since, haproxy.words) == (None, None, "waiting for its first result")


def test_what_an_instance_makes_of_it():
    web, haproxy = of_instance(made(), "VI_1")
    assert (web.points, web.fault, web.waits) == (-5, False, False)
    assert (haproxy.points, haproxy.fault, haproxy.waits) == (0, False, True)


def test_groups_with_their_members():
    groups, member = Groups(), router()
    groups.configure((SyncGroup(name="G", members=("a",)),), {"a": member}, 0)
    (group,) = of_groups(groups)
    assert (group.name, group.state, group.members) == ("G", "INIT", ["VI_1"])
