"""``auth_hmac``: its keys, and whether the block makes a whole."""

from __future__ import annotations

import binascii

from standfast.config.findings import Findings
from standfast.config.hmac_model import Hmac, HmacKey
from standfast.config.kinds import Dropped, Integer, Reader, Words
from standfast.config.settings import Settings
from standfast.values import SECOND

SHORTEST, LONGEST = 32, 64
"""Bytes of a key."""

MAX_WINDOW = 300


def read_key(words: Words, reader: Reader) -> HmacKey | Dropped:
    """``ID VALUE``: plain text, ``hex:`` and digits, ``file:`` and a path, ``credential:`` and a name.

    The value is never repeated in a message.
    """
    number = Integer(1, 255).number(words[0], reader)
    if isinstance(number, Dropped):
        return number
    word = words[1]
    kind, colon, rest = word.text.partition(":")
    if colon and kind in ("file", "credential"):
        if not rest:
            what = "path" if kind == "file" else "name"
            return reader.refuse("SF4161", word, f"key {number}: no {what} behind `{kind}:`")
        return HmacKey(id=number, file=rest) if kind == "file" else HmacKey(id=number, credential=rest)
    try:
        return HmacKey(id=number, secret=secret_of(word.text.encode("utf-8", "surrogateescape")))
    except ValueError as error:
        return reader.refuse("SF4161", word, f"key {number} {error}")


def secret_of(text: bytes) -> bytes:
    """The key that a text stands for. Raises :class:`ValueError` saying what is wrong, without the text."""
    secret = text
    if text.startswith(b"hex:"):
        try:
            secret = binascii.unhexlify(text[4:])
        except (binascii.Error, ValueError):
            raise ValueError("must have pairs of hexadecimal digits behind `hex:`") from None
    if not SHORTEST <= len(secret) <= LONGEST:
        raise ValueError(f"has {len(secret)} bytes; it needs {SHORTEST} to {LONGEST}")
    return secret


def usual_window(advert_interval: int) -> int:
    """Seconds: three intervals, at least 5."""
    return min(MAX_WINDOW, max(-(-3 * advert_interval // SECOND), 5))


def hmac_of(block: Settings, advert_interval: int, findings: Findings, *, strict: bool) -> Hmac | None:
    """The block as a whole; None if it is dropped because its active key is not there."""
    keys: dict[int, HmacKey] = {}
    for value in block.all("key"):
        key: HmacKey = value.value
        if key.id in keys:
            findings.error("SF4162", value.statement, f"key {key.id} stands there already; the first one counts")
        keys.setdefault(key.id, key)
    active = block.get("active_key")
    if active not in keys:
        _complain(block, active, sorted(keys), findings)
        return None
    mode = block.get("mode", "enforce")
    if strict and mode != "enforce":
        at = block.scalars["mode"].statement
        findings.error("SF4163", at, f"strict mode does not allow `mode {mode}`; used: enforce")
        mode = "enforce"
    return Hmac(
        keys=tuple(keys.values()),
        active=active,
        window_s=block.get("time_window", usual_window(advert_interval) * SECOND) // SECOND,
        replay=block.get("anti_replay", "time"),
        mode=mode,
    )


def _complain(block: Settings, active: int | None, known: list[int], findings: Findings) -> None:
    """Say once why nothing is signed, unless a wrong line has said it already."""
    if block.statement is None or (active is None and "active_key" in block.seen):
        return
    at = block.statement if active is None else block.scalars["active_key"].statement
    which = "names no `active_key`" if active is None else f"has no usable key {active}, which should sign"
    hint = f"keys that can be used: {', '.join(map(str, known))}" if known else "add a `key`"
    findings.error("SF4162", at, f"`auth_hmac` {which}; the block is dropped", hint=hint)
