"""S31 and S32: junk, slow and fast, must not change a master's beat. Run alone: they fill both processors."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from harness.config import VIP, instance
from harness.network import Net, packet
from harness.pairings import OURS, ours_on_a, pairing

from standfast.lab.capture import Capture

pytestmark = pytest.mark.alone
JUNK: dict[str, dict[str, Any]] = {
    "ttl": {"ttl": 64},
    "checksum": {"checksum": "bad"},
    "version": {"version": 2, "interval": 1},
    "type": {"type": 3},
    "length": {"trailer": bytes(28)},
    "lower_version_2_with_password": {"version": 2, "interval": 1, "auth_type": 1, "password": b"x"},
}
GROWTH_KB = 2048
KEY = "key 1 0123456789abcdef0123456789abcdef"
CADENCE_S = 0.02
"""How far an advert may be from its beat."""
for_how_long = pytest.mark.parametrize(
    "seconds", [0.8, pytest.param(20, marks=[pytest.mark.full, pytest.mark.timeout(240)])]
)


@for_how_long
@ours_on_a
def test_s31_kd01_rejected_adverts_do_not_touch_the_timer(duo: Net, seconds: float):
    """KD-1: in keepalived every packet of the VRID restarts the master's timer, a bad one too."""
    duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    for kind, fields in JUNK.items():
        with duo.speaking(0.03, priority=200, **fields):
            own = duo.adverts_during(duo.a, seconds)
        duo.undisturbed(own, 0.1, tolerance_s=CADENCE_S)
        assert len(own) >= 10 * seconds - 1, kind
        duo.silent(duo.b, tolerance_s=0.1)


@for_how_long
@pytest.mark.parametrize("duo", [pairing(OURS, OURS)], indirect=True)
def test_s31_kd01_unsigned_adverts_do_not_touch_the_timer_where_signatures_are_enforced(duo: Net, seconds: float):
    block = ("auth_hmac {", KEY, "active_key 1", "mode enforce", "}")
    a = duo.start_master(duo.a, instance(*block, priority=150))
    duo.start(duo.b, instance(*block, priority=100))
    with duo.speaking(0.03, priority=200):
        own = duo.adverts_during(duo.a, seconds)
    duo.undisturbed(own, 0.1, tolerance_s=CADENCE_S)
    duo.silent(duo.b, tolerance_s=0.1)
    assert (duo.counter(a, "auth_ext_missing") or 0) > 13 * seconds


@ours_on_a
def test_s31_kd01_a_wrong_password_does_not_touch_the_timer(duo: Net):
    secret = ("authentication {", "auth_type PASS", "auth_pass secret", "}")
    a = duo.start_master(duo.a, instance(*secret, version=2, interval=1, priority=150))
    duo.start(duo.b, instance(*secret, version=2, interval=1, priority=100))
    with duo.speaking(0.2, priority=200, version=2, interval=1, auth_type=1, password=b"wrong"):
        own = duo.adverts_during(duo.a, 3.5)
    duo.undisturbed(own, 1, tolerance_s=CADENCE_S)
    duo.silent(duo.b, tolerance_s=0.1)
    assert (duo.counter(a, "auth_failure") or 0) > 10


@ours_on_a
def test_s32_a_flood_costs_no_beat_and_no_memory(duo: Net):
    """KD-1."""
    a = duo.start_master(duo.a, instance(priority=150))
    b = duo.start(duo.b, instance(priority=100))
    flood = [packet(priority=200, vrid=vrid, ttl=ttl) for vrid in (51, 1, 52, 255) for ttl in (64, 254)]
    with Capture(duo.lab.switch, "br0", only=lambda raw: raw[26:30] != bytes((10, 9, 0, 3))) as wire:
        duo.wire.close()
        duo.injector.flood(flood, per_second=20_000, seconds=1)
        before = {pid: resident_kb(pid) for pid in (*a.processes(), *b.processes())}
        start = time.time()
        duo.injector.flood(flood, per_second=20_000, seconds=5)
        own = wire.adverts(duo.a.address, since=start)
        others = wire.adverts(duo.b.address, since=start)
    duo.steady(own, 0.1, tolerance_s=0.1)
    assert len(own) >= 45
    assert others == []
    assert duo.a.holds(VIP)
    grown = {pid: resident_kb(pid) - kb for pid, kb in before.items()}
    assert max(grown.values()) < GROWTH_KB, grown


def resident_kb(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])
