from __future__ import annotations

import errno

import pytest

from standfast.config.model import Config
from standfast.config.tracking_model import TrackGroup
from standfast.net.decode import Link
from standfast.net.host import LinkChanged
from standfast.vrrp.statics import RETRY_EVERY, Statics

UP = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)
DOWN = Link(2, "eth0", 0x1002, b"\2\0\0\0\0\1", 1500)


@pytest.fixture
def faults() -> list:
    return []


@pytest.fixture
def statics(holdings, faults, told) -> Statics:
    return Statics(holdings, lambda name, key, words, now: faults.append((name, words)), told.append)


def config(*addresses, members: tuple[str, ...] = ()) -> Config:
    groups = (TrackGroup(name="G", members=members),) if members else ()
    return Config(static_addresses=addresses, track_groups=groups)


def test_a_reload_touches_only_what_differs(statics, kernel, make_vip):
    one, two, three = (make_vip(f"10.9.1.{n}/32") for n in (1, 2, 3))
    assert statics.change(config(one, two), 0)
    kernel.calls.clear()
    assert statics.change(config(two, three), 0)
    assert kernel.calls == [("delete", ["10.9.1.1"]), ("add", ["10.9.1.3"])]
    kernel.calls.clear()
    assert not statics.change(config(two, three), 0)
    assert kernel.calls == []


def test_at_the_end_all_go(statics, kernel, make_vip, host):
    statics.change(config(make_vip("10.9.1.1/32")), 0)
    statics.clear(0)
    assert kernel.calls[-1] == ("delete", ["10.9.1.1"])


def test_what_somebody_takes_off_comes_back_unless_it_is_not_tracked(statics, kernel, make_vip, told):
    kept, left = make_vip("10.9.1.1/32"), make_vip("10.9.1.2/32", no_track=True)
    statics.change(config(kept, left), 0)
    kernel.calls.clear()
    statics.lost(kept, 1)
    statics.lost(left, 1)
    statics.lost(make_vip("10.9.9.9/32"), 1)
    assert kernel.calls == [("add", ["10.9.1.1"])]
    assert "putting it back" in told[-1].words


def test_who_depends_on_it_is_in_fault_while_it_cannot_be_there(statics, kernel, make_vip, faults, told):
    address = make_vip("10.9.1.1/32", track_group="G")
    kernel.refuse["10.9.1.1"] = errno.EACCES
    statics.change(config(address, members=("VI_1", "VI_2")), 0)
    assert [name for name, _ in faults] == ["VI_1", "VI_2"]
    assert statics.retry_at == RETRY_EVERY
    statics.retry(RETRY_EVERY)
    assert len(faults) == 2  # said once
    kernel.refuse.clear()
    statics.retry(2 * RETRY_EVERY)
    assert faults[2:] == [("VI_1", ""), ("VI_2", "")]
    assert told[-1].words.endswith("at last")
    assert statics.retry_at is None


def test_a_fault_ends_with_what_it_was_about(statics, kernel, make_vip, faults):
    kernel.refuse["10.9.1.1"] = errno.EACCES
    statics.change(config(make_vip("10.9.1.1/32", track_group="G"), members=("VI_1",)), 0)
    statics.change(config(members=("VI_1",)), 0)
    assert faults[-1] == ("VI_1", "")


def test_an_interface_that_comes_up_gets_its_own_again(statics, kernel, make_vip):
    statics.change(config(make_vip("10.9.1.1/32"), make_vip("10.9.1.2/32", dev="eth1")), 0)
    kernel.calls.clear()
    statics.links([LinkChanged(DOWN, UP)], 1)
    assert kernel.calls == [("add", ["10.9.1.1"])]
    statics.links([LinkChanged(UP, UP)], 1)
    assert len(kernel.calls) == 1
