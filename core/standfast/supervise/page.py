"""A page of memory shared by parent and VRRP child: the heartbeat, and what a successor needs to resume.

It is written with plain stores (no system call), survives the child's death, and is only ever
read after its writer is dead, except the heartbeat, which is one aligned 8-byte word.
"""

from __future__ import annotations

import functools
import hashlib
import mmap
import struct

import msgspec

CAPACITY = 65_536
"""Instances; the kernel backs only the parts that are touched."""

_SLOT = struct.Struct("=8sqqqI4x")  # key digest, state, last advert us, learned interval us, ah sequence
_SLOT_SIZE = 64
_FIRST = 4096

INIT, BACKUP, MASTER, FAULT, LEAVING = range(5)


class Slot(msgspec.Struct, frozen=True):
    """What one instance left behind (times in microseconds on CLOCK_BOOTTIME)."""

    state: int
    last_advert_sent: int
    learned_interval: int
    ah_sequence: int = 0


class SharedPage:
    """The page itself. Make it in the parent, before forking."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _FIRST + CAPACITY * _SLOT_SIZE)

    def beat(self, now: int) -> None:
        """The child's event loop turned at ``now``."""
        self._memory[0:8] = now.to_bytes(8, "little")

    @property
    def heartbeat(self) -> int:
        """When the child's loop last turned; 0 before the first time."""
        return int.from_bytes(self._memory[0:8], "little")

    def remember(self, who: int, number: int) -> None:
        """Leave two numbers for a successor (which event of which process has been dealt with)."""
        self._memory[8:24] = who.to_bytes(8, "little") + number.to_bytes(8, "little")

    @property
    def remembered(self) -> tuple[int, int]:
        """What a predecessor left; zeros at first."""
        return int.from_bytes(self._memory[8:16], "little"), int.from_bytes(self._memory[16:24], "little")

    def write(self, index: int, key: str, slot: Slot) -> None:
        """Record an instance; ``key`` is :attr:`VrrpInstance.key`, ``index`` its place in the configuration."""
        _SLOT.pack_into(
            self._memory,
            _FIRST + index * _SLOT_SIZE,
            _digest(key),
            slot.state,
            slot.last_advert_sent,
            slot.learned_interval,
            slot.ah_sequence,
        )

    def read(self, index: int, key: str) -> Slot | None:
        """What the predecessor left at this place, or None if it was another instance's."""
        digest, state, last, learned, sequence = _SLOT.unpack_from(self._memory, _FIRST + index * _SLOT_SIZE)
        return Slot(state, last, learned, sequence) if digest == _digest(key) else None

    def clear(self) -> None:
        """Forget everything: the next child starts as on a fresh machine."""
        self._memory[0:_FIRST] = bytes(_FIRST)
        for index in range(CAPACITY):
            offset = _FIRST + index * _SLOT_SIZE
            if not any(self._memory[offset : offset + 8]):
                break
            self._memory[offset : offset + _SLOT_SIZE] = bytes(_SLOT_SIZE)


@functools.lru_cache(maxsize=CAPACITY)
def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=8).digest()
