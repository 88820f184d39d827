"""A pool as this backend plays it. Pure."""

from __future__ import annotations

from msgspec import structs

from standfast.api import Pool
from standfast_lb.nftables.schedule import DEFAULT


def normal(pool: Pool) -> Pool:
    """With the forwarding method of those who serve, and a scheduler that rules can play.

    Servers and sorry server may be reached in different ways, one at a time. Who gets nothing new and is reached in
    another way than the rest is left out: the rules have one way.
    """
    serving = [member.forwarding for member in pool.members if member.weight > 0] or [
        member.forwarding for member in pool.members
    ]
    if len({forwarding.method for forwarding in serving}) > 1:
        raise ValueError("nftables cannot mix NAT and DR among the real servers of one service")
    forwarding = serving[0] if serving else pool.forwarding
    members = pool.members
    if len(serving) != len(members):
        members = tuple(member for member in members if member.forwarding.method == forwarding.method)
    scheduler = "wrr" if pool.scheduler == DEFAULT else pool.scheduler
    if (forwarding, scheduler, len(members)) == (pool.forwarding, pool.scheduler, len(pool.members)):
        return pool
    return structs.replace(pool, forwarding=forwarding, members=members, scheduler=scheduler)
