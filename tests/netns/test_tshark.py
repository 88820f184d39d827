"""An independent reader agrees that everything on the wire is well formed."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from typing import Any

import pytest
from harness.config import VIP, VIP6, instance
from harness.network import Net

FLAVOURS: dict[str, dict[str, Any]] = {
    "v2": {"version": 2, "interval": 1},
    "v2_pass": {"version": 2, "interval": 1, "lines": ("authentication {", "auth_type PASS", "auth_pass secret", "}")},
    "v3": {},
    "v3_ipv6": {"vips": (f"{VIP6}/64", "fd00:9::100/64")},
    "v3_unicast": {"lines": ("unicast_src_ip 10.9.0.1", "unicast_peer {", "10.9.0.3", "}")},
}
FAULTS = "_ws.malformed || _ws.expert.severity >= warning"
CHECKS = ("ip.check_checksum:TRUE", "vrrp.v3_checksum_as_in_v2:FALSE")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_packet_is_well_formed(solo: Net, flavour: str):
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    settings = dict(FLAVOURS[flavour])
    lines = settings.pop("lines", ())
    address = VIP6 if "ipv6" in flavour else VIP
    a = solo.start_master(solo.a, instance(*lines, priority=150, **settings), address=address)
    solo.next_advert(solo.a, since=time.time(), v6="ipv6" in flavour)
    a.terminate()
    solo.next_advert(solo.a, since=0, priority=0, v6="ipv6" in flavour)
    a.wait_ended()
    capture = solo.lab.directory / "all.pcap"
    solo.wire.write_pcap(capture)
    assert read(capture, f"eth.src == {solo.a.mac} && (vrrp || arp || icmpv6) && ({FAULTS})") == []
    adverts = read(capture, "vrrp && !icmp")  # an ICMP error quotes the packet it is about
    assert len(adverts) == len(solo.wire.adverts())
    assert len(adverts) >= 2


def read(capture: object, chosen: str) -> list[object]:
    options = [word for check in CHECKS for word in ("-o", check)]
    command = ["tshark", "-r", str(capture), *options, "-Y", chosen, "-T", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: list[object] = json.loads(done.stdout or "[]")
    return found
