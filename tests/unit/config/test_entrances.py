"""Where clients of a service come in."""

from __future__ import annotations

from standfast.config.entrances import entrances_of
from standfast.config.lvs_model import AddressRange, Group, MarkEntry, VirtualServer
from standfast.contract.balancing import Entrance
from standfast.values import Address

ONE, LAST = Address.parse("192.0.2.1"), Address.parse("192.0.2.9")


def test_an_address_a_mark_and_a_group():
    web = Group(name="web", ranges=(AddressRange(first=ONE, last=LAST, port=80),), marks=(MarkEntry(mark=5, family=6),))
    address = VirtualServer(name="a", family=4, address=ONE, port=80)
    assert entrances_of(address, {}) == (Entrance(first=ONE, last=ONE, port=80),)
    assert entrances_of(VirtualServer(name="m", family=6, mark=7), {}) == (Entrance(mark=7, family=6),)
    assert entrances_of(VirtualServer(name="g", family=4, group="web"), {"web": web}) == (
        Entrance(first=ONE, last=LAST, port=80),
        Entrance(mark=5, family=6),
    )
