"""Which sync daemons are to run, and whether one that runs is such a one."""

from __future__ import annotations

from standfast.api import Address, SyncDaemon
from standfast_lb.ipvs.entries import BACKUP, MASTER, Daemon
from standfast_lb.ipvs.sync import daemons_of, same

FOLLOWING = SyncDaemon(interface="eth0", instance="VI_1", id=51)


def test_it_follows_its_instance():
    assert [each.state for each in daemons_of(FOLLOWING, frozenset())] == [BACKUP]
    assert [each.state for each in daemons_of(FOLLOWING, frozenset({"VI_2"}))] == [BACKUP]
    assert [each.state for each in daemons_of(FOLLOWING, frozenset({"VI_1"}))] == [MASTER]


def test_without_an_instance_both_run():
    assert [each.state for each in daemons_of(SyncDaemon(interface="eth0"), frozenset())] == [MASTER, BACKUP]
    assert daemons_of(None, frozenset()) == []


def test_what_we_did_not_ask_for_may_be_what_the_kernel_likes():
    running = Daemon(MASTER, "eth0", 51, 1464, Address.parse("224.0.0.81"), 8848, 1)
    assert same(running, Daemon(MASTER, "eth0", 51))
    assert same(running, Daemon(MASTER, "eth0", 51, 1464))
    assert not same(running, Daemon(MASTER, "eth0", 51, 1000))
    assert not same(running, Daemon(BACKUP, "eth0", 51))
    assert not same(running, Daemon(MASTER, "eth1", 51))
