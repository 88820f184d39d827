from __future__ import annotations

import errno

from standfast.config.route_model import Route
from standfast.values import Address
from standfast.vrrp.holdings import Holdings, where

ROUTE = Route(family=4, destination=Address.parse("10.0.0.0"), prefix=8)


class Keeper:
    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log

    def add(self, things):
        self.log.append(f"add {self.name}")
        return []

    def remove(self, things):
        self.log.append(f"remove {self.name}")
        return []

    def present(self, thing):
        return self.name == "routing"


def test_addresses_come_first_and_go_last(make_vip):
    log: list[str] = []
    both = Holdings(Keeper("addresses", log), Keeper("routing", log))
    both.add([ROUTE, make_vip("10.9.0.100/24")])
    both.remove([make_vip("10.9.0.100/24"), ROUTE])
    assert log == ["add addresses", "add routing", "remove routing", "remove addresses"]


def test_nothing_of_a_kind_is_no_call(make_vip):
    log: list[str] = []
    both = Holdings(Keeper("addresses", log), Keeper("routing", log))
    both.add([ROUTE])
    both.remove([make_vip("10.9.0.100/24")])
    assert log == ["add routing", "remove addresses"]


def test_each_kind_is_asked_for_its_own(holdings, kernel, make_vip):
    vip = make_vip("10.9.0.100/24")
    assert not holdings.present(vip)
    assert not holdings.present(ROUTE)
    kernel.refuse["10.9.0.100"] = errno.EACCES
    assert [refusal.number for refusal in holdings.add([vip])] == [errno.EACCES]


def test_where_it_is(make_vip):
    assert where(make_vip("10.9.0.100/24")) == "10.9.0.100/24 on eth0"
    assert where(ROUTE) == "route 10.0.0.0/8"


def test_s60_an_address_is_silent_before_it_is_there_and_until_it_is_gone(holdings, kernel, make_vip):
    class Firewall:
        def close(self, addresses):
            kernel.calls.append(("close", [str(one.address) for one in addresses]))

        def open(self, addresses):
            kernel.calls.append(("open", [str(one.address) for one in addresses]))

    holdings.firewall = Firewall()
    one, two = make_vip("10.9.0.100/24"), make_vip("10.9.0.101/24")
    holdings.add([one, two])
    kernel.refuse["10.9.0.101"] = errno.EPERM
    holdings.remove([one, two])
    both = ["10.9.0.100", "10.9.0.101"]
    assert kernel.calls == [("close", both), ("add", both), ("delete", both), ("open", ["10.9.0.100"])]
