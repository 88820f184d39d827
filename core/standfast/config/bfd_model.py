"""Sessions of bidirectional forwarding detection (RFC 5880)."""

from __future__ import annotations

from standfast.config.record import Record
from standfast.values import MILLISECOND, SECOND, Address


class BfdSession(Record, frozen=True):
    """A ``bfd_instance``. Intervals in microseconds."""

    name: str
    neighbor: Address
    source: Address | None = None
    min_rx: int = 10 * MILLISECOND
    min_tx: int = 10 * MILLISECOND
    idle_tx: int = SECOND
    multiplier: int = 5
    passive: bool = False
    multihop: bool = False
    """To UDP port 4784 (RFC 5883) instead of 3784."""
    ttl: int = 255
    max_hops: int = 0
    """How much TTL an accepted packet may have lost; 255: not looked at."""
    weight: int = 0
    reverse: bool = False
    tells_vrrp: bool = True
    tells_checker: bool = True
