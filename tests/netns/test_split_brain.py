"""Two masters at once: who notices, and who is believed afterwards. And addresses that outlive their daemon."""

from __future__ import annotations

import time

import pytest
from harness.config import VIP, VIP6, instance
from harness.network import Net, eventually
from harness.pairings import OURS, THEIRS, ours_alone, ours_on_b, pairing

from standfast.lab.daemons import Standfast

with_ours = pytest.mark.parametrize(
    "duo", [pairing(OURS, OURS), pairing(OURS, THEIRS), pairing(THEIRS, OURS)], indirect=True
)


@with_ours
def test_s34_a_healed_partition_is_told_and_the_client_follows(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150))
    # Ours says one last word before it yields; keepalived has to be told to, or nobody learns that it was master too.
    b = duo.start(duo.b, instance("higher_prio_send_advert", priority=100))
    duo.next_advert(duo.a, since=time.time())
    duo.a.cut()
    assert duo.b.wait_address(VIP)
    client = duo.client()
    duo.wait_until(time.time() + 0.5)  # adverts by which the other side can be recognised
    healed = time.time()
    duo.a.heal()
    assert duo.b.wait_address(VIP, held=False)
    for daemon in (a, b):  # the winner hears the loser's last word, the loser sees how many adverts it has missed
        eventually(lambda d=daemon: duo.counter(d, "dual_master") in (1, None), 20, duo.logs)
        if isinstance(daemon, Standfast):
            assert "vrrp.dual_master" in daemon.tell("events")
            eventually(lambda d=daemon: d.instance()["dual_master"] is None, 20, duo.logs)
    garp = duo.wire.wait(lambda: next((g for g in duo.wire.garps(VIP) if g.time >= healed), None), 20)
    assert garp, "hosts are told where the address is"
    gone = duo.next_advert(duo.a, since=healed, priority=150)
    assert client.wait_answer(gone.time)
    assert duo.counter(b, "contested") in (1, None)
    if isinstance(b, Standfast):
        assert "we could not hear it; we give way" in b.tell("events")


@pytest.mark.parametrize("duo", [pairing(OURS, OURS)], indirect=True)
def test_s34_over_ipv6_the_winner_tells_of_a_healed_partition(duo: Net):
    """The loser cannot know; its last word lets the winner know, whoever speaks first."""

    def config(priority: int) -> str:
        return instance(priority=priority, vips=(f"{VIP6}/64",))

    a = duo.start_master(duo.a, config(150), address=VIP6)
    b = duo.start(duo.b, config(100))
    duo.next_advert(duo.a, since=time.time(), v6=True)
    duo.a.cut()
    assert duo.b.wait_address(VIP6)
    duo.wait_until(time.time() + 0.5)
    healed = time.time()
    duo.a.heal()
    assert duo.b.wait_address(VIP6, held=False)
    eventually(lambda: duo.counter(a, "dual_master") == 1, 5, duo.logs)
    assert (duo.counter(b, "contested"), duo.counter(b, "dual_master")) == (1, 0)
    told = duo.wire.wait(lambda: next((n for n in duo.wire.neighbor_adverts(VIP6) if n.time >= healed), None), 5)
    assert told
    assert told.target_mac == duo.a.mac, "hosts are told where the address is"


@ours_on_b
def test_a_master_that_comes_back_and_preempts_was_no_second_one(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150))
    b = duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    a.kill()
    assert duo.b.wait_address(VIP)
    duo.wait_until(time.time() + 0.5)
    duo.restart(a)
    assert duo.b.wait_address(VIP, held=False)
    assert (duo.counter(b, "contested"), duo.counter(b, "dual_master")) == (1, 0)


@ours_alone
def test_a_leased_address_goes_by_itself_when_every_process_is_dead(solo: Net):
    daemon = solo.start_master(solo.a, instance("address_lease 3", priority=150))
    solo.wait_until(time.time() + 3.5)
    assert solo.a.holds(VIP), "it is renewed"
    dead = daemon.kill()
    assert solo.a.wait_address(VIP, held=False)
    assert time.time() - dead < 10


@ours_alone
def test_with_an_empty_list_of_peers_it_stays_in_fault(solo: Net):
    a = solo.daemon(solo.a, instance("unicast_peer {", "}", priority=150))
    a.start()
    eventually(lambda: "FAULT" in a.log, 20, solo.logs)
    solo.wait_until(time.time() + 0.6)
    assert not solo.a.holds(VIP)
    assert "usable peer" in a.instance()["cause"]  # type: ignore[attr-defined]
