"""Whether this kernel can do what the rules need."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

from standfast.net.nft import terms as t
from standfast.net.nft.channel import Channel, TransactionRefused
from standfast.net.nft.commands import AddChain, AddRule, AddSet, AddTable, Command, DeleteTable, Hook, Table
from standfast.net.nft.sets import DYNAMIC, INTERVAL, TIMEOUT, Set
from standfast.net.nft.statements import Destination, MatchSet, Update
from standfast.net.nft.timeouts import AddTimeout, Timeout
from standfast.net.nft.types import INTEGER, IPV4, SERVICE, concatenation

_NAME = "standfast-probe-{}"


def lacking() -> str:
    """Why nftables cannot balance here, with what to do; empty: it can."""
    try:
        channel = Channel()
    except OSError as error:
        return f"the kernel has no nf_tables ({error.strerror}): load it with `modprobe nf_tables`"
    try:
        channel.commit(_trial(Table("inet", _NAME.format(os.getpid()))))
    except TransactionRefused as refused:
        if refused.errno == errno.EPERM:
            return "changing nftables needs root (CAP_NET_ADMIN)"
        return f"the kernel refuses what the rules need: {refused.strerror}; Linux 5.10 or later has it"
    except OSError as error:
        return f"the kernel does not answer about nf_tables: {error.strerror}"
    finally:
        channel.close()
    return ""


def without_policies(channel: Channel, policies: Sequence[Timeout]) -> str:
    """Why rules cannot set time-outs with this kernel (CONFIG_NF_CONNTRACK_TIMEOUT); empty: they can."""
    table = Table("inet", _NAME.format(os.getpid()))
    try:
        if policies:
            channel.commit([AddTable(table), *(AddTimeout(table, each) for each in policies), DeleteTable(table)])
    except OSError as error:
        return f"this kernel does not let rules set time-outs ({error.strerror or error})"
    return ""


def _trial(table: Table) -> list[Command]:
    """A table with one of each demanding kind, made and removed in one transaction: nobody ever sees it."""
    pair = concatenation(IPV4, SERVICE)
    number = t.Numbered(2)
    slots = Set("slots", INTEGER, pair, typeof=(number, t.joined(t.IP_DESTINATION, t.TCP_DESTINATION_PORT)))
    clients = Set("clients", IPV4, pair, flags=DYNAMIC | TIMEOUT, timeout_ms=1000, size=16)
    ranges = Set("ranges", pair, flags=INTERVAL, counters=True)
    server = t.joined(t.CT_REPLY_IP_SOURCE, t.CT_REPLY_PORT)
    return [
        AddTable(table),
        *(AddSet(table, each) for each in (slots, clients, ranges)),
        AddChain(table, "nat", Hook("nat", "prerouting", -100)),
        AddRule(table, "nat", (Destination("ip", t.Looked(number, "slots", pair)),)),
        AddRule(table, "nat", (MatchSet(t.joined(t.IP_DESTINATION, t.DESTINATION_PORT), "ranges"),)),
        AddRule(table, "nat", (Update("clients", t.IP_SOURCE, server),)),
        DeleteTable(table),
    ]
