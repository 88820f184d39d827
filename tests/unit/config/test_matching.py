from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.matching import ENOUGH, Node, groups, likeness


def text(name: str, vrid: int, vip: str, interface: str = "eth0") -> str:
    return (
        f"vrrp_instance {name} {{\ninterface {interface}\nvirtual_router_id {vrid}\n"
        f"virtual_ipaddress {{\n{vip}\n}}\n}}\n"
    )


def node(name: str, *texts: str) -> Node:
    return Node(name, load_text("".join(texts)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (text("a", 1, "192.0.2.1"), text("b", 1, "192.0.2.1", "ens3"), True),
        (text("a", 1, "192.0.2.1"), text("a", 2, "192.0.2.1"), True),
        (text("a", 1, "192.0.2.1"), text("b", 1, "192.0.2.9"), True),
        (text("a", 1, "192.0.2.1"), text("b", 2, "192.0.2.1", "ens3"), True),
        (text("a", 1, "192.0.2.1"), text("a", 1, "2001:db8::1"), False),
        (text("a", 1, "192.0.2.1"), text("b", 1, "192.0.2.9", "eth1"), False),
        (text("a", 1, "192.0.2.1"), text("a", 2, "192.0.2.9"), False),
    ],
)
def test_what_is_the_same_virtual_router(one, other, same):
    a, b = node("a", one).instances[0], node("b", other).instances[0]
    assert (likeness(a, b) >= ENOUGH) is same
    assert len(groups([node("a", one), node("b", other)])) == (1 if same else 2)


def test_the_better_pair_is_made_first():
    a = node("a", text("x", 1, "192.0.2.1"), text("y", 2, "192.0.2.2"))
    b = node("b", text("y", 2, "192.0.2.2"), text("z", 1, "192.0.2.1"))
    assert [[m.instance.name for m in group] for group in groups([a, b])] == [["x", "z"], ["y", "y"]]


def test_a_member_knows_where_things_were_said():
    ((member,),) = groups([node("a", text("x", 1, "192.0.2.1"))])
    assert member.at("virtual_router_id").keyword.span.line == 3
    assert member.at("priority").keyword.span.line == 1
    assert member.at("virtual_ipaddress").keyword.span.line == 4
