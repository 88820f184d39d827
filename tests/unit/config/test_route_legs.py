from __future__ import annotations

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.kinds import Reader
from standfast.config.route_legs import encap, leg
from standfast.config.route_model import Encap
from standfast.config.routing_lines import RoutingReader
from standfast.config.tree import Statement, Word
from standfast.values import Address


def line(text: str) -> RoutingReader:
    words = tuple(Word(t, Span("f", 1, i, i + 1)) for i, t in enumerate(text.split(" "), 1))
    return RoutingReader(Reader(Statement(words, text, text), Findings()))


def test_a_leg_ends_where_something_else_begins():
    reader = line("nexthop via 10.0.0.1 weight 3 onlink nexthop dev eth1")
    assert leg(reader, reader.next()) == {"via": Address.parse("10.0.0.1"), "weight": 3, "onlink": True}
    assert leg(reader, reader.next()) == {"dev": "eth1"}


def test_tunnels():
    reader = line("encap ip6 id 0x10 dst 2001:db8::1 tc 4 hoplimit 5 metric 3")
    wanted = Encap(kind="ip6", id=16, destination=Address.parse("2001:db8::1"), tos=4, ttl=5)
    assert encap(reader, reader.next()) == wanted
    assert reader.peek() == "metric"
    reader = line("encap mpls 16/17")
    assert encap(reader, reader.next()) == Encap(kind="mpls", labels=(16, 17))
