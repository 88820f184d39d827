"""From a pool to its part of the ruleset. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from standfast.api import Address, Member, Persistence, Pool
from standfast.net.nft import terms as t
from standfast.net.nft.commands import Rule, Table
from standfast.net.nft.sets import DYNAMIC, INTERVAL, TIMEOUT, Set
from standfast.net.nft.statements import (
    CLOSING,
    MASQUERADE,
    UNTRACKED,
    Branch,
    Destination,
    Device,
    Forward,
    Match,
    Rewrite,
    SetMark,
    Statement,
    Update,
)
from standfast.net.nft.timeouts import SetTimeout
from standfast.net.nft.types import INTERFACE, MARK, SERVICE, Data, Type, Verdict, concatenation, number32
from standfast_lb.nftables.frame import PORTED
from standfast_lb.nftables.names import stem
from standfast_lb.nftables.parts import Elements, Part, Place
from standfast_lb.nftables.schedule import BY_HASH, Memory, Schedule, schedule
from standfast_lb.nftables.timeouts import AS_USUAL, Timeouts
from standfast_lb.nftables.ways import PROTOCOLS, SIDES, Door, Side, doors, ports_of, servers_of

CLIENTS = 262_144
"""Most clients or flows that one service remembers."""
_CLOSED_MS = 120_000
_FLOW_MS = {"TCP": 900_000, "UDP": 300_000, "SCTP": 900_000, "": 900_000}
"""As long as the kernel's own balancer remembers silent connections."""

Route = Callable[[Address], tuple[str, int]]
"""The device behind which a server is: name and index. Raises :class:`ValueError` saying why there is none."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a part is to be."""

    nat: Table
    direct: Table
    route: Route
    timeouts: Timeouts = AS_USUAL


def part_of(pool: Pool, where: Ground, memory: Memory) -> Part:
    """What the pool is in the kernel. Raises :class:`ValueError` with why it cannot be."""
    kind: type[_Single | _Direct | _Translated] = _Translated
    if pool.forwarding.method == "DR":
        kind = _Direct
    elif "ops" in pool.flags:
        kind = _Single
    service = kind(pool, tuple(doors(pool)), where, memory)
    return replace(service.part(), servers=tuple(service.servers))


def down_elements(table: Table, gates: Sequence[Door]) -> dict[Place, Elements]:
    """Clients of a service in which nobody is left are refused."""
    return _by_way(table, "down", gates, None)


def _by_way(table: Table, prefix: str, gates: Sequence[Door], data: Data | None) -> dict[Place, Elements]:
    found: dict[Place, dict[bytes, Data | None]] = {}
    for door in gates:
        found.setdefault((table, f"{prefix}{door.way.name}"), {})[door.key] = data
    return dict(found)


def masked_source(side: Side, persistence: Persistence) -> t.Term:
    """The part of the client's address that counts."""
    bits = side.type.size * 8
    if persistence.mask is not None:
        return t.Masked(side.source, persistence.mask.packed)
    if persistence.granularity >= bits:
        return side.source
    ones = (1 << bits) - (1 << (bits - persistence.granularity))
    return t.Masked(side.source, ones.to_bytes(side.type.size, "big"))


class _Service:
    """What the three kinds have in common."""

    def __init__(self, pool: Pool, gates: tuple[Door, ...], where: Ground, memory: Memory) -> None:
        self.pool, self.gates, self.where, self.memory = pool, gates, where, memory
        self.side = SIDES[pool.family]
        self.name = stem(pool.name)
        if pool.members:
            memory.ported = any(ports_of(pool, gates))
        self.ported = memory.ported
        self.servers = servers_of(pool, gates)
        weights = {server: max(member.weight, 0) for server, member in zip(self.servers, pool.members, strict=True)}
        memory.meet(weights)
        self.schedule: Schedule[bytes] = schedule(pool, self.side, weights, memory)
        self.needs_ports = _needs_ports(pool)
        self.policies = where.timeouts.policies(pool.family, pool.protocol)

    def slots(self, data: Type | None, term: t.Term | None, elements: Elements) -> tuple[Set, Elements]:
        """The map from a drawn number; ``data`` None: to verdicts."""
        flags = INTERVAL if self.schedule.interval else 0
        number = t.Numbered(2, random=self.schedule.interval)  # its modulus says nothing: the rule's counts
        made = Set(f"sl_{self.name}", self.schedule.key, data, data is None, flags, typeof=(number, term))
        return made, elements

    def without_ports(self) -> tuple[Statement, ...]:
        """A match in front of a number that needs ports."""
        return (PORTED,) if self.needs_ports and not self.ported else ()


