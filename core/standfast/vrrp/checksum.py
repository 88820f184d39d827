"""The Internet checksum, and which bytes VRRP implementations put under it.

RFC 9568, 5.2.8 has version 3 over IPv4 sum the message alone; RFC 5798 was read by keepalived and FRR
as asking for a pseudo-header too, and hardware is divided (Cisco, Arista and Juniper: message alone).
So a receiver that wants to hear everybody tries the forms in turn, and answers in the form it heard.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

VRRP_PROTOCOL: Final = 112
IPV4_GROUP: Final = bytes((224, 0, 0, 18))

Form: TypeAlias = Literal["pseudo", "message", "group"]
"""What is summed: pseudo-header with the real destination and message; message alone; or pseudo-header
with 224.0.0.18 whatever the destination (unicast as keepalived sent it until 1.3.6)."""

Mode: TypeAlias = Literal["auto", "pseudo", "message"]
Old: TypeAlias = Literal["auto", "use", "never"]


def ones_complement_sum(data: bytes) -> int:
    """Sum of 16-bit words with end-around carry, modulo 0xFFFF; a last odd byte counts as a high byte.

    65536 leaves 1 when divided by 65535, so the carry-folded sum of the words *is* the whole string's
    remainder: one division in C instead of a loop over words (RFC 1071, 2 allows any order and width).
    """
    return int.from_bytes(data if len(data) % 2 == 0 else data + b"\0", "big") % 0xFFFF


def internet_checksum(data: bytes) -> int:
    """The 16-bit value to put in the (zeroed) checksum field. ``data`` must not be all zero."""
    return 0xFFFF - (ones_complement_sum(data) or 0xFFFF)


def covered(form: Form, source: bytes, destination: bytes, message: bytes) -> bytes:
    """The bytes under the checksum: pseudo-header as ``form`` wants it, and the VRRP message."""
    if form == "message":
        return message
    if len(source) == 16:  # RFC 8200, 8.1: 32-bit length, three zero bytes, next header
        return b"".join((source, destination, len(message).to_bytes(4, "big"), b"\0\0\0\x70", message))
    if form == "group":
        destination = IPV4_GROUP
    return b"".join((source, destination, b"\0\x70", len(message).to_bytes(2, "big"), message))


def verifies(form: Form, source: bytes, destination: bytes, message: bytes) -> bool:
    """Does the checksum inside ``message`` hold if it was computed in this form?"""
    return ones_complement_sum(covered(form, source, destination, message)) == 0


def acceptable_forms(
    version: int, family: int, *, mode: Mode = "auto", unicast: bool = False, old_unicast: Old = "auto"
) -> tuple[Form, ...]:
    """Forms that a receiver tries, in this order.

    ``old_unicast``: ``use`` adds the old unicast form to a pinned mode, ``never`` takes it out of the others.

    Version 2 knows only the message (RFC 3768, 5.3.8), IPv6 only its pseudo-header (RFC 8200, 8.1).
    """
    if version == 2:
        return ("message",)
    if family == 6:
        return ("pseudo",)
    forms: tuple[Form, ...] = ("pseudo", "message") if mode == "auto" else (mode,)
    old = old_unicast == "use" or (old_unicast == "auto" and mode == "auto")
    return (*forms, "group") if unicast and old else forms
