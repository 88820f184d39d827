"""Sets and maps: what their elements are, and how nft(8) declares them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from standfast.net.nft import wire
from standfast.net.nft.terms import Field, Joined, Numbered, Term
from standfast.net.nft.types import VERDICT_NUMBER, Type

ANONYMOUS: Final = 0x01
CONSTANT: Final = 0x02
INTERVAL: Final = 0x04
MAP: Final = 0x08
TIMEOUT: Final = 0x10
DYNAMIC: Final = 0x20
CONCATENATION: Final = 0x80
"""With INTERVAL: ranges within concatenations."""

_FLAG_WORDS = ((CONSTANT, "constant"), (INTERVAL, "interval"), (DYNAMIC, "dynamic"), (TIMEOUT, "timeout"))


class Set(msgspec.Struct, frozen=True):
    """A set; with ``data`` or ``verdicts`` a map."""

    name: str
    key: Type
    data: Type | None = None
    verdicts: bool = False
    """A map to verdicts."""
    flags: int = 0
    """CONSTANT, INTERVAL, DYNAMIC, TIMEOUT, ANONYMOUS; the others follow from the rest."""
    timeout_ms: int = 0
    size: int = 0
    """Most elements; 0: no limit."""
    counters: bool = False
    """Each element counts packets and bytes that looked it up."""
    typeof: tuple[Term, Term | None] | None = None
    """For keys without a name in nft(8), which numgen's are: the terms that the types are those of."""
    number: int = 0
    """For anonymous ones: which, within the transaction."""

    @property
    def noun(self) -> str:
        """``set`` or ``map``."""
        return "map" if self.is_map else "set"

    @property
    def is_map(self) -> bool:
        """Has data."""
        return self.verdicts or self.data is not None

    @property
    def interval(self) -> bool:
        """Keys are ranges: twice a value, first and last."""
        return bool(self.flags & INTERVAL)

    @property
    def effective_flags(self) -> int:
        """As the kernel has them."""
        both = CONCATENATION if self.interval and self.key.parts else 0
        return self.flags | (MAP if self.is_map else 0) | both

    def encode(self, number: int) -> bytes:
        """The attributes behind the table's name."""
        parts = [wire.text(2, self.name), wire.u32(3, self.effective_flags)]
        parts += [wire.u32(4, self.key.number), wire.u32(5, self.key.size)]
        if self.verdicts:
            parts += [wire.u32(6, VERDICT_NUMBER), wire.u32(7, 0)]
        elif self.data:
            parts += [wire.u32(6, self.data.number), wire.u32(7, self.data.size)]
        if description := self._description():
            parts.append(wire.nested(9, description))
        parts.append(wire.u32(10, number))
        if self.timeout_ms:
            parts.append(wire.u64(11, self.timeout_ms))
        parts.append(wire.attribute(13, self._remembered()))
        if self.counters:
            parts.append(wire.nested(17, wire.text(1, "counter") + wire.nested(2, wire.u64(1, 0) + wire.u64(2, 0))))
        return b"".join(parts)

    def _description(self) -> bytes:
        size = wire.u32(1, self.size) if self.size else b""
        if not self.effective_flags & CONCATENATION:
            return size
        fields = b"".join(wire.nested(1, wire.u32(1, part.size)) for part in self.key.parts)
        return size + wire.nested(2, fields)

    def _remembered(self) -> bytes:
        """User data, for `nft list` alone: byte orders (1: host, 2: big-endian), and the terms of ``typeof``."""
        entries = _entry(0, _order(self.key).to_bytes(4, "little"))
        if self.is_map:
            entries += _entry(1, (_order(self.data) if self.data else 0).to_bytes(4, "little"))
        if self.typeof:
            key, data = self.typeof
            entries += _entry(3, _describe(key))
            entries += _entry(4, _describe(data) if data else _A_VERDICT)
        return entries + (_entry(6, bytes(4)) if self.is_map else b"")

    def lines(self) -> Iterator[str]:
        """What stands between its braces, without elements."""
        word, key = ("typeof", str(self.typeof[0])) if self.typeof else ("type", self.key.name)
        data = ""
        if self.is_map:
            term = self.typeof[1] if self.typeof else None
            data = f" : {'verdict' if self.verdicts or not self.data else term or self.data.name}"
        yield f"{word} {key}{data};"
        if words := [word for bit, word in _FLAG_WORDS if self.flags & bit]:
            yield f"flags {','.join(words)};"
        if self.timeout_ms:
            yield f"timeout {self.timeout_ms // 1000}s;"
        if self.size:
            yield f"size {self.size};"
        if self.counters:
            yield "counter;"


def _entry(kind: int, data: bytes) -> bytes:
    """User data has attributes of its own kind: type and length in a byte each."""
    return bytes((kind, len(data))) + data


_HOST_ORDER = ("integer", "mark", "iface_index", "ifname")


def _order(kind: Type) -> int:
    """Byte order as nft(8) counts it: 0 none (concatenations), 1 the host's, 2 big-endian."""
    return 0 if kind.parts else 1 if kind.name in _HOST_ORDER else 2


_A_VERDICT = _entry(0, (1).to_bytes(4, "little")) + _entry(1, b"")


def _expression(kind: int, *numbers: int) -> bytes:
    inner = b"".join(_entry(place, number.to_bytes(4, "little")) for place, number in enumerate(numbers))
    return _entry(0, kind.to_bytes(4, "little")) + _entry(1, inner)


def _describe(term: Term) -> bytes:
    """A term as nft(8) 1.0 remembers it; the numbers are those of its expressions (payload 7, meta 9, concat 13)."""
    if isinstance(term, Numbered):
        return _expression(23, int(term.random), term.modulus, 0)
    if isinstance(term, Joined):
        inner = b"".join(_entry(place, _describe(part)) for place, part in enumerate(term.terms))
        return _entry(0, (13).to_bytes(4, "little")) + _entry(1, inner)
    if isinstance(term, Field) and term.description:
        return _expression(*term.description)
    raise ValueError(f"nft has no way to remember `{term}` in a typeof")
