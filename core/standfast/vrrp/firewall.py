"""Which packets must not pass because of virtual routers, as nf_tables tables. Pure.

Two tables of one name, ``ip`` and ``ip6``, are made anew in one transaction whenever what they are made from changes.
Only the silenced addresses come and go by themselves: before an address is put on and after it has been taken off.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from standfast.config.interface_model import Firewall
from standfast.config.model import Config, VirtualAddress
from standfast.net.nft import terms
from standfast.net.nft.commands import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    Command,
    DeleteElements,
    DeleteTable,
    Hook,
    Rule,
    Table,
)
from standfast.net.nft.sets import Set
from standfast.net.nft.statements import COUNT, Do, Duplicate, Match, MatchAny, MatchSet
from standfast.net.nft.types import (
    INTERFACE,
    INTERFACE_NAME,
    IPV4,
    IPV6,
    Data,
    Verdict,
    concatenation,
    number32,
    packed,
)
from standfast.values import Address

USUAL_NAME: Final = "standfast_vrrp"

_ADDRESS_ON_INTERFACE = concatenation(IPV6, INTERFACE_NAME)
SILENT4: Final = Set("silent", IPV4)
SILENT6: Final = Set("silent", IPV6)
SILENT_LOCAL: Final = Set("silent_on_link", _ADDRESS_ON_INTERFACE)
_BELOW: Final = Set("below", INTERFACE_NAME, data=INTERFACE)
"""Virtual interface -> the one below."""
_VIRTUAL: Final = Set("virtual", INTERFACE_NAME)
_NOT_VIRTUAL: Final = Set("source_below", _ADDRESS_ON_INTERFACE)
"""Link-local addresses of interfaces below, as they would leave the virtual ones."""

_DROP, _ACCEPT = Do(Verdict("drop")), Do(Verdict("accept"))
_DISCOVERY = MatchAny(terms.ICMP6_TYPE, (b"\x87", b"\x88"))
"""Neighbour solicitations and advertisements must pass, or a silent address could not be reached through (RFC 9568)."""
_MULTICAST_REPORT = MatchAny(terms.ICMP6_TYPE, (b"\x83", b"\x84", b"\x8f"))
_ROUTER_SOLICITATION = Match(terms.ICMP6_TYPE, b"\x85")
_ADVERTISEMENT = Match(terms.ICMP6_TYPE, b"\x88")
_IGMP = Match(terms.META_L4PROTO, b"\x02")

Element: TypeAlias = tuple[Table, Set, bytes]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the tables are made from, apart from the silenced addresses."""

    name: str
    settings: Firewall = field(default_factory=Firewall)
    below: Mapping[str, int] = field(default_factory=dict)
    """Virtual MAC interface -> index of the one below."""
    sources: frozenset[tuple[str, Address]] = frozenset()
    """Virtual interface, link-local address of the one below."""
    redirects: bool = True
    """False on a kernel that cannot send reports by the interface below: there they are dropped alone."""


def silent_addresses(config: Config) -> frozenset[VirtualAddress]:
    """What must not answer on this host. An owner's addresses are its own."""
    return frozenset(
        address for made in config.instances if not made.accept and not made.owner for address in made.vips + made.evips
    )


def table_name(config: Config) -> str:
    """Of the tables: what ``nftables`` says, and the name of this daemon if it has one."""
    name = config.global_defs.firewall.table or USUAL_NAME
    own = re.sub(r"[^A-Za-z0-9_]", "_", config.instance_name)
    return f"{name}_{own}" if own else name


def tables(name: str) -> tuple[Table, Table]:
    """Both."""
    return Table("ip", name), Table("ip6", name)


def element(name: str, address: VirtualAddress) -> Element:
    """Where a silenced address stands. Link-local ones exist once on each link."""
    ip, ip6 = tables(name)
    if address.address.family == 4:
        return ip, SILENT4, address.address.packed
    if address.address.is_link_local:
        return ip6, SILENT_LOCAL, packed(address.address.packed, _named(address.dev))
    return ip6, SILENT6, address.address.packed


def everything(wanted: Wanted, silent: Iterable[VirtualAddress]) -> list[Command]:
    """Both tables, whatever stood in them before."""
    commands = nothing(wanted.name)
    for table in tables(wanted.name):
        commands.append(AddTable(table))
        hooks = (("in", "input"), ("out", "output"))
        commands += [AddChain(table, name, Hook("filter", place, wanted.settings.priority)) for name, place in hooks]
        sets = _SETS6 if table.family == "ip6" else _SETS4
        commands += [AddSet(table, one) for one in sets]
        commands += [AddRule(table, chain, _counted(rule, wanted)) for chain, rule in _rules(table.family, wanted)]
        commands += _interfaces(table, wanted)
    return [*commands, *put_in({element(wanted.name, address) for address in silent})]


