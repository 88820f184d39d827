"""RFC 2338 authentication: the clear-text password (type 1). It keeps accidents out, not attackers."""

from __future__ import annotations

import hmac
from typing import Final

NONE: Final = 0
PASS: Final = 1
AH: Final = 2
KINDS: Final = {"pass": PASS, "ah": AH}

FIELD_SIZE: Final = 8
"""Bytes of authentication data that end every version 2 message over IPv4, zero unless type 1."""


def password_field(password: bytes) -> bytes:
    """The password as it stands in the message: left-justified, NUL-padded, cut at 8 bytes."""
    return password[:FIELD_SIZE].ljust(FIELD_SIZE, b"\0")


def password_matches(field: bytes, password: bytes) -> bool:
    """Compare in constant time, so that answering times do not give the password away byte by byte."""
    return hmac.compare_digest(field, password_field(password))
