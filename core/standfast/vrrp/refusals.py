"""The last advert that a virtual router refused: what explains a silence that is none."""

from __future__ import annotations

from typing import Final

from standfast.values import Address
from standfast.vrrp.packet import BadAdvert

_NOBODY_ELSE: Final = frozenset(("self_rcvd", "owner_ignored"))
"""An echo of our own is no peer's word, and what an owner is told to ignore is no mistake."""


class Refusals:
    """One object for each router, overwritten in place: a flood of junk allocates nothing here."""

    __slots__ = ("_source", "at", "count", "words")

    def __init__(self) -> None:
        self.count = 0
        """All there were; with none the other fields mean nothing."""
        self.at = 0
        """Arrival of the last one, microseconds on CLOCK_BOOTTIME."""
        self.words = ""
        self._source = b""

    @property
    def source(self) -> Address:
        """Who sent the last one. Unpacked only for those who ask."""
        return Address.unpack(self._source)

    def note(self, bad: BadAdvert, source: bytes, at: int) -> None:
        """Remember this one, unless it says nothing about a peer."""
        if bad.reason in _NOBODY_ELSE:
            return
        self.count += 1
        self.at = at
        self.words = bad.words
        self._source = source

    def since(self, moment: int) -> bool:
        """Was any refused from then on?"""
        return self.count > 0 and self.at >= moment
