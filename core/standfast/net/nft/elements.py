"""Elements of sets and maps: many at a time, since a service may have thousands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from standfast.net.nft import wire
from standfast.net.nft.sets import CONCATENATION, Set
from standfast.net.nft.types import Data, Verdict, show_range

LIST_BYTES = 60_000
"""A list is one attribute, whose length has 16 bits."""

_INTERVAL_END = 1
"""NFT_SET_ELEM_INTERVAL_END."""


def encode_elements(container: Set, elements: Mapping[bytes, Data | None]) -> Iterator[bytes]:
    """The contents of NFTA_SET_ELEM_LIST_ELEMENTS, cut at :data:`LIST_BYTES`."""
    if container.interval:
        yield from _lists(chain.from_iterable(_ranged(container, *each) for each in elements.items()))
    elif container.verdicts or not _alike(elements):
        yield from _lists(_element(key, data) for key, data in elements.items())
    else:
        yield from _plain(elements)


def _lists(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """As many at a time as a list holds."""
    chunk: list[bytes] = []
    size = 0
    for piece in pieces:
        if size + len(piece) > LIST_BYTES:
            yield b"".join(chunk)
            chunk, size = [], 0
        chunk.append(piece)
        size += len(piece)
    if chunk:
        yield b"".join(chunk)


def _alike(elements: Mapping[bytes, Data | None]) -> bool:
    """All keys are of one length, and so are all data: only these bytes differ between elements."""
    lengths = {-1 if data is None else -2 if isinstance(data, Verdict) else len(data) for data in elements.values()}
    return len(set(map(len, elements))) == 1 and len(lengths) == 1 and -2 not in lengths


def _element(key: bytes, data: Data | None, more: bytes = b"") -> bytes:
    """NFTA_LIST_ELEM of NFTA_SET_ELEM_KEY (1), ``more``, NFTA_SET_ELEM_DATA (2)."""
    body = wire.value(1, key) + more
    if isinstance(data, Verdict):
        body += data.encode(2)
    elif data is not None:
        body += wire.value(2, data)
    return wire.nested(1, body)


def _plain(elements: Mapping[bytes, Data | None]) -> Iterator[bytes]:
    """Those that are alike: what stands around keys and data is made once."""
    key, data = next(iter(elements.items()))
    size = len(data) if isinstance(data, bytes) else 0
    before, between, behind = _frame(len(key), size) if size else _key_frame(len(key))
    count = LIST_BYTES // (len(before) + len(key) + len(between) + size + len(behind))
    inner = [each + between + value for each, value in elements.items()] if size else list(elements)  # type: ignore[operator]
    seam = (behind if size else between) + before
    for start in range(0, len(inner), count):
        yield before + seam.join(inner[start : start + count]) + (behind if size else between)


def _key_frame(key: int) -> tuple[bytes, bytes, bytes]:
    """The bytes before and behind a key without data."""
    sample = _element(b"\xaa" * key, None)
    behind = sample.index(b"\xaa" * key) + key
    return sample[: behind - key], sample[behind:], b""


def _frame(key: int, data: int) -> tuple[bytes, bytes, bytes]:
    """The bytes before the key, between key and data, and behind the data."""
    sample = _element(b"\xaa" * key, b"\xbb" * data)
    behind_key = sample.index(b"\xaa" * key) + key
    at_data = sample.rindex(b"\xbb" * data)
    return sample[: behind_key - key], sample[behind_key:at_data], sample[at_data + data :]


def _ranged(container: Set, ends: bytes, data: Data | None) -> Iterator[bytes]:
    """Concatenations have both ends in one element; single values need a second element where the range is over."""
    first, last = ends[: len(ends) // 2], ends[len(ends) // 2 :]
    if container.effective_flags & CONCATENATION:
        yield _element(first, data, wire.value(10, last))
        return
    yield _element(first, data)
    behind = int.from_bytes(last, "big") + 1
    if behind < 1 << len(last) * 8:
        yield wire.nested(1, wire.value(1, behind.to_bytes(len(last), "big")) + wire.u32(3, _INTERVAL_END))


def show_elements(container: Set, elements: Mapping[bytes, Data | None]) -> Iterator[str]:
    """Each element as nft(8) writes it."""
    for key, data in elements.items():
        if container.interval:
            half = len(key) // 2
            shown = show_range(container.key, key[:half], key[half:])
        else:
            shown = container.key(key)
        if isinstance(data, Verdict):
            yield f"{shown} : {data}"
        elif data is not None and container.data:
            yield f"{shown} : {container.data(data)}"
        else:
            yield shown
