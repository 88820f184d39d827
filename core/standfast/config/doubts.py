"""Accepted, but surely not meant: what only shows when the effective configuration is looked at as a whole.

Nothing here changes the configuration, and keepalived says nothing of any of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from standfast.config.entries import AddressLine
from standfast.config.findings import Findings
from standfast.config.model import Config, VirtualAddress, VrrpInstance
from standfast.config.settings import Settings, Value
from standfast.config.tracking_model import Tracker
from standfast.config.tree import Statement
from standfast.values import Address

LINES = ("virtual_ipaddress", "virtual_ipaddress_excluded")


def doubt(settings: Settings, config: Config, findings: Findings) -> None:
    """Look at every instance, alone and beside the others."""
    blocks = {block.name: block for block in settings.blocks.get("vrrp_instance", ())}
    defaults = settings.block("global_defs")
    trackers = _trackers_of_groups(config)
    owners: dict[tuple[Address, str], VrrpInstance] = {}
    for instance in config.instances:
        block = blocks[instance.name]
        _own_peer(instance, block, findings)
        _address_of_another(instance, block, owners, findings)
        _missing_masks(instance, block, findings)
        _silent_addresses(instance, block, defaults, findings)
        _idle_weights(instance, block, trackers.get(instance.name, ()), findings)


def _at(block: Settings, *keywords: str) -> Statement:
    """The last statement with one of these keywords, else the opening of the block."""
    found = next((block.seen[keyword] for keyword in keywords if keyword in block.seen), block.statement)
    assert found is not None  # noqa: S101 - an instance has an opening statement
    return found


def _own_peer(instance: VrrpInstance, block: Settings, findings: Findings) -> None:
    if instance.source is None:
        return
    for value in block.all("unicast_peer"):
        if value.value.peer.address == instance.source:
            message = f"{instance.name}: the peer `{instance.source}` is this machine's own `unicast_src_ip`"
            findings.warning("SF4012", value.statement, message, hint="list only the other machines here")


def _address_of_another(
    instance: VrrpInstance, block: Settings, owners: dict[tuple[Address, str], VrrpInstance], findings: Findings
) -> None:
    for address in (*instance.vips, *instance.evips):
        earlier = owners.setdefault((address.address, address.dev), instance)
        if earlier is not instance:
            message = f"{instance.name}: `{address.address}` on {address.dev} is an address of {earlier.name} too"
            hint = "two virtual routers with one address take it from each other: remove it from one of them"
            findings.warning("SF4028", _line_of(block, address), message, hint=hint)


def _line_of(block: Settings, address: VirtualAddress) -> Statement:
    return next((at for at, line in _lines(block) if line.address == address.address), _at(block, *LINES))


def _lines(block: Settings) -> Iterator[tuple[Statement, AddressLine]]:
    for keyword in LINES:
        for value in block.all(keyword):
            yield value.statement, value.value


def _missing_masks(instance: VrrpInstance, block: Settings, findings: Findings) -> None:
    """A single address (/32, /128) among neighbours with a mask, or with the broadcast address of a network."""
    networks = [a for a in (*instance.vips, *instance.evips) if a.prefix < a.address.bits]
    if not networks and not any(a.broadcast for a in instance.vips):
        return
    bare: list[tuple[Statement, AddressLine, VirtualAddress]] = []
    for at, line in _lines(block):
        if line.prefix != line.address.bits or line.peer is not None:
            continue
        near = _neighbour(line, line.dev or instance.interface, networks)
        if line.broadcast is not None and line.broadcast != line.address:
            message = f"`{line.address}` is a /{line.prefix}, which has no broadcast address: was a mask meant?"
            hint = f"write `{line.address}/{near.prefix}`" if near else f"write `{line.address}/24`, for example"
            findings.warning("SF4029", at, f"{instance.name}: {message}", hint=hint)
        elif near is not None and not line.has_prefix:
            bare.append((at, line, near))
    if len(bare) > len(networks):
        return  # one address with the network's mask and many single ones: that is meant
    for at, line, near in bare:
        message = f"`{line.address}` has no mask, so it is a /{line.prefix}, though `{near.address}` has /{near.prefix}"
        findings.warning("SF4029", at, f"{instance.name}: {message}", hint=f"write `{line.address}/{near.prefix}`")


def _neighbour(line: AddressLine, dev: str, networks: list[VirtualAddress]) -> VirtualAddress | None:
    """An address with a mask on the same interface, into whose network this one belongs."""
    others = (network for network in networks if network.dev == dev and network.address != line.address)
    return next((network for network in others if _contains(network, line.address)), None)


def _contains(network: VirtualAddress, address: Address) -> bool:
    if network.address.family != address.family:
        return False
    shift = address.bits - network.prefix
    ours, theirs = int.from_bytes(network.address.packed, "big"), int.from_bytes(address.packed, "big")
    return ours >> shift == theirs >> shift


def _silent_addresses(instance: VrrpInstance, block: Settings, defaults: Settings, findings: Findings) -> None:
    if instance.accept or not (instance.vips or instance.evips):
        return
    if "accept" in block.scalars and not block.scalars["accept"].value:
        message = f"{instance.name}: its addresses will not answer on this machine, neither to ping nor for a service"
        findings.note("SF4038", block.scalars["accept"].statement, message, hint="leave `no_accept` out if they should")
        return
    strict: Value | None = block.scalars.get("strict_mode") or defaults.scalars.get("vrrp_strict")
    at = strict.statement if strict is not None else _at(block)
    word = at.keyword.text
    message = f"`{word}`: the addresses of {instance.name} will not answer, neither to ping nor for a service"
    hint = "add `accept` to the instance" if instance.version == 3 else f"remove `{word}`"
    findings.warning("SF4038", at, message, hint=hint)


def _trackers_of_groups(config: Config) -> dict[str, tuple[Tracker, ...]]:
    """Instance -> what the sync group around it tracks."""
    return {name: group.trackers for group in config.sync_groups for name in group.members}


def _idle_weights(instance: VrrpInstance, block: Settings, around: tuple[Tracker, ...], findings: Findings) -> None:
    """Weights that are swallowed by the limits of priorities (1 and 254), whatever happens."""
    weighted = [tracker for tracker in (*instance.trackers, *around) if tracker.weight]
    if not weighted or instance.owner or any(tracker.kind == "file" for tracker in weighted):
        return
    changes = [-tracker.weight if tracker.reverse else tracker.weight for tracker in weighted]
    low = max(1, instance.priority + sum(change for change in changes if change < 0))
    high = min(254, instance.priority + sum(change for change in changes if change > 0))
    if low < high:
        return
    message = f"{instance.name}: the weights of what it tracks can never change its priority {instance.priority}"
    hint = "priorities stay within 1 and 254: give this machine another one, or the weight another sign"
    findings.warning(
        "SF4109", _at(block, *(f"track_{tracker.kind}" for tracker in weighted), "priority"), message, hint=hint
    )
