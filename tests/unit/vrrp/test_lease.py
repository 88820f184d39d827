"""Addresses that the kernel drops by itself when nobody renews them."""

from __future__ import annotations

from msgspec import structs

from standfast.config.load import load_text
from standfast.supervise.page import Slot
from standfast.testing.playbook import Playbook, router
from standfast.values import SECOND
from standfast.vrrp.actions import AddAddresses, RemoveAddresses
from standfast.vrrp.rules import State

LEASE = 9 * SECOND


def added(actions) -> int:
    return sum(isinstance(action, AddAddresses) for action in actions)


def run_until(made, end: int) -> int:
    renewals = 0
    while made.deadline <= end:
        renewals += added(made.tick(made.deadline))
    return renewals


def master(**settings):
    made = router(address_lease=LEASE, **settings)
    Playbook(made)
    made.tick(made.deadline)
    assert made.state is State.MASTER
    return made


def test_a_master_renews_three_times_within_a_lease():
    made = master()
    assert run_until(made, made.since + LEASE) == 3


def test_without_one_nothing_is_renewed():
    made = router()
    Playbook(made)
    made.tick(made.deadline)
    assert run_until(made, made.since + LEASE) == 0


def test_a_backup_renews_nothing():
    made = master()
    made.raise_fault("x", "cable", made.since + 5)
    assert made.renew_at is None


def test_while_leaving_it_still_counts():
    made = master(stop_hold=60 * SECOND, advert_interval=10 * SECOND, version=3)
    made.stop(made.since + 5)
    assert made.state is State.LEAVING
    assert added(made.tick(made.renew_at)) == 1


def test_a_successor_renews_too():
    made = router(address_lease=LEASE)
    made.resume(10 * SECOND, Slot(int(State.MASTER), 10 * SECOND, SECOND))
    assert made.renew_at == 13 * SECOND


def test_a_reload_changes_the_lease_without_taking_an_address_off():
    made = master()
    vips = tuple(structs.replace(vip, lease_s=30) for vip in made.config.vips)
    actions = made.reconfigure(structs.replace(made.config, address_lease=30 * SECOND, vips=vips), made.since + 5)
    assert added(actions) == 1
    assert not any(isinstance(action, RemoveAddresses) for action in actions)
    assert made.renew_at == made.since + 5 + 10 * SECOND


def test_the_kernel_is_told_with_each_address():
    lines = ("interface eth0", "virtual_router_id 1", "address_lease 9", "virtual_ipaddress {", "192.0.2.1/24", "}")
    (instance,) = load_text("\n".join(("vrrp_instance a {", *lines, "}"))).config.instances
    assert (instance.address_lease, instance.vips[0].lease_s) == (LEASE, 9)
