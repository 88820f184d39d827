from __future__ import annotations

from standfast.values import Address
from standfast.vrrp.actions import RemoveAddresses, SendAdvert


def test_actions_compare_by_value():
    assert SendAdvert(100) == SendAdvert(100, None)
    assert SendAdvert(0) != SendAdvert(0, Address.parse("10.0.0.1"))
    assert RemoveAddresses(()) != RemoveAddresses((), forced=True)