def _needs_ports(pool: Pool) -> bool:
    marks = any(entrance.first is None for entrance in pool.entrances)
    return marks and pool.scheduler in BY_HASH and "flag-2" in pool.flags


class _Translated(_Service):
    """NAT: the destination of a connection's first packet is changed, connection tracking does the rest."""

    def part(self) -> Part:
        table = self.where.nat
        chain, after = f"vs_{self.name}", f"po_{self.name}"
        rules = tuple(self._choice())
        afterwards = tuple(self._afterwards())
        shared: dict[Place, Elements] = {}
        chains: dict[Place, tuple[Rule, ...]] = {}
        if rules:
            chains[table, chain] = rules
            shared |= _by_way(table, "vs", self.gates, Verdict("goto", chain))
        if not self.schedule.slots:
            shared |= down_elements(table, self.gates)
        if rules and afterwards:
            chains[table, after] = afterwards
            # "jump": after a "goto" the rule for servers that are clients would not be reached.
            shared |= _by_way(table, "po", self.gates, Verdict("jump", after))
        shared |= self._counters(table)
        if self.memory.seen:
            shared[table, f"rs{self.pool.family}"] = self._addresses()
        needs = frozenset(("nat", door.way.name) for door in self.gates)
        timeouts = {(table, each.name): each for each in self.policies}
        return Part(chains, dict(self._sets(table)), shared, timeouts, needs)

    @property
    def _server(self) -> Type:
        return concatenation(self.side.type, SERVICE) if self.ported else self.side.type

    @property
    def _protocol(self) -> tuple[Statement, ...]:
        """A port can be changed only where there are ports."""
        if not self.ported:
            return ()
        if any(entrance.first is None for entrance in self.pool.entrances):
            return (PORTED,)
        return (Match(t.META_L4PROTO, PROTOCOLS[self.pool.protocol or "TCP"]),)

    @property
    def _remembered(self) -> tuple[Statement, ...]:
        return tuple(SetTimeout(each.name) for each in self.policies)

    def _choice(self) -> Sequence[Rule]:
        rules: list[Rule] = []
        if self.pool.persistence and self.pool.members:
            known = t.Looked(masked_source(self.side, self.pool.persistence), f"pe_{self.name}", self._server)
            rules.append((*self._protocol, *self._remembered, Destination(self.side.word, known)))
        if self.schedule.slots:
            for place, term in enumerate(self.schedule.terms):
                drawn = t.Looked(term, f"sl_{self.name}", self._server)
                ports = self.without_ports() if not place else ()
                rules.append((*self._protocol, *ports, *self._remembered, Destination(self.side.word, drawn)))
        return rules

    def _afterwards(self) -> Sequence[Rule]:
        rules: list[Rule] = []
        if self.pool.persistence:
            client = masked_source(self.side, self.pool.persistence)
            server = t.joined(self.side.server, t.CT_REPLY_PORT) if self.ported else self.side.server
            rules.append((*self._protocol, Update(f"pe_{self.name}", client, server)))
        if self.pool.forwarding.masquerade:
            rules.append((MASQUERADE,))
        return rules

    def _sets(self, table: Table) -> Sequence[tuple[Place, tuple[Set, Elements]]]:
        found: list[tuple[Set, Elements]] = []
        if self.schedule.slots:
            destination = t.IP_DESTINATION if self.pool.family == 4 else t.IP6_DESTINATION
            term = t.joined(destination, t.TCP_DESTINATION_PORT) if self.ported else destination
            found.append(self.slots(self._server, term, self.schedule.slots))
        if self.pool.persistence and self.pool.members:
            milliseconds = self.pool.persistence.timeout_s * 1000
            flags = DYNAMIC | TIMEOUT
            clients = Set(
                f"pe_{self.name}", self.side.type, self._server, flags=flags, timeout_ms=milliseconds, size=CLIENTS
            )
            found.append((clients, {}))
        return [((table, each.name), (each, elements)) for each, elements in found]

    def _counters(self, table: Table) -> dict[Place, Elements]:
        """One element for each door and server, also for servers that were there before: what they counted stays."""
        found: dict[Place, Elements] = {}
        for door in self.gates:
            keys = self._counted_keys(door)
            for prefix in ("con", "in", "out")[: 2 if door.way.kind == "m" else 3]:
                place = table, f"{prefix}{door.way.name}"
                found[place] = {**found[place], **keys} if place in found else keys
        return found

    def _counted_keys(self, door: Door) -> Mapping[bytes, None]:
        size = self._server.size

        def keys() -> Iterable[bytes]:
            return door.server_keys((each for each in self.memory.seen if len(each) == size), ported=self.ported)

        return self.memory.keys_for((door, self.ported), keys)

    def _addresses(self) -> Mapping[bytes, None]:
        """Also of servers that have failed: they are clients of the service none the less, and need its answers."""
        size = self.side.type.size
        lengths = size, concatenation(self.side.type, SERVICE).size  # a mark may have had the other IP version

        def keys() -> Iterable[bytes]:
            return (each[:size] for each in self.memory.seen if len(each) in lengths)

        return self.memory.keys_for(("addresses", size), keys)


