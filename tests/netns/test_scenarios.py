"""Scenarios of the catalogue whose real part is the wire: intervals, trackers, bursts, three nodes."""

from __future__ import annotations

import json
import os
import time
from itertools import pairwise
from pathlib import Path

import pytest
from harness.config import VIP, global_defs, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone, ours_on_a, ours_on_b
from harness.timing import EARLY_S, Disturbed, excuse, master_down_s, skew_s

from standfast.lab.daemons import Daemon, Standfast, standfast_command
from standfast.lab.lab import Host

CABLES = tuple(
    line.format(n)
    for n in (0, 1)
    for line in ("link add tr{0} type veth peer name tx{0}", "link set tx{0} up", "link set tr{0} up")
)
INSTANCES = 100
FAIL_OVERS = 50
SETTLED_S = 0.5
DELAY_S = 0.5
CPU_BUDGET = 0.25
"""Of one processor, all processes of a daemon together; bench/instances measured half of that for 250 masters."""


def test_s19_another_interval_in_version_2_is_no_word_of_a_master(solo: Net):
    """Version 2 says both must be equal, so a peer that is better and slower is refused: two masters, and a count."""
    daemon = solo.daemon(solo.a, instance(priority=100, version=2, interval=1))
    with solo.speaking(0.5, version=2, interval=2, priority=200):
        daemon.start()
        assert solo.next_advert(solo.a, since=0)
    assert solo.counter(daemon, "advert_interval_err") != 0
    if not solo.is_keepalived(solo.a):
        words = ("VI_1: advert from 10.9.0.3 refused: interval is 2 s, ours 1 s",)
        words += ("last refused from 10.9.0.3: interval is 2 s, ours 1 s",)  # why it became master
        eventually(lambda: all(each in daemon.log for each in words), 20, lambda: daemon.log)


@ours_alone
def test_kd04_s16_a_priority_that_changes_in_the_skew_costs_no_down_timer(solo: Net, tmp_path: Path):
    """Keepalived waits three intervals more."""
    load = tmp_path / "load"
    load.write_text("0")
    tracked = f"track_file load {{\n    file {load}\n    weight 1\n}}\n"
    block = instance("track_file {", "    load", "}", priority=100, interval=1)
    solo.start(solo.a, tracked + block)
    for _ in range(3):
        solo.inject(priority=200, interval=100)
    left = solo.inject(priority=0, interval=100)
    solo.wait_until(left + 0.1)
    load.write_text("10")
    taken = solo.next_advert(solo.a, since=left)
    assert taken.priority == 110
    solo.on_time(taken.time, left + skew_s(110, 1))


@ours_on_a
def test_s35_an_owner_told_to_ignore_adverts_stays_master(duo: Net):
    duo.start_master(duo.a, instance("owner_ignore_adverts", priority=255))
    duo.inject(priority=255, source="10.9.0.3")
    mark = time.time()
    duo.start(duo.b, instance(priority=100))
    duo.inject(priority=255, source="10.9.0.3")
    duo.wait_until(mark + 0.5)
    assert duo.a.holds(VIP)
    assert {each.priority for each in duo.wire.adverts(duo.a.address)} == {255}


@ours_alone
def test_s41_a_flap_is_not_seen_and_an_outage_is(solo: Net):
    solo.a.ip(*CABLES)
    delays = f"interface_up_down_delays {{\n    tr0 {DELAY_S}\n}}\n"
    solo.start_master(solo.a, delays + instance("track_interface {", "    tr0", "}", priority=150))
    mark = time.time()
    solo.a.ip("link set tr0 down")
    solo.wait_until(mark + 0.05)
    solo.a.ip("link set tr0 up")
    up = time.time()
    if up > mark + 0.9 * DELAY_S:
        raise Disturbed(f"the flap took {(up - mark) * 1000:.0f} ms")
    solo.wait_until(up + DELAY_S + 0.2)
    assert {each.priority for each in solo.wire.adverts(solo.a.address, since=mark)} == {150}
    goes = time.time()
    solo.a.ip("link set tr0 down")
    down = time.time()
    left = solo.next_advert(solo.a, since=goes, priority=0)
    assert left.time >= goes + DELAY_S - EARLY_S
    solo.on_time(max(left.time, down + DELAY_S), down + DELAY_S)
    assert solo.a.wait_address(VIP, held=False)


