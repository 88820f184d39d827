"""What services share: the base chains, and the maps that lead from a packet to its service. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from standfast.net.nft import terms as t
from standfast.net.nft.commands import Hook, Rule, Table
from standfast.net.nft.sets import INTERVAL, Set
from standfast.net.nft.statements import (
    MASQUERADE,
    NEVER_TRACKED,
    NOT_TRANSLATED,
    REJECT,
    RESET,
    UNTRACKED,
    Branch,
    Do,
    Match,
    MatchAny,
    MatchSet,
)
from standfast.net.nft.types import MARK, SERVICE, Verdict, concatenation
from standfast_lb.nftables.parts import Frame, Place
from standfast_lb.nftables.ways import PROTOCOLS, SIDES, Side, Way, way_of

PORTED = MatchAny(t.META_L4PROTO, tuple(PROTOCOLS.values()))
"""Protocols that have ports."""
TCP = Match(t.META_L4PROTO, PROTOCOLS["TCP"])
UDP = Match(t.META_L4PROTO, PROTOCOLS["UDP"])
RETURN = Do(Verdict("return"))

_RAW, _DESTINATION, _SOURCE = -300, -100, 100
"""Priorities, as nft(8) calls them raw, dstnat and srcnat."""


def frame_of(needs: Iterable[tuple[str, str]], nat: Table, direct: Table, devices: Iterable[str]) -> Frame:
    """For parts with these needs: ``("nat", way)``, ``("direct", way)``, ``("ops", way)``."""
    wanted = sorted(set(needs))
    ways = [way_of(name) for name in sorted({name for _purpose, name in wanted})]
    translated = [way_of(name) for purpose, name in wanted if purpose == "nat"]
    redirected = [way_of(name) for purpose, name in wanted if purpose == "direct"]
    singly = [way_of(name) for purpose, name in wanted if purpose == "ops"]
    sets: dict[Place, Set] = {}
    chains: dict[Place, tuple[Hook | None, tuple[Rule, ...]]] = {}
    _put(sets, nat, _down_sets(ways))
    if ways:
        chains[nat, "input"] = Hook("filter", "input", 0), tuple(_refusals(ways))
    if translated:
        _put(sets, nat, _nat_sets(translated))
        _nat_chains(chains, nat, translated)
    if singly:
        _put(sets, nat, _single_sets(singly))
        chains[nat, "single"] = Hook("filter", "prerouting", _RAW), tuple(_single_rules(singly))
        chains[nat, "single_back"] = Hook("filter", "postrouting", _RAW), tuple(_back_rules(singly))
    if redirected:
        _put(sets, direct, (Set(f"vs{way.name}", way.key, verdicts=True, flags=way.flags) for way in redirected))
        rules = tuple((Branch(way.term, f"vs{way.name}"),) for way in redirected)
        chains |= {(direct, f"in_{device}"): (Hook("filter", "ingress", 0, (device,)), rules) for device in devices}
    return Frame(chains, sets)


def _put(sets: dict[Place, Set], table: Table, new: Iterable[Set]) -> None:
    sets.update(((table, each.name), each) for each in new)


def _down_sets(ways: Iterable[Way]) -> Iterator[Set]:
    """Services in which nobody is left: their clients are refused."""
    for way in ways:
        yield Set(f"down{way.name}", way.key, flags=way.flags)


def counted_key(way: Way) -> t.Term:
    """What is counted of a connection: whom the client asked, and who serves it."""
    return t.joined(way.original_term, way.side.server, t.CT_REPLY_PORT) if way.kind == "m" else _whole_key(way)


def _whole_key(way: Way) -> t.Term:
    return t.joined(t.META_L4PROTO, way.side.original, t.CT_ORIGINAL_PORT, way.side.server, t.CT_REPLY_PORT)


def counter_set(prefix: str, way: Way) -> Set:
    """``con``: connections; ``in`` and ``out``: packets and bytes from and to clients."""
    server = (way.side.type, SERVICE)
    key = concatenation(MARK, *server) if way.kind == "m" else concatenation(*way.key.parts, *server)
    return Set(f"{prefix}{way.name}", key, flags=INTERVAL if way.kind else 0, counters=True)


def _nat_sets(ways: Iterable[Way]) -> Iterator[Set]:
    for way in ways:
        yield Set(f"vs{way.name}", way.key, verdicts=True, flags=way.flags)
        yield Set(f"po{way.name}", way.key, verdicts=True, flags=way.flags)
        yield counter_set("con", way)
        yield counter_set("in", way)
        if way.kind != "m":
            yield counter_set("out", way)
    for family in sorted({way.family for way in ways}):
        yield Set(f"rs{family}", SIDES[family].type)


def _nat_chains(chains: dict[Place, tuple[Hook | None, tuple[Rule, ...]]], table: Table, ways: list[Way]) -> None:
    into: Rule = (Do(Verdict("jump", "services")),)
    chains[table, "services"] = None, tuple(_look_up(way) for way in ways)
    chains[table, "prerouting"] = Hook("nat", "prerouting", _DESTINATION), (into,)
    chains[table, "output"] = Hook("nat", "output", _DESTINATION), (into,)
    chains[table, "postrouting"] = Hook("nat", "postrouting", _SOURCE), tuple(_after(ways))
    chains[table, "forward"] = Hook("filter", "forward", 0), tuple(_traffic(ways))


def _family(way: Way) -> tuple[Match, ...]:
    """A mark does not tell the IP version."""
    return (Match(t.META_NFPROTO, b"\x0a" if way.family == 6 else b"\x02"),) if way.kind == "m" else ()


def _look_up(way: Way) -> Rule:
    return (*_family(way), Branch(way.term, f"vs{way.name}"))


def _after(ways: list[Way]) -> Iterator[Rule]:
    """Once for each connection, when the server has been chosen: count it, then what the service wants."""
    yield NOT_TRANSLATED, RETURN
    for way in ways:
        yield (*_family(way), PORTED, MatchSet(counted_key(way), f"con{way.name}"))
    for way in ways:
        ported = () if way.kind == "m" else (PORTED,)
        yield (*_family(way), *ported, Branch(way.original_term, f"po{way.name}"))
    for family in sorted({way.family for way in ways}):
        # A server that is a client of its own service would otherwise get the answer from itself.
        yield MatchSet(SIDES[family].source, f"rs{family}"), MASQUERADE


def _traffic(ways: list[Way]) -> Iterator[Rule]:
    yield NOT_TRANSLATED, RETURN
    for way in ways:
        counted = MatchSet(counted_key(way), f"in{way.name}")
        yield Match(t.CT_DIRECTION, b"\0"), *_family(way), PORTED, counted, RETURN
    for way in ways:
        if way.kind != "m":  # answers do not carry the mark
            yield Match(t.CT_DIRECTION, b"\1"), PORTED, MatchSet(counted_key(way), f"out{way.name}"), RETURN


def _refusals(ways: Iterable[Way]) -> Iterator[Rule]:
    for way in ways:
        down = MatchSet(way.term, f"down{way.name}")
        yield TCP, *_family(way), down, RESET
        yield *_family(way), down, REJECT


def back_key(side: Side) -> t.Term:
    """Where an answer comes from that connection tracking does not know."""
    return t.joined(side.source, t.UDP_SOURCE_PORT)


def _single_sets(ways: Iterable[Way]) -> Iterator[Set]:
    for way in ways:
        server = concatenation(way.side.type, SERVICE)
        yield Set(f"op{way.name}", way.key, verdicts=True, flags=way.flags)
        yield Set(f"ob{way.name}", server)
        yield Set(f"or{way.name}", server, verdicts=True)


def _single_rules(ways: Iterable[Way]) -> Iterator[Rule]:
    for way in ways:
        yield UDP, Branch(way.term, f"op{way.name}")
        yield UDP, MatchSet(back_key(way.side), f"ob{way.name}"), UNTRACKED


def _back_rules(ways: Iterable[Way]) -> Iterator[Rule]:
    """The source is changed here and not before routing: there the router would see its own address as source."""
    for way in ways:
        yield NEVER_TRACKED, UDP, Branch(back_key(way.side), f"or{way.name}")
