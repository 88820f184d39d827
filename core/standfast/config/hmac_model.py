"""Signed adverts, keepalived's own addition to the protocol."""

from __future__ import annotations

from typing import Literal

from standfast.config.record import Record


class HmacKey(Record, frozen=True):
    """One key: its value, or the file that holds it."""

    id: int
    """1 to 255, in every packet."""
    secret: bytes = b""
    """32 to 64 bytes; empty as long as ``file`` or ``credential`` has it."""
    file: str = ""
    credential: str = ""
    """Name of a file in systemd's ``$CREDENTIALS_DIRECTORY``."""


class Hmac(Record, frozen=True):
    """An ``auth_hmac`` block."""

    keys: tuple[HmacKey, ...]
    active: int
    """The key that signs."""
    window_s: int
    """How far clocks may differ, in seconds."""
    replay: Literal["time", "monotonic"] = "time"
    mode: Literal["enforce", "permissive", "receive-only"] = "enforce"
