"""What is left of servers that have gone: their connections, and clients that would come back to them."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import NamedTuple

from standfast.api import Address, Pool
from standfast.net.nft.channel import Channel, TransactionRefused
from standfast.net.nft.commands import DeleteElements, Table
from standfast.net.nft.sets import Set
from standfast.net.nft.types import packed
from standfast_lb.nftables.conntrack import Conntrack, Entry, Flow
from standfast_lb.nftables.parts import NOTHING, Part
from standfast_lb.nftables.ways import PROTOCOLS, Door, doors, ports_of

_TRIES = 4
_FEW = 8
"""For more servers of a service than that all its connections are read once."""


class Change(NamedTuple):
    """A pool as it was and as it is (None: gone), and the same in the kernel."""

    old: Pool
    new: Pool | None
    was: Part
    now: Part


class Aftermath:
    """Cleans up behind a change of servers."""

    def __init__(self, channel: Channel, conntrack: Conntrack) -> None:
        self._channel = channel
        self._conntrack = conntrack

    def settle(self, change: Change) -> None:
        """Servers that are in ``old`` and not in ``new`` get nothing any more, not even from old clients.

        Servers of weight 0 are in ``new``: what they have begun goes on. The connections of a sorry server that is no
        longer needed go on, too, where they end by themselves (TCP).
        """
        old, new = change.old, change.new
        gone = set(change.was.servers).difference(change.now.servers)
        if not gone:
            return
        if change.now is not NOTHING and old.persistence:
            self._forget_clients(change.now, gone)
        if old.forwarding.method != "NAT" or "ops" in old.flags or _ends_by_itself(old, new):
            return
        gates = tuple(doors(old))
        leaving = (place for place, server in enumerate(change.was.servers) if server in gone)
        ports = ports_of(old, gates)
        self._purge(old, gates, [(old.members[place].address, ports[place]) for place in leaving])

    def _purge(self, pool: Pool, gates: tuple[Door, ...], servers: Sequence[tuple[Address, int]]) -> None:
        """Exact doors by the kernel's filter if servers are few: it goes through all connections for each."""
        exact = [door for door in gates if not door.way.kind]
        for door in exact:
            if len(servers) > _FEW:
                leaving = {(server.packed, port or door.port) for server, port in servers}
                self._conntrack.purge_of(_flow(door, servers[0][0], 0), leaving)
                continue
            for server, port in servers:
                self._conntrack.purge(_flow(door, server, port or door.port))
        others = [door for door in gates if door.way.kind]
        protocol = PROTOCOLS[pool.protocol][0] if pool.protocol else 0
        for server, port in servers if others else ():
            whole = Flow(server, protocol, port)
            self._conntrack.purge_if(whole, lambda entry: any(_within(door, entry) for door in others))

    def _forget_clients(self, part: Part, gone: set[bytes]) -> None:
        for (table, name), (each, _elements) in part.sets.items():
            if name.startswith("pe_"):
                self._forget(table, each, gone)

    def _forget(self, table: Table, clients: Set, data: set[bytes]) -> None:
        """An element that has just expired by itself spoils a transaction: then look again."""
        for attempt in range(_TRIES):
            found = {
                element.key: None for element in self._channel.elements(table, clients.name) if element.data in data
            }
            if not found:
                return
            try:
                self._channel.commit([DeleteElements(table, clients, found)])
            except TransactionRefused as refused:
                if refused.errno != errno.ENOENT or attempt == _TRIES - 1:
                    raise
            else:
                return


def _ends_by_itself(old: Pool, new: Pool | None) -> bool:
    return old.serving == "sorry" and old.protocol == "TCP" and new is not None


def _flow(door: Door, server: Address, port: int) -> Flow:
    service = type(server).unpack(door.first[4:-4])
    return Flow(server, door.first[0], port, service, int.from_bytes(door.first[-4:-2], "big"))


def _within(door: Door, entry: Entry) -> bool:
    """Did the client ask for something behind this door? A mark is not written down anywhere: then for all we know."""
    if door.way.kind == "m":
        return True
    asked = packed(bytes((entry.protocol,)), entry.service, entry.service_port.to_bytes(2, "big"))
    parts = ((0, 4), (4, len(asked) - 4), (len(asked) - 4, len(asked)))
    return all(door.first[a:b] <= asked[a:b] <= door.last[a:b] for a, b in parts)
