from __future__ import annotations

import pytest
from msgspec import structs

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.diff import changes, new_errors
from standfast.config.model import (
    Announcing,
    Authentication,
    Config,
    GlobalDefs,
    Scheduling,
    UnicastPeer,
    VirtualAddress,
    VrrpInstance,
)
from standfast.values import Address

VIP = VirtualAddress(address=Address.parse("192.0.2.10"), prefix=24, dev="eth0")
OTHER = VirtualAddress(address=Address.parse("192.0.2.11"), prefix=24, dev="eth0")
ONE = VrrpInstance(name="one", vrid=51, family=4, version=2, interface="eth0", vips=(VIP,))
OLD = Config(instances=(ONE,))


def one(**fields) -> Config:
    return Config(instances=(structs.replace(ONE, **fields),))


def test_nothing_has_changed():
    assert changes(OLD, OLD) == ()


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (one(priority=150), "one: priority 100 -> 150"),
        (one(name="two"), "one: name one -> two"),
        (one(preempt=False), "one: preempt on -> off"),
        (one(advert_interval=200_000), "one: advert interval 1 s -> 0.2 s"),
        (one(vips=(VIP, OTHER)), "one: vips: adds 192.0.2.11/24 on eth0"),
        (one(vips=(OTHER,)), "one: vips: adds 192.0.2.11/24 on eth0, removes 192.0.2.10/24 on eth0"),
        (one(announcing=Announcing(delay=0, repeat=1)), "one: announcing: repeat 5 -> 1, delay 5 s -> 0 ms"),
        (one(source=Address.parse("192.0.2.2")), "one: source none -> 192.0.2.2"),
        (one(auth=Authentication(kind="pass", password=b"s3cret")), "one: auth changes"),
        (one(vrid=52), "one: removed; it leaves, and its addresses go"),
        (Config(), "one: removed; it leaves, and its addresses go"),
        (Config(instances=(ONE,), child_wait_time=9), "child_wait_time: 5 -> 9"),
        (
            Config(instances=(ONE,), global_defs=GlobalDefs(startup_delay=5_000_000)),
            "global_defs: startup delay 0 ms -> 5 s",
        ),
        (
            Config(instances=(ONE,), global_defs=GlobalDefs(scheduling=Scheduling(rt_priority=0))),
            "global_defs: scheduling: rt priority none -> 0",
        ),
    ],
)
def test_changes_in_words(new, words):
    assert changes(OLD, new)[0] == words


def test_a_new_instance_says_where():
    assert changes(Config(), OLD) == ("one: new; virtual router 51 on eth0",)


def test_another_order_is_a_change():
    assert changes(one(vips=(VIP, OTHER)), one(vips=(OTHER, VIP))) == ("one: vips: another order",)


def test_peers_are_named_by_address():
    before = one(unicast_peers=(UnicastPeer(address=Address.parse("192.0.2.3")),))
    after = one(unicast_peers=(UnicastPeer(address=Address.parse("192.0.2.4")),))
    assert changes(before, after) == ("one: unicast_peers: adds 192.0.2.4, removes 192.0.2.3",)


def test_a_password_is_not_repeated():
    new = one(auth=Authentication(kind="pass", password=b"s3cret"))
    assert "s3cret" not in " ".join(changes(OLD, new))


def fault(line: int, message: str, severity="error") -> Diagnostic:
    return Diagnostic(severity, "SF3001", Span("a.conf", line, 1, 2), message, source_line="x")


def test_only_errors_that_are_new_count():
    old = [fault(3, "a"), fault(4, "b", "warning")]
    new = [fault(9, "a"), fault(4, "b"), fault(5, "c", "warning")]
    assert new_errors(old, new) == [new[1]]
    assert new_errors(new, new) == []
