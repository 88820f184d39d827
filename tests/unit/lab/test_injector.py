from __future__ import annotations

import os

import pytest

from standfast.lab.capture import Capture
from standfast.lab.craft import Packet
from standfast.lab.injector import Injector
from standfast.lab.lab import Lab

pytestmark = [pytest.mark.netns, pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")]


def test_a_flood_sends_all_in_turn():
    packets = [Packet(source="10.9.0.1", priority=100, addresses=("10.9.0.100",), vrid=vrid) for vrid in (1, 2)]
    with Lab() as lab:
        (a,) = lab.add_hosts(a=["10.9.0.1/24"])
        with Capture(lab.switch, "br0") as wire:
            sent = Injector(a).flood(packets, per_second=2000, seconds=0.2)
            vrids = [advert.vrid for advert in wire.adverts()]
    assert len(vrids) == sent
    assert 4 <= sent <= 400
    assert vrids[:4] == [1, 2, 1, 2]
