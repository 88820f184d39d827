"""Routes and rules under one roof: what installs one, takes it off, and how the kernel names it."""

from __future__ import annotations

from typing import TypeAlias

from standfast.config.route_model import Route, Rule
from standfast.net.netlink import (
    HEADER,
    NLM_F_CREATE,
    NLM_F_EXCL,
    NLM_F_REQUEST,
    RTM_DELROUTE,
    RTM_DELRULE,
    RTM_NEWROUTE,
    RTM_NEWRULE,
)
from standfast.net.policy import RuleKey, SeenRule, rule_body, rule_key, rule_words
from standfast.net.routes import ORDER, Resolve, RouteKey, SeenRoute, route_body, route_key, route_words

RoutingObject: TypeAlias = Route | Rule
Key: TypeAlias = RouteKey | RuleKey
Seen: TypeAlias = SeenRoute | SeenRule


def add_message(wanted: RoutingObject, table: int, resolve: Resolve) -> bytes:
    """What installs it. Raises :class:`LookupError` if an interface that it names does not exist.

    ``table``: a route's own, or the one of its VRF.
    """
    if isinstance(wanted, Rule):
        return _message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule_body(wanted))
    return _message(RTM_NEWROUTE, ORDER[wanted.order], route_body(wanted, table, resolve))


def delete_message(wanted: RoutingObject, table: int, resolve: Resolve) -> bytes:
    """What takes it off: all its fields, the protocol among them, so that nobody else's goes. Raises as above."""
    if isinstance(wanted, Rule):
        return _message(RTM_DELRULE, 0, rule_body(wanted))
    return _message(RTM_DELROUTE, 0, route_body(wanted, table, resolve))


def key_of(wanted: RoutingObject, table: int) -> Key:
    """As the kernel will tell of it."""
    return rule_key(wanted) if isinstance(wanted, Rule) else route_key(wanted, table)


def words(wanted: RoutingObject) -> str:
    """For people: ``route 10.0.0.0/8 via 192.0.2.1``, ``rule 100: from all fwmark 0x5 table 7``."""
    return rule_words(wanted) if isinstance(wanted, Rule) else route_words(wanted)


def interfaces_of(wanted: RoutingObject) -> frozenset[str]:
    """Those without which the kernel does not take it."""
    if isinstance(wanted, Rule):
        return frozenset()  # rules name interfaces that need not exist
    names = {wanted.dev, wanted.vrf, *(hop.dev for hop in wanted.nexthops)}
    return frozenset(names - {""})


def _message(kind: int, flags: int, body: bytes) -> bytes:
    return HEADER.pack(HEADER.size + len(body), kind, NLM_F_REQUEST | flags, 0, 0) + body
