"""Which interfaces carry IPv4 networks that several instances share. Pure.

The kernel ties the addresses of one network together: when the first of them goes, the others go with it, unless
``promote_secondaries`` is set. An instance that yields would take its neighbours' addresses along, and these would look
as if somebody had removed them.
"""

from __future__ import annotations

from standfast.config.model import Config


def shared_interfaces(config: Config) -> frozenset[str]:
    """Interfaces on which two instances have addresses of the same IPv4 network."""
    owners: dict[tuple[str, int, int], int] = {}
    shared: set[str] = set()
    for place, instance in enumerate(config.instances):
        for address in instance.vips + instance.evips:
            if address.address.family == 6 or address.prefix >= address.address.bits:
                continue
            rest = address.address.bits - address.prefix
            network = (address.dev, int.from_bytes(address.address.packed, "big") >> rest, rest)
            if owners.setdefault(network, place) != place:
                shared.add(address.dev)
    return frozenset(shared)
