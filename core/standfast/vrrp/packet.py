"""VRRP messages as bytes: RFC 3768 (version 2) and RFC 9568 (version 3), over IPv4 and IPv6.

A message is always built from fields and for one destination, because the version 3 checksum over
IPv4 may cover source and destination: patching a ready packet is how checksums go stale.
"""

from __future__ import annotations

import struct
from typing import Final, Literal, NamedTuple, TypeAlias, cast

import msgspec

from standfast.values import SECOND, Address, Family
from standfast.vrrp import ah, auth, trailer
from standfast.vrrp.checksum import (
    VRRP_PROTOCOL,
    Form,
    Mode,
    acceptable_forms,
    covered,
    internet_checksum,
    verifies,
)

ADVERTISEMENT: Final = 1
"""The only message type there is."""

CENTISECOND: Final = 10_000
"""Microseconds in the unit of version 3 intervals."""

MAX_INTERVAL_V3: Final = 0x0FFF * CENTISECOND
HEADER_SIZE: Final = 8
IPV4_HEADER_SIZE: Final = 20
DSCP_CS6: Final = 0xC0
"""Type of service: network control."""

Reason: TypeAlias = Literal[
    "packet_len_err",
    "ip_ttl_err",
    "vers_err",
    "invalid_authtype",
    "authtype_mismatch",
    "auth_failure",
    "advert_interval_err",
    "invalid_type_rcvd",
    "chk_err",
    "destination_err",
    "self_rcvd",
    "owner_ignored",
    "addr_list_err",
    "source_err",
    "auth_ext_missing",
    "auth_ext_malformed",
    "auth_ext_unknown_key",
    "auth_ext_invalid_hmac",
    "auth_ext_stale",
    "auth_ext_replay",
]
"""Why an advert is refused: the name of the counter to raise."""

_HEADER = struct.Struct("!BBBBHH")
_IPV4 = struct.Struct("!BBHHHBBH4s4s")


class BadAdvert(Exception):  # noqa: N818 - it is a verdict on a packet, not our error
    """The one thing that reading a packet raises. ``reason`` names the counter, ``words`` are for people."""

    def __init__(self, reason: Reason, words: str) -> None:
        super().__init__(f"{reason}: {words}")
        self.reason: Reason = reason
        self.words = words


class Advert(msgspec.Struct, frozen=True, kw_only=True):
    """One advertisement with its addressing, as sent or as heard."""

    source: Address
    destination: Address
    ttl: int = 255
    version: Literal[2, 3]
    vrid: int
    priority: int
    interval: int
    """Microseconds; whole seconds in version 2, a multiple of 10 ms in version 3."""
    addresses: tuple[Address, ...]
    auth_type: int = auth.NONE
    auth_data: bytes = bytes(auth.FIELD_SIZE)
    """Version 2 over IPv4 only."""
    checksum: Form = "pseudo"
    """What the checksum covers; ``message`` in version 2."""
    number: int = 0
    """The sender's own count of its adverts, as far as can be known (see :class:`Envelope`); 0: it cannot."""
    arrived: int = 0
    """When the kernel received it (microseconds, CLOCK_BOOTTIME); 0 for an advert to be sent."""


class Envelope(NamedTuple):
    """A received VRRP message with what the network layer says about it. Cheap on purpose: junk gets one too."""

    source: bytes
    destination: bytes
    ttl: int
    protocol: int
    message: bytes
    missing: int
    """Bytes that the IPv4 total length promises and the datagram lacks."""
    outer: bytes
    """IPv4 header and authentication header (AH) of a datagram of protocol 51; else empty."""
    arrived: int
    """Microseconds on CLOCK_BOOTTIME."""
    number: int = 0
    """The identification of an IPv4 datagram that may be fragmented: keepalived and we number our adverts with it.
    Nothing that decides anything depends on it. 0: not known (IPv6, or a kernel's own number)."""