@ours_on_a
def test_kd06_s42_both_interfaces_must_be_up_again(duo: Net):
    """Keepalived, as of 2.4.3, becomes master when the first of two is back."""
    duo.a.ip(*CABLES)
    duo.start_master(duo.a, instance("track_interface {", "    tr0", "    tr1", "}", priority=150))
    duo.start(duo.b, instance(priority=100))
    duo.a.ip("link set tr0 down")
    duo.a.ip("link set tr1 down")
    assert duo.b.wait_address(VIP), duo.logs()
    duo.a.ip("link set tr0 up")
    up = time.time()
    duo.wait_until(up + master_down_s(150, 0.1) + 0.3)
    duo.silent(duo.a, since=up)
    assert duo.b.holds(VIP)
    duo.a.ip("link set tr1 up")
    assert duo.a.wait_address(VIP), duo.logs()


@ours_alone
def test_s44_a_priority_stays_within_its_bounds(solo: Net, tmp_path: Path):
    load = tmp_path / "load"
    load.write_text("200")
    tracked = f"track_file load {{\n    file {load}\n    weight 1\n}}\n"
    solo.start_master(solo.a, tracked + instance("track_file {", "    load", "}", priority=150))
    assert solo.next_advert(solo.a, since=time.time(), priority=254)
    load.write_text("-200")
    assert solo.next_advert(solo.a, since=time.time(), priority=1)
    load.write_text("0")
    assert solo.next_advert(solo.a, since=time.time(), priority=150)


@ours_alone
def test_kd09_s46_a_reversed_weight_keeps_its_sign_over_reloads(solo: Net):
    settings = global_defs("script_user root")
    script = 'vrrp_script web {\n    script "/bin/true"\n    interval 0.1\n    timeout 10\n    weight 10 reverse\n}\n'
    daemon = solo.start_master(solo.a, settings + script + instance("track_script {", "    web", "}", priority=100))
    assert solo.next_advert(solo.a, since=time.time(), priority=90)
    mark = time.time()
    for _ in range(3):
        daemon.reload()
        solo.wait_until(time.time() + 0.4)
    assert {each.priority for each in solo.wire.adverts(solo.a.address, since=mark)} == {90}


@ours_alone
@pytest.mark.parametrize("fault", ["missing", "insecure"])
def test_kd11_s45_a_script_that_cannot_be_run_fails_closed(solo: Net, tmp_path: Path, fault: str):
    """Keepalived drops such a script, and becomes master without it."""
    script = tmp_path / "check"
    if fault == "insecure":
        script.write_text("#!/bin/sh\nexit 0\n")
        script.chmod(0o777)
        tmp_path.chmod(0o777)
    settings = global_defs("script_user root", "enable_script_security")
    tracked = f'vrrp_script web {{\n    script "{script}"\n    interval 0.1\n}}\n'
    daemon = solo.start(solo.a, settings + tracked + instance("track_script {", "    web", "}", priority=100))

    def said() -> str:
        assert isinstance(daemon, Standfast)
        return str(daemon.instance()["faults"])

    eventually(lambda: str(script) in said(), 20, lambda: said() + solo.logs())
    assert solo.adverts_during(solo.a, master_down_s(100, 0.1) + 0.2) == []
    assert not solo.a.holds(VIP)


