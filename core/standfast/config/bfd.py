"""From ``bfd_instance`` blocks to sessions that make sense."""

from __future__ import annotations

from standfast.config.bfd_model import BfdSession
from standfast.config.definitions import incomplete, opening
from standfast.config.findings import Findings
from standfast.config.settings import Settings
from standfast.config.track_entries import Weight
from standfast.values import MILLISECOND, SECOND, Address

TTL = {4: 255, 6: 64}
UNCHECKED_HOPS = 255


def session(block: Settings, _defaults: Settings, findings: Findings) -> BfdSession | None:
    """A session; None without a neighbour."""
    neighbor: Address | None = block.get("neighbor_ip")
    if neighbor is None:
        if "neighbour_ip" not in block.seen:
            incomplete(block, "neighbor_ip", "who the neighbour is", findings)
        return None
    weight: Weight = block.get("weight", Weight(0, False))
    ttl = block.get("ttl", TTL[neighbor.family])
    vrrp, checker = block.get("vrrp", False), block.get("checker", False)
    return BfdSession(
        name=block.name,
        neighbor=neighbor,
        source=_source(block, neighbor, findings),
        min_rx=block.get("min_rx", 10 * MILLISECOND),
        min_tx=block.get("min_tx", 10 * MILLISECOND),
        idle_tx=block.get("idle_tx", SECOND),
        multiplier=block.get("multiplier", 5),
        passive=block.get("passive", False),
        multihop=block.get("multihop", False),
        ttl=ttl,
        max_hops=_max_hops(block, ttl, findings),
        weight=weight.weight,
        reverse=weight.reverse,
        tells_vrrp=vrrp or not checker,
        tells_checker=checker or not vrrp,
    )


def _source(block: Settings, neighbor: Address, findings: Findings) -> Address | None:
    source: Address | None = block.get("source_ip")
    if source is not None and source.family != neighbor.family:
        at = block.scalars["source_ip"].statement
        message = f"{block.name}: `{source}` is not an IPv{neighbor.family} address as the neighbour's; it is ignored"
        findings.error("SF4131", at, message)
        return None
    return source


def _max_hops(block: Settings, ttl: int, findings: Findings) -> int:
    hops: int = block.get("max_hops", 0)
    if hops > ttl and hops != UNCHECKED_HOPS:
        at = block.scalars["max_hops"].statement
        message = f"{block.name}: `max_hops` {hops} is more than the TTL {ttl} that packets start with; used: {ttl}"
        findings.error("SF4131", at, message)
        return ttl
    return hops


def drop_doubles(sessions: tuple[BfdSession, ...], settings: Settings, findings: Findings) -> tuple[BfdSession, ...]:
    """Of two sessions between the same addresses the first one counts."""
    places = {block.name: opening(block) for block in settings.blocks.get("bfd_instance", ())}
    first: dict[tuple[Address | None, Address], BfdSession] = {}
    for session_ in sessions:
        earlier = first.setdefault((session_.source, session_.neighbor), session_)
        if earlier is not session_:
            message = f"`{session_.name}` has the addresses of `{earlier.name}`; it is ignored"
            findings.error("SF4132", places[session_.name], message)
    return tuple(first.values())
