"""Take-over and hand-back in every way, each version and family, as a client sees it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from harness.config import VIP, VIP6, instance
from harness.network import Net
from harness.timing import EARLY_S, TOLERANCE_S, master_down_s, skew_s


@dataclass(frozen=True)
class Flavour:
    version: int
    interval_s: float
    vips: tuple[str, ...]
    asked: str
    v6: bool

    def config(self, priority: int, *words: str) -> str:
        return instance(*words, priority=priority, version=self.version, interval=self.interval_s, vips=self.vips)


FLAVOURS = [
    pytest.param(Flavour(2, 1, (f"{VIP}/24",), VIP, False), id="v2"),
    pytest.param(Flavour(3, 0.1, (f"{VIP}/24",), VIP, False), id="v3"),
    pytest.param(Flavour(3, 0.1, (f"{VIP6}/64", "fd00:9::100/64"), "fd00:9::100", True), id="v3-ipv6"),
]


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("end", ["kill", "terminate", "cut"])
def test_takeover_and_hand_back(duo: Net, flavour: Flavour, end: str):
    for host in (duo.a, duo.b, duo.c):
        host.ip(f"addr add fd00:9::{host.name}/64 dev eth0 nodad")
    a = duo.start_master(duo.a, flavour.config(150), address=flavour.asked)
    # The loser of a healed split must tell the winner, or that tells nobody: ours does so by itself.
    again = ("higher_prio_send_advert true",) if duo.is_keepalived(duo.b) else ()
    duo.start(duo.b, flavour.config(100, *again))
    client = duo.client(flavour.asked)
    duo.next_advert(duo.a, since=time.time(), v6=flavour.v6)
    since = time.time()
    if end == "cut":
        duo.a.cut()
    else:
        getattr(a, end)()
    taken = duo.next_advert(duo.b, since=since, v6=flavour.v6)
    last = duo.last_advert(duo.a, v6=flavour.v6)
    if end == "terminate":
        assert last.priority == 0
        due = last.time + skew_s(100, flavour.interval_s, flavour.version)
    else:
        due = last.time + master_down_s(100, flavour.interval_s, flavour.version)
    duo.on_time(taken.time, due)
    assert client.wait_answer(taken.time)
    duo.served(client, since=since, within_s=due - since + TOLERANCE_S + 0.25)

    if end == "terminate":
        a.wait_ended()
    returned = time.time()
    if end == "cut":
        duo.a.heal()
    else:
        duo.restart(a)
    back = duo.next_advert(duo.a, since=returned, v6=flavour.v6)
    if end != "cut":
        assert back.time >= returned + master_down_s(150, flavour.interval_s, flavour.version) - EARLY_S
    assert duo.b.wait_address(flavour.asked, held=False)
    assert client.wait_answer(back.time)
    duo.served(client, since=returned, within_s=0.3)
    quiet = time.time()
    duo.wait_until(quiet + 2 * flavour.interval_s)
    duo.silent(duo.b, since=quiet, v6=flavour.v6)