class Header(NamedTuple):
    """The eight bytes that every message starts with."""

    version_type: int
    vrid: int
    priority: int
    address_count: int
    timing: int
    """Version 2: authentication type and seconds; version 3: 4 reserved bits and centiseconds."""
    checksum: int

    @property
    def version(self) -> int:
        """High nibble of the first byte."""
        return self.version_type >> 4

    @property
    def interval(self) -> int:
        """Advertisement interval in microseconds."""
        if self.version_type >> 4 == 2:
            return (self.timing & 0xFF) * SECOND
        return (self.timing & 0x0FFF) * CENTISECOND

    @property
    def auth_type(self) -> int:
        """Version 2's authentication type; 0 in version 3."""
        return self.timing >> 8 if self.version_type >> 4 == 2 else auth.NONE


# Sending


def encode(advert: Advert) -> bytes:
    """The VRRP message for ``advert.destination``. The kernel repeats the checksum for IPv6."""
    header = struct.pack(
        "!BBBBH",
        advert.version << 4 | ADVERTISEMENT,
        advert.vrid,
        advert.priority,
        len(advert.addresses),
        _timing(advert),
    )
    parts = [header, b"\0\0", *(address.packed for address in advert.addresses)]
    if _has_auth_field(advert.version, advert.source.family):
        parts.append(advert.auth_data)
    source, destination = advert.source.packed, advert.destination.packed
    parts[1] = internet_checksum(covered(advert.checksum, source, destination, b"".join(parts))).to_bytes(2, "big")
    return b"".join(parts)


def encode_ipv4(advert: Advert, identification: int, *, room: int = 0) -> bytes:
    """The whole datagram for a raw socket with IP_HDRINCL; the kernel fills in the header checksum (raw(7)).

    ``room``: bytes that will follow the message and count in the header.
    """
    message = encode(advert)
    header = _IPV4.pack(
        0x45,
        DSCP_CS6,
        IPV4_HEADER_SIZE + len(message) + room,
        identification,
        0,
        advert.ttl,
        VRRP_PROTOCOL,
        0,
        advert.source.packed,
        advert.destination.packed,
    )
    return header + message


def next_identification(previous: int) -> int:
    """The IPv4 ID after ``previous``: 1..65535, never 0, which asks the kernel to choose (raw(7))."""
    return previous % 0xFFFF + 1


def _timing(advert: Advert) -> int:
    if advert.version == 2:
        return advert.auth_type << 8 | advert.interval // SECOND
    return advert.interval // CENTISECOND


def _has_auth_field(version: int, family: int) -> bool:
    return version == 2 and family == 4


# Receiving, in steps that the receive pipeline puts its own checks between


def open_ipv4(data: bytes, arrived: int) -> Envelope | None:
    """Take the IPv4 header off, cut link-layer padding off; None if the datagram cannot even hold a VRID.

    Raw sockets deliver frames padded to Ethernet's minimum with their padding (in some drivers), so the
    total length decides.  Options are skipped by IHL.
    """
    if len(data) < IPV4_HEADER_SIZE + HEADER_SIZE:
        return None
    first, _, total, number, fragment, ttl, protocol, _, source, destination = _IPV4.unpack_from(data)
    start = (first & 0x0F) * 4
    outer = b""
    if protocol == ah.PROTOCOL:
        outer = data[: start + ah.SIZE]
        if not ah.meant_for_vrrp(outer[start:]):
            return None  # an authentication header in front of something else (RFC 2402)
        start += ah.SIZE
    message = data[start:total]
    if start < IPV4_HEADER_SIZE or len(message) < HEADER_SIZE:
        return None
    number = 0 if fragment else number
    return Envelope(source, destination, ttl, protocol, message, max(total - len(data), 0), outer, arrived, number)


def open_ipv6(data: bytes, source: bytes, destination: bytes, hop_limit: int, arrived: int) -> Envelope | None:
    """The same for IPv6, whose raw sockets deliver the message alone and the rest as ancillary data."""
    if len(data) < HEADER_SIZE:
        return None
    return Envelope(source, destination, hop_limit, VRRP_PROTOCOL, data, 0, b"", arrived)