@ours_alone
def test_s63_a_burst_goes_round_and_ends_with_the_mastership(solo: Net):
    vips = tuple(f"10.9.0.{n}/24" for n in range(101, 105))
    config = instance("garp_master_repeat 3", "garp_master_delay 0", priority=100, vips=vips)
    daemon = solo.start_master(solo.a, global_defs("vrrp_garp_interval 0.1") + config, address="10.9.0.104")
    frames = solo.wire.wait(lambda: burst if len(burst := _garps(solo, vips)) == 12 else None, 20)
    assert frames
    assert [target for _, target in frames] == [vip.split("/")[0] for vip in vips] * 3
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(frames)]
    if min(gaps) <= 0.09:
        excuse(solo.witness, solo.began, 0.02)
    assert min(gaps) > 0.09
    solo.inject(priority=200)
    assert solo.a.wait_address("10.9.0.104", held=False)
    assert solo.a.wait_address("10.9.0.104")
    assert solo.wire.wait(lambda: _garps(solo, vips)[13:] or None, 20), "it is master again, and announces again"
    solo.inject(priority=200, interval=100)
    assert solo.a.wait_address("10.9.0.104", held=False)
    told = len(_garps(solo, vips))
    if told == 2 * 12:
        raise Disturbed("the burst was over before it could be broken off")
    solo.wait_until(time.time() + 0.25)
    assert len(_garps(solo, vips)) == told
    daemon.kill()


@ours_alone
def test_s64_refreshes_are_repeated(solo: Net):
    timing = ("garp_master_delay 0", "garp_master_repeat 1", "garp_master_refresh 1", "garp_master_refresh_repeat 1")
    solo.start_master(solo.a, instance(*timing, priority=100))
    told = solo.wire.wait(lambda: found if len(found := solo.wire.garps(VIP)) >= 3 else None, 20)
    assert told
    solo.on_time(told[1].time, solo.next_advert(solo.a, since=0).time + 1)
    solo.on_time(told[2].time, told[1].time + 1)


@ours_on_a
def test_s74_timer_expired_backup(duo: Net):
    expired = global_defs("timer_expired_backup 150")
    a = duo.start_master(duo.a, expired + instance("nopreempt", priority=150))
    duo.start(duo.b, instance(priority=100))
    frozen = a.freeze()
    assert duo.b.wait_address(VIP)
    duo.wait_until(frozen + 1.5)
    thawed = a.thaw()
    assert duo.a.wait_address(VIP, held=False)
    duo.wait_until(thawed + 0.5)
    duo.silent(duo.a, since=thawed)  # no advert, and no priority 0
    assert duo.b.holds(VIP)


@pytest.mark.alone
@pytest.mark.timeout(600)
@ours_alone
def test_s71_100_instances_on_three_nodes_have_one_master_each_through_50_fail_overs(solo: Net):
    """Three in a round: the first is killed, the second is killed, the first is back and preempts the third."""

    def config(priority: int) -> str:
        return "".join(
            instance("garp_master_repeat 1", name=f"VI_{n}", vrid=n, priority=priority, vips=(f"10.9.8.{n}/24",))
            for n in range(1, INSTANCES + 1)
        )

    everybody = set(range(1, INSTANCES + 1))
    hosts = (solo.a, solo.b, solo.c)
    solo.kinds = {host.name: "standfast" for host in hosts}
    daemons = {host: solo.start(host, config(priority)) for host, priority in zip(hosts, (200, 150, 100), strict=True)}

    def settled(heir: Host, moment: float) -> None:
        """One interval and a half, from half a second after the fail-over on."""
        since, until = moment + SETTLED_S, moment + SETTLED_S + 0.15
        solo.next_advert(heir, since=until)  # the capture, which reads at its own pace, has come so far
        speakers = {(each.vrid, each.source) for each in solo.wire.adverts(since=since) if each.time < until}
        if speakers != {(vrid, heir.address) for vrid in everybody}:
            excuse(solo.witness, moment, 0.1)
        assert {source for _, source in speakers} == {heir.address}, f"{heir.name} alone must speak"
        assert {vrid for vrid, _ in speakers} == everybody

    def first_word(host: Host, since: float) -> float:
        return solo.next_advert(host, since=since, timeout_s=30).time

    settled(solo.a, first_word(solo.a, 0))
    fail_overs = 0
    while fail_overs < FAIL_OVERS:
        for victim, heir in ((solo.a, solo.b), (solo.b, solo.c)):
            settled(heir, daemons[victim].kill())
        settled(solo.a, first_word(solo.a, solo.restart(daemons[solo.a])))
        solo.restart(daemons[solo.b])
        fail_overs += 3
    assert all(solo.a.holds(f"10.9.8.{n}") for n in everybody)
    assert all("somebody removed" not in daemon.log for daemon in daemons.values())
    before, began = cpu_s(daemons[solo.a]), time.time()
    solo.wait_until(began + 3)
    share = (cpu_s(daemons[solo.a]) - before) / (time.time() - began)
    assert share < CPU_BUDGET, f"{share:.0%} of a processor for {INSTANCES} masters"


