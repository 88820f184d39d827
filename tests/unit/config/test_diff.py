from __future__ import annotations

import pytest
from msgspec import structs

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.diff import fixed_changes, new_errors, of_config, settings_changes
from standfast.config.model import (
    Announcing,
    Authentication,
    Config,
    UnicastPeer,
    VirtualAddress,
    VrrpInstance,
)
from standfast.config.script_model import ScriptCall
from standfast.config.tracking_model import SyncGroup, TrackedScript, Tracker
from standfast.values import Address

VIP = VirtualAddress(address=Address.parse("192.0.2.10"), prefix=24, dev="eth0")
OTHER = VirtualAddress(address=Address.parse("192.0.2.11"), prefix=24, dev="eth0")
ONE = VrrpInstance(name="one", vrid=51, family=4, version=2, interface="eth0", vips=(VIP,))
OLD = Config(instances=(ONE,))
SCRIPT = TrackedScript(name="s", command=ScriptCall(argv=("/bin/true",)))
GOES_ON = "(goes on in its state; what is in both stays as it is)"


def one(**fields) -> Config:
    return Config(instances=(structs.replace(ONE, **fields),))


def said(old: Config, new: Config) -> list[str]:
    return [str(step) for step in of_config(old, new)]


def test_nothing_has_changed():
    assert said(OLD, OLD) == []


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (one(priority=150), "priority 100 -> 150"),
        (one(preempt=False), "nopreempt off -> on"),
        (one(owner_state=True), "state BACKUP -> MASTER"),
        (one(advert_interval=200_000), "advert_int 1 s -> 0.2 s"),
        (one(vips=(VIP, OTHER)), "virtual_ipaddress adds 192.0.2.11/24 on eth0"),
        (one(vips=(OTHER,)), "virtual_ipaddress adds 192.0.2.11/24 on eth0, removes 192.0.2.10/24 on eth0"),
        (one(announcing=Announcing(delay=0, repeat=1)), "garp_master_repeat 5 -> 1; garp_master_delay 5 s -> 0 ms"),
        (one(source=Address.parse("192.0.2.2")), "mcast_src_ip none -> 192.0.2.2"),
        (one(auth=Authentication(kind="pass", password=b"s3cret")), "authentication changes"),
        (one(trackers=(Tracker(kind="script", name="s", weight=-5),)), "track_* adds script s weight -5"),
    ],
)
def test_an_instance_keyword_by_keyword(new, words):
    assert said(OLD, new) == [f"vrrp_instance one: changed: {words} {GOES_ON}"]


def test_a_renamed_instance_keeps_its_state():
    assert said(OLD, one(name="two")) == [f"vrrp_instance two: changed: name one -> two {GOES_ON}"]


def test_another_virtual_router_of_the_same_name_starts_anew():
    (step,) = of_config(OLD, one(vrid=52))
    assert (step.what, [str(change) for change in step.changes]) == ("anew", ["virtual_router_id 51 -> 52"])


def test_added_and_removed():
    assert said(Config(), OLD) == ["vrrp_instance one: added (begins as BACKUP)"]
    assert said(Config(), one(priority=255)) == ["vrrp_instance one: added (begins as MASTER)"]
    hold = "it says priority 0; its addresses go when another machine is master"
    assert said(OLD, Config()) == [f"vrrp_instance one: removed ({hold}, at most 2 s later)"]
    assert said(one(stop_hold=0), Config()) == [f"vrrp_instance one: removed ({hold})"]


def test_another_order_is_a_change():
    (step,) = of_config(one(vips=(VIP, OTHER)), one(vips=(OTHER, VIP)))
    assert str(step.changes[0]) == "virtual_ipaddress in this order -> in another order"


def test_peers_are_named_by_address():
    before = one(group=None, unicast_peers=(UnicastPeer(address=Address.parse("192.0.2.3")),))
    after = one(group=None, unicast_peers=(UnicastPeer(address=Address.parse("192.0.2.4")),))
    (step,) = of_config(before, after)
    assert str(step.changes[0]) == "unicast_peer adds 192.0.2.4, removes 192.0.2.3"


def test_a_password_is_not_repeated():
    assert "s3cret" not in " ".join(said(OLD, one(auth=Authentication(kind="pass", password=b"s3cret"))))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (Config(), Config(scripts=(SCRIPT,)), "vrrp_script s: added"),
        (Config(scripts=(SCRIPT,)), Config(), "vrrp_script s: removed"),
        (
            Config(scripts=(SCRIPT,)),
            Config(scripts=(structs.replace(SCRIPT, interval=2_000_000),)),
            "vrrp_script s: changed: interval 1 s -> 2 s",
        ),
        (
            Config(sync_groups=(SyncGroup(name="g", members=("a",)),)),
            Config(sync_groups=(SyncGroup(name="g", members=("a", "b")),)),
            "vrrp_sync_group g: changed: members adds b",
        ),
        (
            Config(),
            Config(static_addresses=(VIP,)),
            "static_ipaddress: changed: static_ipaddress adds 192.0.2.10/24 on eth0",
        ),
        (Config(), Config(child_wait_time=9), "child_wait_time: changed: child_wait_time 5 -> 9"),
        (Config(), Config(net_namespace="a"), "net_namespace: cannot change under a running daemon: restart"),
    ],
)
def test_everything_else(old, new, words):
    assert said(old, new) == [words]


def test_what_cannot_change():
    assert fixed_changes(Config(), Config(use_pid_dir=True, instance_name="a")) == ["instance", "use_pid_dir"]
    assert fixed_changes(OLD, OLD) == []


def test_settings_by_keyword():
    found = settings_changes({"a": 1, "b": True, "c": 3}, {"a": 2, "c": 3, "d": "x"})
    assert [str(change) for change in found] == ["a 1 -> 2", "b on -> not set", "d not set -> x"]


def fault(line: int, message: str, severity="error") -> Diagnostic:
    return Diagnostic(severity, "SF3001", Span("a.conf", line, 1, 2), message, source_line="x")


def test_only_errors_that_are_new_count():
    old = [fault(3, "a"), fault(4, "b", "warning")]
    new = [fault(9, "a"), fault(4, "b"), fault(5, "c", "warning")]
    assert new_errors(old, new) == [new[1]]
    assert new_errors(new, new) == []