def read_header(message: bytes) -> Header:
    """The fixed part. ``message`` holds at least eight bytes (see :func:`open_ipv4`)."""
    return Header._make(_HEADER.unpack_from(message))


def expected_length(envelope: Envelope, header: Header) -> int:
    """What the message's own version and count ask for."""
    size = 4 if len(envelope.source) == 4 else 16
    expected = HEADER_SIZE + size * header.address_count
    return expected + auth.FIELD_SIZE if header.version_type >> 4 == 2 and size == 4 else expected


def split_trailer(envelope: Envelope, header: Header) -> tuple[Envelope, bytes]:
    """The message and the signature behind it; empty if its length leaves no room for exactly that."""
    expected = expected_length(envelope, header)
    if len(envelope.message) != expected + trailer.SIZE:
        return envelope, b""
    return envelope._replace(message=envelope.message[:expected]), envelope.message[expected:]


def check_length(envelope: Envelope, header: Header) -> None:
    """The length must be exactly what the message's own version and count ask for (CARP fails here too)."""
    expected = expected_length(envelope, header)
    if envelope.missing or len(envelope.message) != expected:
        lacking = f" ({envelope.missing} are missing)" if envelope.missing else ""
        raise BadAdvert(
            "packet_len_err",
            f"{len(envelope.message)} bytes{lacking}, but {header.address_count} addresses need {expected}",
        )


def check_type(header: Header) -> None:
    """Only ADVERTISEMENT is defined (RFC 9568, 5.2.2)."""
    if header.version_type & 0x0F != ADVERTISEMENT:
        raise BadAdvert("invalid_type_rcvd", f"message type {header.version_type & 0x0F}, only 1 exists")


def find_form(envelope: Envelope, forms: tuple[Form, ...]) -> Form:
    """The first form in which the checksum holds."""
    for form in forms:
        if verifies(form, envelope.source, envelope.destination, envelope.message):
            return form
    raise BadAdvert("chk_err", f"checksum is wrong (tried: {', '.join(forms)})")


def assemble(envelope: Envelope, header: Header, form: Form) -> Advert:
    """Put the checked pieces together."""
    size = len(envelope.source)
    family: Family = 4 if size == 4 else 6
    message = envelope.message
    end = HEADER_SIZE + size * header.address_count
    return Advert(
        source=Address(family, envelope.source),
        destination=Address(family, envelope.destination),
        ttl=envelope.ttl,
        version=cast("Literal[2, 3]", header.version),
        vrid=header.vrid,
        priority=header.priority,
        interval=header.interval,
        addresses=tuple(Address(family, message[at : at + size]) for at in range(HEADER_SIZE, end, size)),
        auth_type=header.auth_type,
        auth_data=message[end:] or bytes(auth.FIELD_SIZE),
        checksum=form,
        number=envelope.number,
        arrived=envelope.arrived,
    )


def decode(envelope: Envelope, mode: Mode = "auto", whole: Envelope | None = None) -> Advert:
    """Read a message by the rules that hold for every router. Raises :class:`BadAdvert`, nothing else.

    ``whole``: as it came, if a signature was behind the message (:func:`split_trailer`); over IPv6 the checksum covers
    that.  What depends on the virtual router (VRID, TTL, authentication, interval, addresses) is the
    receive pipeline's business: :mod:`standfast.vrrp.receive`.
    """
    if len(envelope.message) < HEADER_SIZE:
        raise BadAdvert("packet_len_err", f"{len(envelope.message)} bytes, the header alone has {HEADER_SIZE}")
    header = read_header(envelope.message)
    check_length(envelope, header)
    family = 4 if len(envelope.source) == 4 else 6
    if header.version not in (2, 3) or (header.version == 2 and family == 6):
        raise BadAdvert("vers_err", f"version {header.version} over IPv{family}")
    check_type(header)
    unicast = envelope.destination[0] >> 4 != 0xE
    forms = acceptable_forms(header.version, family, mode=mode, unicast=unicast)
    summed = envelope if whole is None or family == 4 else whole
    return assemble(envelope, header, find_form(summed, forms))