class _Single(_Service):
    """One-packet scheduling: every datagram for itself, without connection tracking."""

    def part(self) -> Part:
        table = self.where.nat
        chain, back = f"vs_{self.name}", f"or_{self.name}"
        if not self.schedule.slots:
            return Part(shared=down_elements(table, self.gates), needs=self._needs)
        door = self.gates[0]
        size = self.side.type.size
        address, port = door.first[4 : 4 + size], door.first[-4:-2]
        servers = {server: f"op_{self.name}_{self.memory.seen[server]}" for server in self.servers}
        chains: dict[Place, tuple[Rule, ...]] = {
            (table, chain): ((UNTRACKED, Branch(self.schedule.terms[0], f"sl_{self.name}")),),
            (table, back): ((Rewrite(self.side.source, address), Rewrite(t.UDP_SOURCE_PORT, port)),),
        }
        for server, name in servers.items():
            address_of, port_of = server[:size], server[size : size + 2]
            rule = Rewrite(self.side.destination, address_of), Rewrite(t.UDP_DESTINATION_PORT, port_of)
            chains[table, name] = (rule,)
        slots, elements = self.slots(
            None, None, {key: Verdict("goto", servers[server]) for key, server in self.schedule.slots.items()}
        )
        way = door.way.name
        shared: dict[Place, Elements] = {
            **_by_way(table, "op", self.gates, Verdict("goto", chain)),
            (table, f"ob{way}"): dict.fromkeys(servers),
            (table, f"or{way}"): dict.fromkeys(servers, Verdict("goto", back)),
        }
        return Part(chains, {(table, slots.name): (slots, elements)}, shared, needs=self._needs)

    @property
    def _needs(self) -> frozenset[tuple[str, str]]:
        return frozenset(("ops", door.way.name) for door in self.gates)


