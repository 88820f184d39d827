"""Which of an instance's addresses count: the first one decides between IPv4 and IPv6, the rest must follow."""

from __future__ import annotations

from standfast.config.draft import Draft
from standfast.config.entries import AddressLine, PeerLine
from standfast.config.model import VirtualAddress
from standfast.config.settings import Settings, Value
from standfast.values import Address, Family

MAX_VIPS = 255
"""The count is one byte in the advert."""

DECIDES = frozenset(("virtual_ipaddress", "unicast_peer", "mcast_src_ip", "unicast_src_ip"))


def address_of(value: Value) -> Address:
    """The address of a VIP, peer or source."""
    bound = value.value
    if isinstance(bound, AddressLine):
        return bound.address
    return bound.peer.address if isinstance(bound, PeerLine) else bound


def decide_family(draft: Draft) -> None:
    """The family of the first VIP, source or peer in the text; ``native_ipv6`` forces IPv6; nothing is IPv4."""
    draft.family = _family(draft.settings)


def _family(settings: Settings) -> Family:
    if "native_ipv6" in settings.scalars:
        return 6
    for value in settings.sequence:
        if value.setting in DECIDES:
            return address_of(value).family
    return 4


def take_addresses(draft: Draft) -> None:
    """Sort the addresses into their places; those of the other family are dropped with an error."""
    dev = draft.settings.get("interface") or draft.defaults.get("default_interface", "eth0")
    seen: set[tuple[Address, str]] = set()
    for value in draft.settings.sequence:
        if value.setting == "virtual_ipaddress_excluded":
            _virtual(draft, value, dev, seen, draft.evips)
        elif value.setting in DECIDES and _same_family(draft, value):
            if value.setting == "virtual_ipaddress":
                _virtual(draft, value, dev, seen, draft.vips)
            elif value.setting == "unicast_peer":
                _peer(draft, value)
            else:
                draft.source = value.value
    if len(draft.vips) > MAX_VIPS:
        first, *others = (each.address for each in draft.vips[MAX_VIPS:])
        which = f"{first} and {len(others)} more are" if others else f"{first} is"
        message = f"an advert has room for {MAX_VIPS} addresses; {which} held but not advertised"
        draft.error("SF4023", "virtual_ipaddress", message)
        draft.evips = draft.vips[MAX_VIPS:] + draft.evips
        del draft.vips[MAX_VIPS:]


def _same_family(draft: Draft, value: Value) -> bool:
    address = address_of(value)
    if address.family == draft.family:
        return True
    what = "left out of `virtual_ipaddress`" if value.setting == "virtual_ipaddress" else "ignored"
    message = (
        f"{draft.name}: this is an IPv{draft.family} instance; the IPv{address.family} address `{address}` is {what}"
    )
    hint = "put it under `virtual_ipaddress_excluded`, or make an instance of its own for it"
    wanted = hint if value.setting == "virtual_ipaddress" else ""
    draft.findings.error("SF4021", value.statement, message, hint=wanted)
    return False


def _virtual(
    draft: Draft, value: Value, dev: str, seen: set[tuple[Address, str]], target: list[VirtualAddress]
) -> None:
    line: AddressLine = value.value
    where = line.dev or dev
    if (line.address, where) in seen:
        message = f"{draft.name}: `{line.address}` stands there twice; the second one is dropped"
        hint = "take it out on all machines: keepalived 2.2 counts it, and refuses adverts with another count"
        announced = value.setting == "virtual_ipaddress"
        draft.findings.warning("SF4022", value.statement, message, hint=hint if announced else "")
        return
    seen.add((line.address, where))
    target.append(resolve(line, where))


def resolve(line: AddressLine, dev: str) -> VirtualAddress:
    """A line with its interface."""
    return VirtualAddress(
        address=line.address,
        prefix=line.prefix,
        dev=dev,
        scope=line.scope,
        broadcast=line.broadcast,
        label=line.label,
        peer=line.peer,
        preferred_lft_s=line.preferred_lft_s,
        home="home" in line.flags,
        dad="-nodad" in line.flags,
        mngtmpaddr="mngtmpaddr" in line.flags,
        noprefixroute="noprefixroute" in line.flags,
        autojoin="autojoin" in line.flags,
        no_track="no_track" in line.flags,
        track_group=line.track_group,
        vmac="use_vmac" in line.flags,
    )


def _peer(draft: Draft, value: Value) -> None:
    line: PeerLine = value.value
    if any(peer.address == line.peer.address for peer in draft.peers):
        message = f"{draft.name}: peer `{line.peer.address}` stands there twice; the second one is dropped"
        draft.findings.warning("SF4027", value.statement, message)
        return
    draft.peers.append(line.peer)
    draft.check_source = draft.check_source or line.checks_ttl
