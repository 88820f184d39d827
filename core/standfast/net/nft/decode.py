"""Reads what the kernel says of tables: names, elements with their counters, notifications.

Whatever the bytes are, decoding gives a value or raises :class:`standfast.net.netlink.MalformedMessage`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import msgspec

from standfast.net.netlink import MalformedMessage
from standfast.net.nft.types import VERDICTS, Data, Verdict

_ATTRIBUTE = struct.Struct("=HH")
_KIND = 0x3FFF
"""Without the bits for "nested" and "network order"."""
_SUBJECT_BYTES = 4
_KINDS = {number: kind for kind, number in VERDICTS.items()}


class Element(msgspec.Struct, frozen=True):
    """One element of a set or map, as it is now."""

    key: bytes
    """Of a range of a concatenation: first and last one behind the other."""
    data: Data | None = None
    packets: int = 0
    bytes: int = 0
    """Counted by its counter, if it has one."""
    timeout_ms: int = 0
    """Its own; 0: the set's."""
    expires_ms: int = 0
    """Until then; 0: never."""
    ends: bool = False
    """It is the end of the range before it, not a value."""


def attributes(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Kind, begin and end of the payload of each attribute between ``start`` and ``end``."""
    while start < end:
        if end - start < 4:
            raise MalformedMessage(f"{end - start} bytes left, an attribute needs 4")
        length, kind = _ATTRIBUTE.unpack_from(data, start)
        if length < 4 or start + length > end:
            raise MalformedMessage(f"attribute says {length} bytes, {end - start} are there")
        yield kind & _KIND, start + 4, start + length
        start += (length + 3) & ~3


def subject_attributes(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The attributes of a whole message's payload, behind nfgenmsg."""
    if end - start < _SUBJECT_BYTES:
        raise MalformedMessage("a message without its family")
    return attributes(data, start + _SUBJECT_BYTES, end)


def names(data: bytes, start: int, end: int) -> dict[int, str]:
    """The attributes 1 to 3 (table, name, or chain) that are text."""
    return {
        kind: _text(data, first, last)
        for kind, first, last in subject_attributes(data, start, end)
        if kind in (1, 2, 3) and data[last - 1 : last] == b"\0"
    }


def family(data: bytes, start: int, end: int) -> int:
    """The message's family."""
    if end - start < _SUBJECT_BYTES:
        raise MalformedMessage("a message without its family")
    return data[start]


def elements(data: bytes, start: int, end: int) -> Iterator[Element]:
    """All elements of one message of a dump (NEWSETELEM)."""
    for kind, first, last in subject_attributes(data, start, end):
        if kind == 3:
            for _kind, element_start, element_end in attributes(data, first, last):
                yield _element(data, element_start, element_end)


def counters(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Key, packets and bytes of all elements of one message of a dump; those of its counters.

    Elements of one set are alike, so only the first is taken apart: there may be a hundred thousand, and who reads them
    in a thread keeps the others from running.
    """
    shape: _Shape | None = None
    for kind, first, last in subject_attributes(data, start, end):
        if kind != 3:
            continue
        for _kind, begin, stop in attributes(data, first, last):
            found = None if shape is None else shape.read(data, begin, stop)
            if found is None:
                element = _element(data, begin, stop)
                found = element.key, element.packets, element.bytes
                shape = _Shape.of(data[begin:stop])
            yield found


class _Shape:
    """Where key and counter stand in an element that has nothing else that differs."""

    def __init__(self, sample: bytes, key: tuple[int, int], octets: int, packets: int) -> None:
        behind = (octets - key[1], packets - octets - 8, len(sample) - packets - 8)
        self._form = struct.Struct(f"={key[0]}s{key[1] - key[0]}s{behind[0]}s8s{behind[1]}s8s{behind[2]}s")
        self._frame = self._form.unpack(sample)[::2]

    @classmethod
    def of(cls, sample: bytes) -> _Shape | None:
        """None: it has other parts, or they stand in another order."""
        places: dict[tuple[int, ...], tuple[int, int]] = {}
        for kind, first, last in attributes(sample, 0, len(sample)):
            if kind == 1:
                places |= {(1, inner): (a, b) for inner, a, b in attributes(sample, first, last)}
            elif kind == 7:
                for inner, a, b in attributes(sample, first, last):
                    if inner == 2:
                        places |= {(7, number): (c, d) for number, c, d in attributes(sample, a, b)}
            elif kind != 2:
                return None
        key, octets, packets = (places.get(path) for path in ((1, 1), (7, 1), (7, 2)))
        if not (key and octets and packets and octets[1] - octets[0] == packets[1] - packets[0] == 8):
            return None
        return cls(sample, key, octets[0], packets[0]) if key[1] <= octets[0] < packets[0] else None

    def read(self, data: bytes, start: int, end: int) -> tuple[bytes, int, int] | None:
        """Key, packets, bytes; None: it is not like the sample."""
        if end - start != self._form.size:
            return None
        fields = self._form.unpack_from(data, start)
        if fields[::2] != self._frame:
            return None
        return fields[1], int.from_bytes(fields[5], "big"), int.from_bytes(fields[3], "big")


def _element(data: bytes, start: int, end: int) -> Element:
    key, key_end = b"", b""
    content: Data | None = None
    packets = octets = timeout = expires = flags = 0
    for kind, first, last in attributes(data, start, end):
        if kind == 1:
            key = _value(data, first, last)
        elif kind == 2:
            content = _data(data, first, last)
        elif kind == 3:
            flags = _number(data, first, last)
        elif kind == 4:
            timeout = _number(data, first, last)
        elif kind == 5:
            expires = _number(data, first, last)
        elif kind == 7:
            packets, octets = _counter(data, first, last)
        elif kind == 10:
            key_end = _value(data, first, last)
    return Element(key + key_end, content, packets, octets, timeout, expires, bool(flags & 1))


def _value(data: bytes, start: int, end: int) -> bytes:
    for kind, first, last in attributes(data, start, end):
        if kind == 1:
            return data[first:last]
    raise MalformedMessage("a value without its bytes")


def _data(data: bytes, start: int, end: int) -> Data:
    for kind, first, last in attributes(data, start, end):
        if kind == 1:
            return data[first:last]
        if kind == 2:
            return _verdict(data, first, last)
    raise MalformedMessage("an element's data without a value")


def _verdict(data: bytes, start: int, end: int) -> Verdict:
    code, chain = 0, ""
    for kind, first, last in attributes(data, start, end):
        if kind == 1:
            code = _number(data, first, last)
        elif kind == 2:
            chain = _text(data, first, last)
    signed = code - (1 << 32) if code >= 1 << 31 else code
    return Verdict(_KINDS.get(signed, str(signed)), chain)


def _counter(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Packets and bytes of an expression, if it is a counter."""
    packets = octets = 0
    for kind, first, last in attributes(data, start, end):
        if kind == 2:
            for inner, begin, stop in attributes(data, first, last):
                if inner == 1:
                    octets = _number(data, begin, stop)
                elif inner == 2:
                    packets = _number(data, begin, stop)
    return packets, octets


def _number(data: bytes, start: int, end: int) -> int:
    if end - start not in (4, 8):
        raise MalformedMessage(f"a number of {end - start} bytes")
    return int.from_bytes(data[start:end], "big")


def _text(data: bytes, start: int, end: int) -> str:
    return data[start:end].rstrip(b"\0").decode(errors="replace")


def extended_words(data: bytes, start: int, end: int) -> str:
    """What the kernel says in words about an error (NLMSGERR_ATTR_MSG), behind errno and our header; mostly nothing."""
    for kind, first, last in attributes(data, min(start + 20, end), end):
        if kind == 1:
            return _text(data, first, last)
    return ""