def nothing(name: str) -> list[Command]:
    """Away with both, whether they are there or not."""
    return [command for table in tables(name) for command in (AddTable(table), DeleteTable(table))]


def put_in(elements: Collection[Element]) -> list[Command]:
    """Silence these."""
    return [AddElements(table, one, keys) for table, one, keys in _together(elements)]


def take_out(elements: Collection[Element]) -> list[Command]:
    """Let these speak; all of them must be silenced."""
    return [DeleteElements(table, one, keys) for table, one, keys in _together(elements)]


_SETS4 = (SILENT4, _BELOW, _VIRTUAL)
_SETS6 = (SILENT6, SILENT_LOCAL, _BELOW, _VIRTUAL, _NOT_VIRTUAL)


def _rules(family: str, wanted: Wanted) -> list[tuple[str, Rule]]:
    if family == "ip":
        return [
            ("in", (MatchSet(terms.IP_DESTINATION, SILENT4.name), _DROP)),
            *_reports(_IGMP, terms.IP_DESTINATION, wanted),
            ("out", (MatchSet(terms.IP_SOURCE, SILENT4.name), _DROP)),
        ]
    leaves_virtual = MatchSet(terms.META_OIFNAME, _VIRTUAL.name)
    source_on_link = terms.joined(terms.IP6_SOURCE, terms.META_OIFNAME)
    return [
        ("in", (_DISCOVERY, _ACCEPT)),
        ("in", (MatchSet(terms.joined(terms.IP6_DESTINATION, terms.META_IIFNAME), SILENT_LOCAL.name), _DROP)),
        ("in", (MatchSet(terms.IP6_DESTINATION, SILENT6.name), _DROP)),
        *_reports(_MULTICAST_REPORT, terms.IP6_DESTINATION, wanted),
        ("out", (_ROUTER_SOLICITATION, leaves_virtual, _DROP)),
        ("out", (_ADVERTISEMENT, MatchSet(source_on_link, _NOT_VIRTUAL.name), _DROP)),
        ("out", (_DISCOVERY, _ACCEPT)),
        ("out", (MatchSet(source_on_link, SILENT_LOCAL.name), _DROP)),
        ("out", (MatchSet(terms.IP6_SOURCE, SILENT6.name), _DROP)),
    ]


def _reports(match: Match | MatchAny, destination: terms.Field, wanted: Wanted) -> list[tuple[str, Rule]]:
    """A backup's reports with the virtual MAC would move the switch's entry for it: the interface below makes them."""
    redirect: list[tuple[str, Rule]] = []
    if wanted.redirects:
        device = terms.Looked(terms.META_OIFNAME, _BELOW.name, INTERFACE)
        redirect.append(("out", (match, Duplicate(destination, device))))
    return [*redirect, ("out", (match, MatchSet(terms.META_OIFNAME, _VIRTUAL.name), _DROP))]


def _counted(rule: Rule, wanted: Wanted) -> Rule:
    return (*rule[:-1], COUNT, rule[-1]) if wanted.settings.counters else rule


def _interfaces(table: Table, wanted: Wanted) -> list[Command]:
    below: dict[bytes, Data | None] = {_named(name): number32(index) for name, index in wanted.below.items()}
    if not below:
        return []
    commands: list[Command] = [AddElements(table, _BELOW, below), AddElements(table, _VIRTUAL, dict.fromkeys(below))]
    if table.family == "ip6" and wanted.sources:
        keys = {packed(address.packed, _named(name)): None for name, address in sorted(wanted.sources, key=str)}
        commands.append(AddElements(table, _NOT_VIRTUAL, keys))
    return commands


def _together(elements: Collection[Element]) -> Iterable[tuple[Table, Set, dict[bytes, Data | None]]]:
    found: dict[tuple[str, str], tuple[Table, Set, dict[bytes, Data | None]]] = {}
    for table, container, key in sorted(elements, key=lambda each: (each[0].family, each[1].name, each[2])):
        place = (table.family, container.name)
        found.setdefault(place, (table, container, {}))[2][key] = None
    return found.values()


def _named(interface: str) -> bytes:
    return interface.encode().ljust(16, b"\0")
