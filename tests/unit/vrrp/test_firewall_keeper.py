from __future__ import annotations

import errno
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.interface_model import Device
from standfast.config.model import Config
from standfast.net.host import Host
from standfast.net.nft.commands import AddElements, AddTable, DeleteElements, DeleteTable, Table
from standfast.vrrp.firewall_keeper import FirewallKeeper

DEVICE = Device(name="vrrp.51", base="eth0", family=4, mac=b"123456")


class Kernel:
    """Tables with sets; a transaction is done as a whole or not at all."""

    def __init__(self, *foreign: str) -> None:
        self.content: dict[Table, set[tuple[str, bytes]]] = {Table("ip", name): set() for name in foreign}
        self.transactions: list[list[str]] = []
        self.refuse = 0
        self.lacks_dup = False

    def commit(self, commands):
        text = [str(command) for command in commands]
        if self.refuse or (self.lacks_dup and any(" dup to " in line for line in text)):
            raise OSError(self.refuse or errno.ENOENT, "no")
        for command in commands:
            if isinstance(command, AddTable):
                self.content.setdefault(command.table, set())
            elif isinstance(command, DeleteTable):
                del self.content[command.table]
            elif isinstance(command, AddElements):
                self.content[command.table] |= {(command.set.name, key) for key in command.elements}
            elif isinstance(command, DeleteElements):
                for key in command.elements:
                    self.content[command.table].remove((command.set.name, key))
        self.transactions.append(text)

    def tables(self, name):
        return {table for table in self.content if table.name == name}

    port = 7

    def silent(self) -> set[bytes]:
        found = itertools.chain.from_iterable(self.content.values())
        return {key for name, key in found if name.startswith("silent")}


class Stage:
    def __init__(self, host: Host, *foreign: str) -> None:
        self.kernel, self.said, self.here = Kernel(*foreign), [], set()
        self.keeper = FirewallKeeper(host, lambda address: address in self.here, self.said.append, lambda: self.kernel)

    def begin(self, *instances, devices=()) -> None:
        self.keeper.want(Config(instances=instances), devices)
        self.keeper.choose()
        self.keeper.settle()


@pytest.fixture
def stage(host) -> Stage:
    return Stage(host)


def test_without_need_there_is_no_table(stage, make_settings):
    stage.begin(make_settings())
    assert stage.kernel.transactions == []
    assert stage.keeper.name == ""


def test_an_address_is_silent_before_it_is_there_and_until_it_is_gone(stage, make_settings):
    made = make_settings(accept=False)
    stage.begin(made)
    assert stage.kernel.silent() == set()
    stage.keeper.close(made.vips)
    assert stage.kernel.silent() == {made.vips[0].address.packed}
    stage.keeper.open(made.vips)
    assert stage.kernel.silent() == set()
    stage.keeper.open(made.vips)
    assert len(stage.kernel.transactions) == 3


def test_what_is_there_already_is_silent_from_the_beginning(stage, make_settings):
    """A successor never lets an address answer, nor does a reload that brings `no_accept`."""
    made = make_settings(accept=False)
    stage.here.update(made.vips)
    stage.begin(made)
    assert stage.kernel.silent() == {made.vips[0].address.packed}
    assert len(stage.kernel.transactions) == 1


def test_a_reload_lets_addresses_answer_again(stage, make_settings):
    stage.here.update(make_settings().vips)
    stage.begin(make_settings(accept=False))
    stage.begin(make_settings())
    assert stage.kernel.content == {}


def test_an_address_that_another_instance_holds_stays_silent(stage, make_settings, make_vip):
    one, two = make_settings(accept=False), make_settings(accept=False, vips=(make_vip("10.9.0.100/24", "eth1"),))
    stage.begin(one, two)
    stage.keeper.close(one.vips + two.vips)
    stage.keeper.open(one.vips)
    assert stage.kernel.silent() == {one.vips[0].address.packed}


def test_interfaces_below_are_followed(stage, host, make_settings):
    stage.begin(make_settings(), devices=(DEVICE,))
    stage.keeper.settle()
    assert len(stage.kernel.transactions) == 1
    host.link_gone(2)
    stage.keeper.settle()
    assert not any("below" in line for line in stage.kernel.transactions[-1] if line.startswith("add element"))


def test_a_kernel_without_dup_is_told_and_served(stage, make_settings):
    stage.kernel.lacks_dup = True
    stage.begin(make_settings(), devices=(DEVICE,))
    assert "no nft_dup" in stage.said[0]
    assert stage.kernel.tables("standfast_vrrp")


def test_a_table_that_is_not_ours_is_left_alone(host, make_settings):
    stage = Stage(host, "standfast_vrrp")
    stage.begin(make_settings(accept=False))
    assert stage.keeper.name == "standfast_vrrp_2"
    assert "ours is called standfast_vrrp_2" in stage.said[0]
    stage.keeper.clear()
    assert set(stage.kernel.content) == {Table("ip", "standfast_vrrp")}


def test_a_predecessors_table_is_ours(host, make_settings):
    stage = Stage(host, "standfast_vrrp")
    stage.keeper.inherit("standfast_vrrp")
    stage.begin(make_settings(accept=False))
    assert stage.keeper.name == "standfast_vrrp"
    stage.keeper.clear()
    assert stage.kernel.content == {}


def test_a_refusal_is_said_once(stage, make_settings):
    stage.kernel.refuse = errno.EPERM
    stage.begin(make_settings(accept=False))
    stage.keeper.settle()
    assert stage.said == ["cannot filter with nftables, so silent addresses answer: no"]


def test_what_others_have_done_to_the_table_is_undone(stage, make_settings):
    made = make_settings(accept=False)
    stage.begin(made)
    stage.kernel.refuse = errno.ENOENT
    stage.keeper.close(made.vips)
    stage.kernel.refuse, stage.here = 0, set(made.vips)
    stage.keeper.settle()
    assert stage.kernel.silent() == {made.vips[0].address.packed}


class Watched:
    def __init__(self) -> None:
        self.touched = False

    def touched_by_others(self, name, port):
        assert (name, port) == ("standfast_vrrp", 7)
        return self.touched


def test_a_flushed_ruleset_is_made_anew(stage, make_settings):
    made = make_settings(accept=False)
    stage.here.update(made.vips)
    stage.begin(made)
    stage.keeper.watch = Watched()
    assert not stage.keeper.touched()
    stage.kernel.content.clear()
    stage.keeper.watch.touched = True
    assert stage.keeper.touched()
    assert stage.kernel.silent() == {made.vips[0].address.packed}
    assert "somebody else has changed" in stage.said[0]


def test_after_a_failure_the_next_address_tries_again(stage, make_settings):
    made = make_settings(accept=False)
    stage.kernel.refuse = errno.EBUSY
    stage.begin(made)
    stage.kernel.refuse = 0
    stage.keeper.close(made.vips)
    assert stage.kernel.silent() == {made.vips[0].address.packed}


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.booleans())))
def test_whatever_comes_and_goes_the_silent_are_those_that_are_there(steps):
    from .conftest import settings

    texts = ("10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4")
    made, stage = settings(*texts, accept=False), Stage(Host())
    stage.begin(made)
    for adds, place, rebuild in steps:
        address = made.vips[place]
        if adds:
            stage.keeper.close([address])
            stage.here.add(address)
        else:
            stage.here.discard(address)
            stage.keeper.open([address])
        if rebuild:
            stage.keeper.settle()
        assert stage.kernel.silent() == {each.address.packed for each in stage.here}
