from __future__ import annotations

import pytest
from tests.unit.net.routing_cases import to

from standfast.config.route_model import NextHop, Rule
from standfast.net.netlink import HEADER, RTM_DELROUTE, RTM_DELRULE, RTM_NEWROUTE, RTM_NEWRULE
from standfast.net.routing import add_message, delete_message, interfaces_of, key_of, words
from standfast.values import Address

ROUTE = to("10.0.0.0/8", dev="eth0")
RULE = Rule(family=4, preference=100, action="table", table=7, iif="eth1")


@pytest.mark.parametrize(
    ("wanted", "add", "delete"), [(ROUTE, RTM_NEWROUTE, RTM_DELROUTE), (RULE, RTM_NEWRULE, RTM_DELRULE)]
)
def test_each_kind_has_its_messages(wanted, add, delete):
    there, away = (make(wanted, wanted.table, lambda _name: 2) for make in (add_message, delete_message))
    assert HEADER.unpack_from(there)[:2] == (len(there), add)
    assert HEADER.unpack_from(away)[:2] == (len(away), delete)
    assert key_of(wanted, 7).family == 2


def test_a_route_by_an_interface_that_is_not_there_cannot_be_encoded():
    def nothing(name: str) -> int:
        raise LookupError(name)

    with pytest.raises(LookupError):
        add_message(ROUTE, 254, nothing)


def test_only_routes_need_their_interfaces():
    many = to("10.0.0.0/8", vrf="blue", nexthops=(NextHop(dev="eth1"), NextHop(via=Address.parse("10.9.0.1"))))
    assert interfaces_of(ROUTE) == {"eth0"}
    assert interfaces_of(many) == {"blue", "eth1"}
    assert interfaces_of(RULE) == set()


def test_words_say_what_it_is():
    assert words(ROUTE).startswith("route ")
    assert words(RULE).startswith("rule ")
