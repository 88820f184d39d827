"""Virtual interfaces that need another kernel: ipvlan, VRF."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from standfast.lab.capture import Capture
from standfast.lab.daemons import Standfast
from standfast.lab.lab import Host, Lab

pytestmark = [pytest.mark.uml, pytest.mark.timeout(400)]

MAC = "00:00:5e:00:01:33"
VIP = "10.9.0.100"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


def instance(*lines: str) -> str:
    usual = ("virtual_router_id 51", "version 3", "advert_int 0.5", "priority 150")
    return "\n".join(["vrrp_instance VI_1 {", *usual, *lines, "}", ""])


def addresses(*lines: str) -> str:
    return "\n".join(["virtual_ipaddress {", *lines, "}"])


def until(condition: Callable[[], bool], daemon: Standfast) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, daemon.log
        time.sleep(0.05)


def link(host: Host, name: str) -> dict[str, object]:
    shown = host.run("ip", "-j", "-d", "link", "show", name, check=False)
    return json.loads(shown)[0] if shown.strip() else {}


def test_s59_an_ipvlan_has_the_macs_of_the_interface_below_and_an_address_of_its_own(lab):
    (a,) = lab.add_hosts(a=["10.9.0.1/24"])
    with Capture(lab.switch, "br0") as wire:
        daemon = Standfast(a, instance("interface eth0", "use_ipvlan 10.9.0.7/24 private", addresses(f"{VIP}/24")))
        daemon.start()
        assert a.wait_address(VIP, timeout_s=60), daemon.log
        made = link(a, "vrrp.51")
        assert made["linkinfo"]["info_kind"] == "ipvlan"
        assert made["linkinfo"]["info_data"]["mode"] == "l2"
        advert = wire.wait_advert("10.9.0.7", timeout_s=60)
        assert advert is not None
        assert advert.source_mac == a.mac
        assert VIP in a.run("ip", "addr", "show", "vrrp.51")
        daemon.terminate()
        assert daemon.wait_ended(60) == 0
    assert link(a, "vrrp.51") == {}


def test_s58_a_virtual_mac_follows_its_interface_into_a_vrf(lab):
    (a,) = lab.add_hosts(a=["10.9.0.1/24"])
    a.ip("link add red type vrf table 77", "link set red up")
    daemon = Standfast(a, instance("interface eth0", "use_vmac", addresses(f"{VIP}/24")))
    daemon.start()
    assert a.wait_address(VIP, timeout_s=60), daemon.log
    a.ip("link set eth0 master red")
    until(lambda: link(a, "vrrp.51").get("master") == "red", daemon)
    until(lambda: VIP in a.run("ip", "addr", "show", "vrrp.51"), daemon)
    a.ip("link set eth0 nomaster")
    until(lambda: "master" not in link(a, "vrrp.51"), daemon)


def test_s38_unicast_without_interface_in_a_vrf(lab):
    a, b = lab.add_hosts(a=["10.9.0.1/24"], b=["10.9.0.2/24"])
    for host in (a, b):
        host.ip("link add red type vrf table 77", "link set red up", "link set eth0 master red")
    daemons = []
    for host, other, priority in ((a, b, 150), (b, a, 100)):
        lines = ("vrf red", f"unicast_src_ip {host.address}", f"unicast_peer {{\n{other.address}\n}}")
        text = instance(*lines, addresses(f"{VIP}/24 dev eth0")).replace("priority 150", f"priority {priority}")
        daemons.append(Standfast(host, text))
        daemons[-1].start()
    first, second = daemons
    assert a.wait_address(VIP, timeout_s=60), first.log
    until(lambda: second.instance()["master"] is not None, second)
    assert not b.holds(VIP)
    first.terminate()
    assert b.wait_address(VIP, timeout_s=60), second.log
