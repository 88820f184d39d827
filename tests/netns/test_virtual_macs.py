"""Interfaces with a virtual MAC: what they are, what leaves them, and that nothing of them stays."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from harness.config import VIP, VIP6, global_defs, instance
from harness.network import Net, eventually
from harness.pairings import OURS, ours_alone, pairing

from standfast.lab.capture import Capture
from standfast.lab.daemons import Standfast
from standfast.lab.frames import Arp
from standfast.lab.lab import Host

MAC4, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"
both_roles = pytest.mark.parametrize("duo", [pairing(OURS, "keepalived"), pairing("keepalived", OURS)], indirect=True)
BOTH = instance("use_vmac", priority=150) + instance("use_vmac", name="VI_6", priority=150, vips=(f"{VIP6}/64",))


def link(host: Host, name: str) -> dict[str, object] | None:
    """What `ip -d link` says of an interface; None if there is none."""
    shown = host.run("ip", "-j", "-d", "link", "show", name, check=False)
    return json.loads(shown)[0] if shown.strip() else None


def sysctls(host: Host) -> dict[str, str]:
    """Everything below net/*/conf, and what is said of IGMP."""
    found = host.run("sysctl", "-a", "-r", r"^net\.ipv[46]\.(conf|igmp)", check=False)
    return dict(line.split(" = ", 1) for line in found.splitlines() if "stable_secret" not in line)


@contextmanager
def raw_frames(net: Net, mac: str) -> Iterator[list[bytes]]:
    """All frames with this source MAC on the wire meanwhile."""
    source = bytes.fromhex(mac.replace(":", ""))
    seen: list[bytes] = []

    def keep(raw: bytes) -> bool:
        if raw[6:12] == source:
            seen.append(raw)
        return False

    with Capture(net.lab.switch, "br0", only=keep):
        yield seen


def is_report(frame: bytes) -> bool:
    """IGMP, MLD, or a router solicitation."""
    if frame[12:14] == b"\x08\x00":
        return frame[23] == 2
    after = frame[54:] if frame[20] != 0 else frame[62:]  # MLD stands behind a hop-by-hop header
    return frame[12:14] == b"\x86\xdd" and after[0] in (131, 132, 133, 143)


def is_advert(frame: bytes) -> bool:
    return (frame[12:14] == b"\x08\x00" and frame[23] == 112) or (frame[12:14] == b"\x86\xdd" and frame[20] == 112)


@ours_alone
def test_s56_s57_kd07_interfaces_are_as_the_rfc_has_them_and_go_without_a_trace(solo: Net):
    solo.a.namespace.sysctl("net/ipv4/conf/all/rp_filter", 1)
    before = sysctls(solo.a)
    daemon = solo.start_master(solo.a, BOTH)
    assert solo.a.wait_address(VIP6)
    four, six = link(solo.a, "vrrp.51"), link(solo.a, "vrrp6.51")
    assert four is not None
    assert six is not None
    assert (four["address"], six["address"]) == (MAC4, MAC6)
    assert {one["linkinfo"]["info_data"]["mode"] for one in (four, six)} == {"private"}  # type: ignore[index]
    assert {one["inet6_addr_gen_mode"] for one in (four, six)} == {"none"}
    here = sysctls(solo.a)
    wanted = {"arp_ignore": "1", "accept_local": "1", "rp_filter": "0", "promote_secondaries": "1"}
    assert {name: here[f"net.ipv4.conf.vrrp/51.{name}"] for name in wanted} == wanted
    assert here["net.ipv6.conf.vrrp/51.disable_ipv6"] == "1"
    assert here["net.ipv4.conf.vrrp6/51.arp_ignore"] == "1"
    assert here["net.ipv6.conf.vrrp6/51.disable_ipv6"] == "0"
    assert here["net.ipv4.conf.eth0.arp_ignore"] == here["net.ipv4.conf.eth0.arp_filter"] == "1"
    assert (here["net.ipv4.conf.all.rp_filter"], here["net.ipv4.conf.eth0.rp_filter"]) == ("0", "1")
    advert = solo.next_advert(solo.a, since=0)
    assert (advert.source, advert.source_mac) == (solo.a.address, MAC4)
    six_advert = solo.next_advert(solo.a, since=0, v6=True)
    assert six_advert.source_mac == MAC6
    garp = solo.wire.wait(lambda: next(iter(solo.wire.garps(VIP)), None), 20)
    assert garp is not None
    assert garp.sender_mac == MAC4
    told = solo.wire.wait(lambda: next(iter(solo.wire.neighbor_adverts(VIP6)), None), 20)
    assert told is not None
    assert told.target_mac == MAC6
    solo.client()
    assert MAC4 in solo.c.run("ip", "neigh", "show", VIP)
    daemon.terminate()
    assert daemon.wait_ended() == 0
    assert link(solo.a, "vrrp.51") is None
    assert link(solo.a, "vrrp6.51") is None
    assert sysctls(solo.a) == before, "KD-7"


@both_roles
def test_s56_a_fail_over_between_virtual_macs(duo: Net):
    """The MAC stays what it was, whoever is master."""
    a = duo.start_master(duo.a, BOTH)
    assert duo.a.wait_address(VIP6)
    duo.start(duo.b, BOTH.replace("priority 150", "priority 100"))
    duo.next_advert(duo.a, since=time.time())
    duo.next_advert(duo.a, since=time.time(), v6=True)
    client = duo.client()
    stopped = a.terminate()
    four = duo.next_advert(duo.b, since=stopped)
    six = duo.next_advert(duo.b, since=stopped, v6=True)
    assert (four.source_mac, six.source_mac) == (MAC4, MAC6)
    assert duo.b.wait_address(VIP)
    assert duo.b.wait_address(VIP6)
    assert client.wait_answer(four.time)
    real = {host.mac for host in (duo.a, duo.b) if not duo.is_keepalived(host)}  # keepalived's asks with it for clients
    told = {each.sender_mac for each in duo.wire.frames if isinstance(each, Arp) and each.sender == VIP}
    assert MAC4 in told
    assert not told & real
    assert {each.target_mac for each in duo.wire.neighbor_adverts(VIP6)} == {MAC6}
    assert duo.is_keepalived(duo.b) or MAC4 in duo.c.run("ip", "neigh", "show", VIP)
    assert duo.c.run("ping", "-c", "1", "-W", "20", f"{VIP6}%eth0")


@ours_alone
def test_s58_what_happens_to_interfaces_around_it(solo: Net):
    solo.start_master(solo.a, instance("use_vmac", priority=150))
    first = link(solo.a, "vrrp.51")
    assert first is not None
    solo.a.ip("link delete vrrp.51")
    eventually(lambda: solo.a.holds(VIP) and link(solo.a, "vrrp.51") is not None, 20, solo.logs)
    again = link(solo.a, "vrrp.51")
    assert again is not None
    assert (again["address"], again["ifindex"] != first["ifindex"]) == (MAC4, True)
    after = solo.next_advert(solo.a, since=time.time())
    assert after.source_mac == MAC4
    solo.a.ip("link set eth0 down", "link set eth0 name lan0", "link set lan0 up")
    assert solo.a.wait_address(VIP, held=False)
    eventually(lambda: "FAULT: interface eth0" in solo.daemons[0].log, 20, solo.logs)
    solo.a.ip("link set lan0 down", "link set lan0 name eth0", "link set eth0 up")
    assert solo.a.wait_address(VIP)
    assert solo.next_advert(solo.a, since=0).source_mac == MAC4


@ours_alone
def test_s58_its_link_local_address_is_put_back(solo: Net):
    daemon = solo.start_master(solo.a, BOTH)
    assert solo.a.wait_address(VIP6)
    solo.a.ip(f"addr del {solo.a.link_local}/64 dev vrrp6.51")
    removed = time.time()
    eventually(lambda: solo.a.link_local in solo.a.run("ip", "addr", "show", "vrrp6.51"), 20, solo.logs)
    assert solo.next_advert(solo.a, since=removed, v6=True).source_mac == MAC6
    assert "FAULT" not in daemon.log


@ours_alone
def test_s57_after_sigkill_reap_removes_interfaces_and_settings(solo: Net):
    before = sysctls(solo.a)
    daemon = solo.start_master(solo.a, BOTH.replace("use_vmac", "use_vmac\n    no_accept"))
    daemon.kill()
    assert VIP in solo.a.run("nft", "list", "ruleset")
    assert link(solo.a, "vrrp.51") is not None
    daemon.tell("reap")  # type: ignore[attr-defined]
    assert link(solo.a, "vrrp.51") is None
    assert link(solo.a, "vrrp6.51") is None
    assert sysctls(solo.a) == before
    assert solo.a.run("nft", "list", "ruleset").strip() == ""


@ours_alone
def test_s56_a_backup_says_nothing_with_the_virtual_mac(solo: Net):
    """No IGMP, MLD or router solicitation with it; they come from the interface below."""
    with raw_frames(solo, MAC4) as four, raw_frames(solo, MAC6) as six, raw_frames(solo, solo.a.mac) as below:
        solo.start(
            solo.a,
            BOTH.replace("VI_1 {", "VI_1 {\n    down_timer_adverts 10").replace(
                "VI_6 {", "VI_6 {\n    down_timer_adverts 10"
            ),
        )
        eventually(lambda: sum(map(is_report, below)) >= 2, 20, solo.logs)
        assert solo.a.wait_address(VIP)
        assert solo.a.wait_address(VIP6)
        eventually(lambda: bool(four and six), 20, solo.logs)
        assert is_advert(four[0]), "the first word is that of a master"
        assert is_advert(six[0]), "the first word is that of a master"
        assert not any(map(is_report, four + six))


@ours_alone
def test_s60_silent_addresses(solo: Net):
    """They answer who asks for their MAC and nothing else; what is forwarded through them passes."""
    solo.a.ip(
        "link add back type veth peer name far", "link set back up", "link set far up", "addr add 10.77.0.1/24 dev back"
    )
    solo.a.namespace.sysctl("net/ipv4/ip_forward", 1)
    four = instance("use_vmac", "no_accept", priority=150)
    six = instance("use_vmac", "no_accept", name="VI_6", priority=150, vips=(f"{VIP6}/64", "2001:db8::100/64"))
    solo.c.ip("addr add 2001:db8::3/64 dev eth0 nodad", f"route add 10.77.0.0/24 via {VIP}")
    daemon = solo.start_master(solo.a, four + six)
    assert solo.a.wait_address("2001:db8::100")
    tables = solo.a.run("nft", "list", "ruleset")
    assert VIP in tables
    assert VIP6 in tables
    assert "2001:db8::100" in tables
    for address in (VIP, f"{VIP6}%eth0", "2001:db8::100"):
        assert not answers(solo.c, address), address
    for line in (f"{VIP} dev eth0 lladdr {MAC4}", f"{VIP6} dev eth0 lladdr {MAC6}"):
        eventually(lambda line=line: line in solo.c.run("ip", "neigh"), 20, lambda: solo.c.run("ip", "neigh"))  # type: ignore[misc]
    assert answers(solo.c, "10.77.0.1", wait_s=20)
    solo.a.run("nft", "flush", "ruleset")
    eventually(lambda: VIP in solo.a.run("nft", "list", "ruleset"), 20, solo.logs)
    assert not answers(solo.c, VIP)
    daemon.terminate()
    daemon.wait_ended()
    assert solo.a.run("nft", "list", "ruleset").strip() == ""


def answers(host: Host, address: str, wait_s: float = 0.3) -> bool:
    """Does it answer to ping?"""
    return " 0% packet loss" in host.run("ping", "-c", "1", "-W", f"{wait_s}", address, check=False)


@ours_alone
def test_s59_xmit_base_other_interfaces_and_their_announcements(solo: Net):
    solo.a.ip("link add back type veth peer name far", "link set back up", "link set far up")
    with Capture(solo.a.namespace, "far") as far:
        extra = ("virtual_ipaddress_excluded {", "    10.8.0.1/24 dev back", "}")
        words = ("use_vmac", "vmac_xmit_base", "use_vmac_addr", "garp_extra_if 1", *extra)
        solo.start_master(solo.a, instance(*words, priority=150))
        advert = solo.next_advert(solo.a, since=0)
        assert advert.source_mac == solo.a.mac
        first = solo.wire.wait(lambda: next(iter(solo.wire.garps(VIP)), None), 20)
        assert first is not None
        assert first.sender_mac == MAC4
        assert link(solo.a, "vrrp1.51") is not None
        began = advert.time
        regular = far.wait(lambda: next(iter(far.garps("10.8.0.1", since=began + 0.5)), None), 20)
        assert regular is not None
        assert regular.sender_mac == MAC4
        solo.on_time(regular.time, began + 1)
        own = solo.wire.wait(lambda: next(iter(solo.wire.garps(VIP, since=began + 0.9)), None), 20)
        assert own is not None, "the MAC that sends no advert is announced too"


@ours_alone
def test_s58_an_interface_that_appears_later_gets_its_virtual_mac(solo: Net):
    config = global_defs("dynamic_interfaces") + instance("use_vmac", priority=150, interface="late0")
    daemon = solo.daemon(solo.a, config)
    daemon.start()
    eventually(lambda: "FAULT: interface late0 does not exist" in daemon.log, 20, solo.logs)
    solo.a.ip("link add late0 type veth peer name far", "addr add 10.9.0.9/24 dev late0", "link set far up")
    assert not solo.a.holds(VIP)
    solo.a.ip("link set late0 up")
    assert solo.a.wait_address(VIP), solo.logs()
    solo.a.ip("link delete late0")
    assert solo.a.wait_address(VIP, held=False)
    solo.a.ip("link add late0 type veth peer name far", "addr add 10.9.0.9/24 dev late0")
    solo.a.ip("link set far up", "link set late0 up")
    assert solo.a.wait_address(VIP), solo.logs()
    made = link(solo.a, "vrrp.51")
    assert made is not None
    assert (made["address"], made["link"]) == (MAC4, "late0")


@ours_alone
def test_s58_a_reload_brings_and_takes_it(solo: Net):
    daemon = solo.start_master(solo.a, instance(priority=150))
    for text, name in ((instance("use_vmac", priority=150), "vrrp.51"), (instance(priority=150), "eth0")):
        daemon.write(text)
        daemon.reload()
        eventually(lambda name=name: VIP in solo.a.run("ip", "addr", "show", name, check=False), 20, solo.logs)  # type: ignore[misc]
    eventually(lambda: link(solo.a, "vrrp.51") is None, 20, solo.logs)
    assert "FAULT" not in daemon.log


@ours_alone
def test_kd07_s57_a_killed_speaker_s_successor_goes_on_with_what_is_there(solo: Net):
    """Interface, silence and mastership stay; the end still finds what was before the first of them."""
    before = sysctls(solo.a)
    daemon = solo.start_master(solo.a, instance("use_vmac", "no_accept", priority=150))
    assert isinstance(daemon, Standfast)
    first = link(solo.a, "vrrp.51")
    assert first is not None
    speaker = daemon.status()["processes"]["vrrp"]["pid"]
    os.kill(speaker, signal.SIGKILL)
    killed = time.time()
    assert solo.next_advert(solo.a, since=killed + 0.05).source_mac == MAC4
    eventually(lambda: daemon.instance()["state"] == "MASTER", 20, solo.logs)
    again = link(solo.a, "vrrp.51")
    assert again is not None
    assert again["ifindex"] == first["ifindex"]
    assert not answers(solo.c, VIP)
    assert daemon.status()["processes"]["vrrp"]["pid"] != speaker
    daemon.terminate()
    assert daemon.wait_ended() == 0
    assert link(solo.a, "vrrp.51") is None
    assert solo.a.run("nft", "list", "ruleset").strip() == ""
    assert sysctls(solo.a) == before
