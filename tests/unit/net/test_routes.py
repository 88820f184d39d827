from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.net.routing_cases import ROUTES, to

from standfast.config.route_model import Encap, Route
from standfast.net.netlink import MalformedMessage
from standfast.net.routes import decode_route, route_body, route_key, route_words
from standfast.values import Address


def number(_name: str) -> int:
    return 2


@pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
def test_the_kernel_would_tell_of_it_under_our_key(route):
    """What we encode reads back as the key that we look for; an IPv6 metric is the kernel's to fill in."""
    body = route_body(route, route.table, number)
    seen = decode_route(body, 0, len(body))
    key = route_key(route, route.table)
    assert seen.protocol == 18
    assert (seen.key.destination, seen.key.prefix, seen.key.table) == (key.destination, key.prefix, key.table)
    assert seen.key.metric in (key.metric, 0)


def test_labels_of_mpls_stand_outermost_first_and_the_last_one_says_so():
    route = to("10.0.0.0/8", dev="eth0", encap=Encap(kind="mpls", labels=(100, 200)))
    assert (100 << 12).to_bytes(4, "big") + (200 << 12 | 1 << 8).to_bytes(4, "big") in route_body(route, 254, number)


def test_a_locator_is_four_groups():
    route = to("2001:db8::/32", dev="eth0", encap=Encap(kind="ila", locator="2001:db8:1:2"))
    assert bytes.fromhex("20010db800010002") in route_body(route, 254, number)


def test_words_for_people():
    assert (
        route_words(Route(family=4, via=Address.parse("192.0.2.1"), table=7)) == "route default via 192.0.2.1 table 7"
    )
    assert route_words(to("10.0.0.0/8", kind="blackhole")) == "route blackhole 10.0.0.0/8"


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_refused_or_read(data):
    with contextlib.suppress(MalformedMessage):
        decode_route(data, 0, len(data))
