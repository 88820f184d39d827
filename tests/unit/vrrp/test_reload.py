"""What a reload keeps, and what of a new configuration it applies."""

from __future__ import annotations

import msgspec

from standfast.config.model import Announcing
from standfast.testing.playbook import VIP, Playbook, announces, at, becomes, does, hears, reloads, router, us
from standfast.values import SECOND, Address
from standfast.vrrp.actions import AddAddresses, CancelAnnouncing, RemoveAddresses, SendAdvert
from standfast.vrrp.reload import installed
from standfast.vrrp.rules import State

OTHER = msgspec.structs.replace(VIP, address=Address.parse("10.9.0.101"))


def master(**settings):
    book = Playbook(router(**{"priority": 150, "announcing": Announcing(delay=0)} | settings)) >> at(3.5)
    book.forget()
    return book


def test_a_backup_keeps_its_remaining_time():
    book = Playbook(router(priority=100)) >> hears(200) >> at(2) >> reloads(priority=150)
    assert book.router.deadline == 3_414_062


def test_a_backup_that_knows_no_master_goes_by_the_new_interval():
    book = Playbook(router(version=3, priority=100)) >> at(1) >> reloads(advert_interval=us(0.5))
    assert book.router.master_interval == us(0.5)
    assert book.router.deadline == 1_804_687


def test_the_contribution_of_trackers_stays():
    book = Playbook(router(priority=100)) >> does(lambda r, now: r.weigh(-10, "", now)) >> reloads(priority=150)
    assert book.router.priority == 140


def test_owners_come_and_go():
    book = Playbook(router(priority=255)) >> reloads(priority=150)
    assert book.router.priority == 150
    book = book >> reloads(priority=255)
    assert book.router.priority == 255


def test_removing_an_address_only():
    book = master(vips=(VIP, OTHER)) >> reloads(vips=(VIP,)) << SendAdvert(150) << RemoveAddresses((OTHER,))
    assert book >> hears(100) << SendAdvert(150) << announces(5, (VIP,))


def test_adding_an_address_announces_all():
    book = master() >> reloads(evips=(OTHER,))
    assert book << SendAdvert(150) << AddAddresses((OTHER,)) << announces(5, (VIP, OTHER))


def test_how_we_react_to_a_loss_is_not_the_kernels_business():
    loose = msgspec.structs.replace(VIP, no_track=True)
    assert installed(loose) == VIP
    assert master() >> reloads(vips=(loose,)) << SendAdvert(150)


def test_another_source_is_used_at_once():
    book = master() >> reloads(source=Address.parse("10.9.0.50")) << SendAdvert(150)
    assert str(book.router.source) == "10.9.0.50"


def test_what_can_never_run_becomes_a_fault_and_is_cured_by_the_next_reload():
    book = master() >> reloads(permanent_fault="AH is not acted on yet")
    assert book << SendAdvert(150) << SendAdvert(0) << CancelAnnouncing << RemoveAddresses << becomes("FAULT", "AH")
    assert book >> reloads(permanent_fault="") << becomes("BACKUP")


def test_a_leaving_router_is_not_reconfigured():
    book = master() >> does(lambda r, now: r.stop(now))
    book.forget()
    book = book >> reloads(priority=200)
    assert book.router.state is State.LEAVING
    assert book.router.config.priority == 150


def test_a_masters_interval_changes_with_its_next_advert():
    book = master(version=3) >> reloads(advert_interval=2 * SECOND) << SendAdvert(150)
    assert book.router.deadline == us(5.5)
    assert book.router.outgoing(SendAdvert(150))[0].interval == 2 * SECOND
