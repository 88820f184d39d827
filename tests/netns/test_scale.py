"""S62 and beyond: as many addresses as an advert holds, and many instances."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from harness.config import instance
from harness.network import Net, eventually
from harness.pairings import ours_alone
from harness.timing import master_down_s

from standfast.lab.daemons import Standfast
from standfast.net.netlink import RTM_DELADDR, RTNLGRP_IPV4_IFADDR, messages

MANY = tuple(f"10.9.8.{n}" for n in range(1, 256))
INSTALLED_S = 0.3
"""For 255 addresses."""
INSTANCES = 250


def test_s62_255_addresses_fit_and_one_more_is_not_advertised(solo: Net):
    a = solo.start_master(solo.a, instance("garp_master_repeat 1", vips=(*MANY, "10.9.9.1")), address="10.9.9.1")
    first = solo.next_advert(solo.a, since=0)
    assert first.addresses == MANY
    if isinstance(a, Standfast):
        words = "an advert has room for 255 addresses; 10.9.9.1 is held but not advertised"
        eventually(lambda: words in a.log, 20, lambda: a.log)
    told = solo.wire.wait(lambda: next(iter(solo.wire.garps("10.9.9.1")), None), 20)
    assert told
    solo.on_time(told.time, first.time, tolerance_s=INSTALLED_S)
    assert all(solo.a.holds(address) for address in MANY)
    solo.steady(solo.adverts_during(solo.a, 0.5), 0.1)


def test_s62_as_many_ipv6_addresses_as_fit_a_packet(solo: Net):
    vips = tuple(f"fe80::9:{n:x}" for n in range(1, 93))
    solo.start_master(solo.a, instance("garp_master_repeat 1", vips=vips), address=vips[-1])
    first = solo.next_advert(solo.a, since=0, v6=True)
    # (1500 - 40 - 8) / 16; keepalived takes off an Ethernet header that is no part of the MTU.
    assert len(first.addresses) == (89 if solo.is_keepalived(solo.a) else 90)
    assert all(solo.a.holds(address) for address in vips)


@ours_alone
def test_a_network_of_addresses_is_given_up_without_one_promotion(solo: Net):
    """With promote_secondaries each primary address that goes costs as much as all its secondaries together."""
    solo.a.namespace.run("sysctl", "-qw", "net.ipv4.conf.eth0.promote_secondaries=1")
    vips = tuple(f"10.10.0.{n}/24" for n in range(1, 201))
    a = solo.start_master(solo.a, instance("garp_master_repeat 1", vips=vips), address="10.10.0.200")
    with solo.a.namespace.entered():
        news = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    with news:
        news.bind((0, 1 << (RTNLGRP_IPV4_IFADDR - 1)))
        a.terminate()
        assert a.wait_ended() == 0
        news.setblocking(False)
        told = Counter(kind for data in _waiting(news) for kind, *_ in messages(data))
    assert told == {RTM_DELADDR: 200}


def _waiting(news: socket.socket) -> Iterator[bytes]:
    with suppress(BlockingIOError):
        while True:
            yield news.recv(65_536)


@pytest.mark.alone
def test_250_instances_move_together(duo: Net):
    def config(priority: int) -> str:
        return "".join(
            instance("garp_master_repeat 1", name=f"VI_{n}", vrid=n, priority=priority, interval=0.5, vips=(address,))
            for n, address in enumerate(MANY[:INSTANCES], 1)
        )

    a = duo.start_master(duo.a, config(150), address=MANY[INSTANCES - 1])
    duo.start(duo.b, config(100))
    duo.wait_until(time.time() + 1.5)
    duo.silent(duo.b)
    a.kill()
    for address in MANY[:INSTANCES]:
        assert duo.b.wait_address(address)
    taken = {each.vrid: each.time for each in reversed(duo.wire.adverts(duo.b.address))}
    last = {each.vrid: each.time for each in duo.wire.adverts(duo.a.address)}
    assert len(taken) == INSTANCES
    assert taken.keys() == last.keys()
    for vrid, moment in taken.items():
        duo.on_time(moment, last[vrid] + master_down_s(100, 0.5), tolerance_s=0.25)


@contextmanager
def busy_processors() -> Iterator[None]:
    """A loop for each processor that does nothing but compute."""
    with ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            loop = stack.enter_context(subprocess.Popen([sys.executable, "-I", "-S", "-c", "while True: pass"]))
            stack.callback(loop.kill)
        yield


@pytest.mark.alone
@ours_alone
@pytest.mark.parametrize("quiet_s", [3, pytest.param(60, marks=[pytest.mark.full, pytest.mark.timeout(180)])])
def test_250_fast_instances_in_four_groups_move_in_one_step(solo: Net, quiet_s: int):
    """As in bench/instances, beside busy loops: no transition that nobody caused, and one fail-over of all."""
    solo.kinds["b"] = "standfast"

    def config(priority: int) -> str:
        single = "".join(
            instance("garp_master_repeat 1", name=f"VI_{n}", vrid=n, priority=priority, vips=(address,))
            for n, address in enumerate(MANY[:INSTANCES], 1)
        )
        groups = (range(first, INSTANCES + 1, 4) for first in range(1, 5))
        members = ("".join(f"        VI_{n}\n" for n in group) for group in groups)
        listed = (f"vrrp_sync_group G{n} {{\n    group {{\n{names}    }}\n}}\n" for n, names in enumerate(members))
        return single + "".join(listed)

    a = solo.start_master(solo.a, config(150), address=MANY[INSTANCES - 1])
    b = solo.start(solo.b, config(100))
    with busy_processors():
        solo.wait_until(time.time() + quiet_s)
    solo.silent(solo.b)
    for daemon in (a, b):
        assert isinstance(daemon, Standfast)
        made = [each["counters"]["become_master"] for each in daemon.status()["vrrp"]["instances"]]
        assert made == [int(daemon is a)] * INSTANCES
    killed = a.kill()
    for address in MANY[:INSTANCES]:
        assert solo.b.wait_address(address)
    taken = {each.vrid: each.time for each in reversed(solo.wire.adverts(solo.b.address))}
    assert len(taken) == INSTANCES
    due = killed + master_down_s(100, 0.1)
    solo.on_time(max(due, *taken.values()), due, tolerance_s=0.25)
    solo.on_time(max(taken.values()), min(taken.values()), tolerance_s=0.25)
