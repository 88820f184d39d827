"""Routing rules as messages for the kernel (rtnetlink(7)), and as the kernel tells of them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import msgspec

from standfast.config.route_model import Rule
from standfast.net import attributes as nla
from standfast.net.routes import (
    AF,
    HEAD,
    TABLE_IS_AN_ATTRIBUTE,
    decode_routing,
    number_of,
    prefix_attribute,
    prefix_bytes,
    realms,
)

_ACTIONS: Final = {"table": 1, "l3mdev": 1, "goto": 2, "nop": 3, "blackhole": 6, "unreachable": 7, "prohibit": 8}
_INVERT: Final = 2


(_F_DST, _F_SRC, _F_IIF, _F_GOTO, _F_PRIORITY, _F_MARK, _F_FLOW, _F_TUNNEL) = (1, 2, 3, 4, 6, 10, 11, 12)
(_F_GROUP, _F_PREFIX, _F_TABLE, _F_MASK, _F_OIF, _F_L3MDEV, _F_UIDS, _F_PROTOCOL) = (13, 14, 15, 16, 17, 19, 20, 21)
(_F_IPPROTO, _F_SPORT, _F_DPORT) = (22, 23, 24)


class RuleKey(msgspec.Struct, frozen=True):
    """By what we tell rules apart: where they stand, and what they select and do, as the kernel has it."""

    family: int
    preference: int
    action: int
    table: int
    flags: int
    destination: bytes
    source: bytes
    iif: str
    oif: str
    mark: int


class SeenRule(msgspec.Struct, frozen=True):
    """A rule as the kernel tells of it."""

    key: RuleKey
    protocol: int


def rule_key(rule: Rule) -> RuleKey:
    """As the kernel will tell of it."""
    return RuleKey(
        family=AF[rule.family],
        preference=rule.preference,
        action=_ACTIONS[rule.action],
        table=rule.table if rule.action == "table" else 0,
        flags=_INVERT if rule.inverted else 0,
        destination=prefix_bytes(rule.destination, rule.destination_prefix),
        source=prefix_bytes(rule.source, rule.source_prefix),
        iif=rule.iif,
        oif=rule.oif,
        mark=rule.mark or 0,
    )


def decode_rule(data: bytes, start: int, end: int) -> SeenRule:
    """A RTM_NEWRULE or RTM_DELRULE payload. Raises :class:`MalformedMessage`, nothing else."""
    wanted = {_F_DST, _F_SRC, _F_IIF, _F_OIF, _F_PRIORITY, _F_MARK, _F_TABLE, _F_PROTOCOL}
    header, found = decode_routing(data, start, end, wanted)
    family, destination_prefix, source_prefix, _tos, table, _1, _2, action, flags = header
    protocol = found.get(_F_PROTOCOL, b"\0")
    key = RuleKey(
        family=family,
        preference=number_of(found, _F_PRIORITY, 0),
        action=action,
        table=number_of(found, _F_TABLE, table),
        flags=flags & _INVERT,
        destination=found.get(_F_DST, b"") if destination_prefix else b"",
        source=found.get(_F_SRC, b"") if source_prefix else b"",
        iif=_name(found.get(_F_IIF, b"")),
        oif=_name(found.get(_F_OIF, b"")),
        mark=number_of(found, _F_MARK, 0),
    )
    return SeenRule(key, protocol[0] if protocol else 0)


def rule_words(rule: Rule) -> str:
    """For people, as ``ip rule`` writes it, in short."""
    what = {"table": f"table {rule.table}", "goto": f"goto {rule.goto}"}.get(rule.action, rule.action)
    return f"rule {rule.preference}: {' '.join(_selector(rule))} {what}"


def rule_body(rule: Rule) -> bytes:
    """The message without its netlink header."""
    flags = _INVERT if rule.inverted else 0
    table = rule.table if rule.action == "table" else 0
    header = HEAD.pack(
        *(AF[rule.family], rule.destination_prefix, rule.source_prefix, rule.tos),
        *(min(table, TABLE_IS_AN_ATTRIBUTE), 0, 0, _ACTIONS[rule.action], flags),
    )
    return header + b"".join(_rule_attributes(rule))


def _rule_attributes(rule: Rule) -> Iterator[bytes]:
    yield nla.u32(_F_PRIORITY, rule.preference)
    yield nla.u8(_F_PROTOCOL, rule.protocol)
    yield from prefix_attribute(_F_DST, rule.destination, rule.destination_prefix)
    yield from prefix_attribute(_F_SRC, rule.source, rule.source_prefix)
    for number, name in ((_F_IIF, rule.iif), (_F_OIF, rule.oif)):
        if name:
            yield nla.text(number, name)
    if rule.mark is not None:
        yield nla.u32(_F_MARK, rule.mark)
        yield nla.u32(_F_MASK, rule.mask)
    if rule.action == "table":
        yield nla.u32(_F_TABLE, rule.table)
    elif rule.action == "l3mdev":
        yield nla.u8(_F_L3MDEV, 1)
    elif rule.action == "goto":
        yield nla.u32(_F_GOTO, rule.goto)
    yield from _refinements(rule)


def _refinements(rule: Rule) -> Iterator[bytes]:
    """What most rules do without."""
    yield from realms(_F_FLOW, rule.realm_from, rule.realm_to)
    if rule.suppress_prefixlength is not None:
        yield nla.u32(_F_PREFIX, rule.suppress_prefixlength)
    if rule.suppress_group is not None:
        yield nla.u32(_F_GROUP, rule.suppress_group)
    if rule.tunnel_id is not None:
        yield nla.be64(_F_TUNNEL, rule.tunnel_id)
    if rule.uids is not None:
        yield nla.attribute(_F_UIDS, struct.pack("=II", *rule.uids))
    if rule.ip_protocol is not None:
        yield nla.u8(_F_IPPROTO, rule.ip_protocol)
    for number, ports in ((_F_SPORT, rule.source_ports), (_F_DPORT, rule.destination_ports)):
        if ports is not None:
            yield nla.attribute(number, struct.pack("=HH", *ports))


def _selector(rule: Rule) -> Iterator[str]:
    if rule.inverted:
        yield "not"
    yield f"from {rule.source}/{rule.source_prefix}" if rule.source_prefix else "from all"
    if rule.destination_prefix:
        yield f"to {rule.destination}/{rule.destination_prefix}"
    if rule.mark is not None:
        yield f"fwmark {rule.mark:#x}"
    for word, name in (("iif", rule.iif), ("oif", rule.oif)):
        if name:
            yield f"{word} {name}"


def _name(value: bytes) -> str:
    return value.split(b"\0", 1)[0].decode(errors="surrogateescape")
