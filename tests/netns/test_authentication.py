"""AH beside keepalived, in both roles; signed adverts, rolled out step by step."""

from __future__ import annotations

import time

import pytest
from harness.config import VIP, instance
from harness.network import Net
from harness.pairings import ours_alone, pairing
from harness.timing import master_down_s

AH = ("authentication {", "auth_type AH", "auth_pass secret", "}")
KEY = "0123456789abcdef0123456789abcdef"
ours_twice = pytest.mark.parametrize("duo", [pairing("standfast", "standfast")], indirect=True)


def ah(*lines: str, priority: int) -> str:
    return instance(*AH, *lines, priority=priority, version=2, interval=1)


def test_s21_ah_fails_over_and_comes_back(duo: Net):
    duo.start_master(duo.a, ah(priority=150))
    b = duo.start(duo.b, ah(priority=100))
    duo.wait_until(time.time() + 2.5)
    assert not duo.b.holds(VIP), "b understands a"
    killed = duo.daemons[0].kill()
    assert duo.b.wait_address(VIP, timeout_s=6), duo.logs()
    assert time.time() >= killed + master_down_s(100, 1, version=2) - 1
    duo.restart(duo.daemons[0])
    assert duo.a.wait_address(VIP, timeout_s=8), duo.logs()
    assert duo.b.wait_address(VIP, held=False)
    assert b.running


def test_s22_ah_by_unicast(duo: Net):
    peers = {duo.a: duo.b, duo.b: duo.a}
    for host, priority in ((duo.a, 150), (duo.b, 100)):
        lines = (f"unicast_src_ip {host.address}", "unicast_peer {", peers[host].address, "}")
        duo.start(host, ah(*lines, priority=priority))
    assert duo.a.wait_address(VIP, timeout_s=6)
    duo.wait_until(time.time() + 2.5)
    assert not duo.b.holds(VIP), duo.logs()


@ours_alone
def test_s21_another_password_makes_itself_heard_as_such(solo: Net):
    a = solo.start_master(solo.a, ah(priority=150))
    solo.inject(priority=200, version=2, interval=1)
    counters = a.instance()["counters"]  # type: ignore[attr-defined]
    assert counters["advert_rcvd"] == 0
    assert solo.a.holds(VIP)


@ours_twice
def test_s23_signatures_are_rolled_out_without_a_flap(duo: Net):
    def config(priority: int, mode: str = "") -> str:
        block = ("auth_hmac {", f"key 1 {KEY}", "active_key 1", f"mode {mode}", "}") if mode else ()
        return instance(*block, priority=priority)

    a = duo.start_master(duo.a, config(150))
    b = duo.start(duo.b, config(100))
    duo.next_advert(duo.a, since=time.time())
    mark = time.time()
    for mode in ("receive-only", "permissive", "enforce"):
        for daemon, priority in ((b, 100), (a, 150)):
            daemon.config_file.write_text(config(priority, mode))
            daemon.tell("reload")  # type: ignore[attr-defined]
        duo.wait_until(time.time() + 0.5)
    assert duo.a.holds(VIP)
    assert not duo.wire.adverts(duo.b.address, since=mark), "b never spoke"
    duo.steady(duo.wire.adverts(duo.a.address, since=mark), 0.1)
    duo.inject(priority=200)
    duo.wait_until(time.time() + 0.2)
    counters = b.instance()["counters"]  # type: ignore[attr-defined]
    assert counters["auth_ext_missing"] >= 1
    assert duo.a.holds(VIP)