def cpu_s(daemon: Daemon) -> float:
    """Processor time that a daemon's processes have used so far."""
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in daemon.processes())
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


@ours_alone
def test_s70_a_flood_of_address_changes_loses_nothing(solo: Net, tmp_path: Path):
    """10,000 changes, more than a small receive buffer holds, and in the midst of them our own address is deleted."""
    small = global_defs("vrrp_netlink_monitor_rcv_bufs 8192")
    daemon = solo.start_master(solo.a, small + instance("garp_master_repeat 1", priority=150))
    flood = [f"addr {word} 10.{n >> 8}.{n & 255}.1/32 dev lo" for word in ("add", "del") for n in range(5_000)]
    flood.insert(4_000, f"addr del {VIP}/24 dev eth0")
    batch = tmp_path / "flood"
    batch.write_text("\n".join(flood) + "\n")
    mark = time.time()
    solo.a.run("ip", "-batch", str(batch))
    assert solo.a.wait_address(VIP), solo.logs()
    solo.wait_until(time.time() + 0.5)
    own = solo.wire.adverts(solo.a.address, since=mark)
    assert {each.priority for each in own} == {150}, "no state change"
    solo.steady(own, 0.1, tolerance_s=0.1)
    eventually(lambda: solo.counter(daemon, "addresses_lost") == 1, 20, solo.logs)
    solo.a.ip(f"addr del {VIP}/24 dev eth0")
    assert solo.a.wait_address(VIP), "after the flood it sees again what happens"
    eventually(lambda: solo.counter(daemon, "addresses_lost") == 2, 20, solo.logs)


def _garps(net: Net, vips: tuple[str, ...]) -> list[tuple[float, str]]:
    """When which address was announced, in order."""
    addresses = [vip.split("/")[0] for vip in vips]
    return sorted((each.time, address) for address in addresses for each in net.wire.garps(address))


def test_sniff_hears_who_is_master(solo: Net):
    solo.start_master(solo.a, instance(priority=150))
    words = solo.c.run(*standfast_command(), "sniff", "eth0", "--for", "0.5", "--json")
    report = json.loads(words)
    (router,) = report["routers"]
    assert (router["vrid"], router["master"], router["conflicts"]) == (51, solo.a.address, [])
    assert (router["speakers"][0]["priority"], router["speakers"][0]["interval"]) == (150, 100_000)
    assert 51 not in report["free_vrids"]["eth0"]


@ours_on_b
@pytest.mark.parametrize("family", [4, 6])
def test_a_master_that_still_answers_is_not_robbed_when_its_adverts_are_lost(duo: Net, family: int):
    vips = (f"{VIP}/24",) if family == 4 else ("fe80::9:100/64",)
    held = vips[0].split("/")[0]
    duo.start_master(duo.a, instance(priority=150, vips=vips), address=held)
    b = duo.start(duo.b, instance("probe_before_master 0.5", priority=100, vips=vips))
    duo.b.run("nft", "add table netdev deaf")
    mark = time.time()
    hook = "{ type filter hook ingress device eth0 priority 0; policy accept; }"
    duo.b.run("nft", f"add chain netdev deaf in {hook}")
    duo.b.run("nft", f"add rule netdev deaf in {'ip protocol' if family == 4 else 'ip6 nexthdr'} 112 drop")
    eventually(lambda: "vrrp.address_answers" in b.log or "not taking over" in b.log, 20, duo.logs)
    duo.wait_until(time.time() + 1)
    duo.silent(duo.b, since=mark, v6=family == 6)
    duo.a.ip("link set eth0 down")
    assert duo.b.wait_address(held), duo.logs()
