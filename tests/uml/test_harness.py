"""The guest is what it says: another kernel, with the modules that the scenarios need."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.uml


def test_the_kernel_is_user_mode_linux():
    assert "User Mode Linux" in Path("/proc/cpuinfo").read_text()


@pytest.mark.parametrize("kind", ["dummy", "macvlan", "ipvlan", "vlan", "vrf", "ipip", "gre"])
def test_kinds_of_interfaces_are_there(kind):
    details = {
        "macvlan": "link base type macvlan",
        "ipvlan": "link base type ipvlan",
        "vlan": "link base type vlan id 7",
        "vrf": "type vrf table 7",
        "ipip": "type ipip local 10.0.0.1 remote 10.0.0.2",
        "gre": "type gre local 10.0.0.1 remote 10.0.0.2",
    }.get(kind, f"type {kind}")
    if "base" in details:
        _ip("link add base type dummy")
    try:
        _ip(f"link add probe {details}")
        _ip("link delete probe")
    finally:
        if "base" in details:
            _ip("link delete base")


def test_ipvs_loads_its_schedulers_by_itself():
    subprocess.run(["modprobe", "ip_vs"], check=True)
    for scheduler in ["rr", "wrr", "lc", "wlc", "sed", "nq", "lblc", "lblcr", "dh", "sh", "mh", "fo", "ovf"]:
        subprocess.run(["ipvsadm", "-A", "-t", "192.0.2.1:80", "-s", scheduler], check=True)
        subprocess.run(["ipvsadm", "-D", "-t", "192.0.2.1:80"], check=True)


def _ip(words: str) -> None:
    subprocess.run(["ip", *words.split()], check=True)