class _Direct(_Service):
    """Direct routing: frames go on to the server as they are, before the balancer's own IP sees them."""

    def part(self) -> Part:
        needs = frozenset(("direct", door.way.name) for door in self.gates)
        refused = {} if self.schedule.slots else down_elements(self.where.nat, self.gates)
        if not self.pool.members:
            return Part(shared=refused, needs=needs)
        table, chain = self.where.direct, f"vs_{self.name}"
        marks = {server: number32(self.memory.seen[server]) for server in self.servers}
        devices = {member: self.where.route(member.address) for member in self.pool.members}
        sets = dict(self._sets(table, marks, devices))
        rules = tuple(self._rules(self._forward(devices)))
        shared = {**refused, **_by_way(table, "vs", self.gates, Verdict("goto", chain))}
        return Part({(table, chain): rules}, sets, shared, needs=needs)

    @property
    def _remembers(self) -> bool:
        """Hashes find a client's server without a memory; single packets need none."""
        return "ops" not in self.pool.flags and (
            self.pool.persistence is not None or self.pool.scheduler not in BY_HASH
        )

    @property
    def _flow(self) -> t.Term:
        if self.pool.persistence:
            return masked_source(self.side, self.pool.persistence)
        return t.joined(self.side.source, t.SOURCE_PORT)

    def _forward(self, devices: Mapping[Member, tuple[str, int]]) -> Forward:
        address = t.Looked(t.META_MARK, f"be_{self.name}", self.side.type)
        several = len(set(devices.values())) > 1
        name, index = next(iter(devices.values()))
        device: t.Term = t.Looked(t.META_MARK, f"dv_{self.name}", INTERFACE) if several else Device(name, index)
        return Forward(self.side.word, address, device)

    def _rules(self, send: Forward) -> Sequence[Rule]:
        draw: list[Rule] = []
        if self.schedule.slots:
            draw.append((SetMark(t.Looked(self.schedule.terms[0], f"sl_{self.name}", MARK)),))
        if not self._remembers:
            return [(SetMark(t.mark(0)),), *draw, (send,)]
        flows = f"fl_{self.name}"
        known = Match(t.META_MARK, number32(0), "!=")
        timeouts = self.where.timeouts
        lasting = 0 if self.pool.persistence else timeouts.flow_ms(self.pool.protocol)
        remember = Update(flows, self._flow, t.META_MARK, lasting)
        rules: list[Rule] = [(SetMark(t.mark(0)),), (SetMark(t.Looked(self._flow, flows, MARK)),)]
        if self.pool.protocol == "TCP" and not self.pool.persistence:
            closed = timeouts.tcpfin * 1000 or _CLOSED_MS
            rules.append((CLOSING, known, Update(flows, self._flow, t.META_MARK, closed), send))
        rules.append((known, remember, send))
        return [*rules, *draw, (remember, send)] if draw else rules

    def _sets(
        self, table: Table, marks: Mapping[bytes, bytes], devices: Mapping[Member, tuple[str, int]]
    ) -> Sequence[tuple[Place, tuple[Set, Elements]]]:
        found: list[tuple[Set, Elements]] = []
        if self.schedule.slots:
            slots = {key: marks[server] for key, server in self.schedule.slots.items()}
            found.append(self.slots(MARK, t.META_MARK, slots))
        members = {marks[server]: member for server, member in zip(self.servers, self.pool.members, strict=True)}
        back = Set(f"be_{self.name}", MARK, self.side.type, counters=True)
        found.append((back, {mark: member.address.packed for mark, member in members.items()}))
        if len(set(devices.values())) > 1:
            indexes = {mark: number32(devices[member][1]) for mark, member in members.items()}
            found.append((Set(f"dv_{self.name}", MARK, INTERFACE), indexes))
        if self._remembers:
            persistence = self.pool.persistence
            key = self.side.type if persistence else concatenation(self.side.type, SERVICE)
            lasting = persistence.timeout_s * 1000 if persistence else _FLOW_MS[self.pool.protocol]
            flows = Set(f"fl_{self.name}", key, MARK, flags=DYNAMIC | TIMEOUT, timeout_ms=lasting, size=CLIENTS)
            found.append((flows, {}))
        return [((table, each.name), (each, elements)) for each, elements in found]
