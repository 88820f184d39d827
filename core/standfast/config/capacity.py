"""How many addresses fit into one advert; known only when the interface's MTU is."""

from __future__ import annotations

from msgspec import structs

from standfast.config.model import VrrpInstance

IP_HEADER = {4: 20, 6: 40}
VRRP_HEADER = 8
V2_AUTHENTICATION = 8
AH_HEADER = 24
HMAC_TRAILER = 28


def vip_capacity(instance: VrrpInstance, mtu: int = 1500) -> int:
    """The addresses that one packet of ``mtu`` bytes holds, at most 255.

    keepalived also subtracts 14 bytes for the Ethernet header, which is no part of the MTU.
    """
    room = mtu - IP_HEADER[instance.family] - VRRP_HEADER
    if instance.version == 2:
        room -= V2_AUTHENTICATION
    if instance.auth is not None and instance.auth.kind == "ah":
        room -= AH_HEADER
    if instance.hmac is not None:
        room -= HMAC_TRAILER
    return max(0, min(255, room // (4 if instance.family == 4 else 16)))


def fit(instance: VrrpInstance, mtu: int = 1500) -> VrrpInstance:
    """The instance with the addresses that do not fit treated as excluded; the same object if all fit."""
    limit = vip_capacity(instance, mtu)
    if len(instance.vips) <= limit:
        return instance
    return structs.replace(instance, vips=instance.vips[:limit], evips=instance.vips[limit:] + instance.evips)
