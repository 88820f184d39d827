"""What a rule looks at: fields of packets and connections, random and counted numbers, what a map gives for them.

A term loads its value into registers. Registers are counted in pieces of four bytes from 8 (NFT_REG32_00) to 23.
"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from standfast.net.nft.types import (
    BYTE,
    DIRECTION,
    ETHER,
    FLAGS,
    INTEGER,
    INTERFACE,
    INTERFACE_NAME,
    IPV4,
    IPV6,
    MARK,
    NETWORK_PROTOCOL,
    PROTOCOL,
    SERVICE,
    Type,
    concatenation,
    number32,
)
from standfast.net.nft.wire import attribute, expression, text, u32, value

FIRST: Final = 8
"""The first register; the second of the 16-byte registers begins at ``SECOND``."""
SECOND: Final = 12

NETWORK, TRANSPORT, LINK = 1, 2, 0


class Term(Protocol):
    """Something that has a value for each packet."""

    @property
    def type(self) -> Type:
        """Of the value."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Protocols without which it means nothing: ``ip``, ``ip6``, ``tcp``, ``udp``."""

    def load(self, register: int) -> bytes:
        """Instructions that put the value into ``register`` and those behind it."""

    def __str__(self) -> str:
        """As nft(8) writes it."""


class Field(msgspec.Struct, frozen=True):
    """One field of a packet, its meta data, or its connection."""

    words: str
    type: Type
    expression: str
    attributes: bytes
    needs: tuple[str, ...] = ()
    description: tuple[int, ...] = ()
    """How nft(8) remembers it in ``typeof``: kind of expression, then its numbers (protocol header, field)."""

    def load(self, register: int) -> bytes:
        """DREG is attribute 1 of all three kinds."""
        return expression(self.expression, u32(1, register) + self.attributes)

    def __str__(self) -> str:
        return self.words


def _meta(words: str, kind: Type, key: int) -> Field:
    return Field(words, kind, "meta", u32(2, key))


def payload(words: str, kind: Type, base: int, offset: int, *needs: str, header: int = 0) -> Field:
    """Bytes of a packet; ``header``: nft's number of its protocol (``header << 8 | field``), for ``typeof``."""
    described = (7, header >> 8, header & 0xFF) if header else ()
    return Field(words, kind, "payload", u32(2, base) + u32(3, offset) + u32(4, kind.size), needs, described)


def _ct(words: str, kind: Type, key: int, direction: int | None = None) -> Field:
    way = attribute(3, bytes((direction,))) if direction is not None else b""
    return Field(words, kind, "ct", u32(2, key) + way)


META_MARK = Field("meta mark", MARK, "meta", u32(2, 3), (), (9, 3))
META_L4PROTO = _meta("meta l4proto", PROTOCOL, 16)
META_NFPROTO = _meta("meta nfproto", NETWORK_PROTOCOL, 15)
META_IIF = _meta("meta iif", INTERFACE, 4)
META_OIF = _meta("meta oif", INTERFACE, 5)
META_IIFNAME = _meta("meta iifname", INTERFACE_NAME, 6)
META_OIFNAME = _meta("meta oifname", INTERFACE_NAME, 7)

ETHER_SOURCE = payload("ether saddr", ETHER, LINK, 6)
ETHER_DESTINATION = payload("ether daddr", ETHER, LINK, 0)
IP_SOURCE = payload("ip saddr", IPV4, NETWORK, 12, "ip", header=12 << 8 | 11)
IP_DESTINATION = payload("ip daddr", IPV4, NETWORK, 16, "ip", header=12 << 8 | 12)
IP6_SOURCE = payload("ip6 saddr", IPV6, NETWORK, 8, "ip6", header=13 << 8 | 8)
IP6_DESTINATION = payload("ip6 daddr", IPV6, NETWORK, 24, "ip6", header=13 << 8 | 9)
SOURCE_PORT = payload("th sport", SERVICE, TRANSPORT, 0)
DESTINATION_PORT = payload("th dport", SERVICE, TRANSPORT, 2)
TCP_DESTINATION_PORT = payload("tcp dport", SERVICE, TRANSPORT, 2, "tcp", header=8 << 8 | 2)
TCP_FLAGS = payload("tcp flags", BYTE, TRANSPORT, 13, "tcp")
UDP_SOURCE_PORT = payload("udp sport", SERVICE, TRANSPORT, 0, "udp")
UDP_DESTINATION_PORT = payload("udp dport", SERVICE, TRANSPORT, 2, "udp")
ICMP6_TYPE = payload("icmpv6 type", BYTE, TRANSPORT, 0, "icmpv6")

CT_STATE = _ct("ct state", FLAGS, 0)
CT_STATUS = _ct("ct status", FLAGS, 2)
CT_DIRECTION = _ct("ct direction", DIRECTION, 1)
CT_ORIGINAL_IP_DESTINATION = _ct("ct original ip daddr", IPV4, 20, 0)
CT_ORIGINAL_IP6_DESTINATION = _ct("ct original ip6 daddr", IPV6, 22, 0)
CT_ORIGINAL_PORT = _ct("ct original proto-dst", SERVICE, 12, 0)
CT_REPLY_IP_SOURCE = _ct("ct reply ip saddr", IPV4, 19, 1)
CT_REPLY_IP6_SOURCE = _ct("ct reply ip6 saddr", IPV6, 21, 1)
CT_REPLY_PORT = _ct("ct reply proto-src", SERVICE, 11, 1)


class Masked(msgspec.Struct, frozen=True):
    """Some bits of a term."""

    term: Term
    mask: bytes
    words: str = ""
    """For flags, whose mask reads better by names: ``(fin | rst)``."""

    @property
    def type(self) -> Type:
        """As the term's."""
        return self.term.type

    @property
    def needs(self) -> tuple[str, ...]:
        """As the term's."""
        return self.term.needs

    def load(self, register: int) -> bytes:
        """Bitwise: value AND mask XOR 0."""
        bits = u32(1, register) + u32(2, register) + u32(3, len(self.mask))
        masks = value(4, self.mask) + value(5, bytes(len(self.mask)))
        return self.term.load(register) + expression("bitwise", bits + masks)

    def __str__(self) -> str:
        return f"{self.term} & {self.words or self.type(self.mask)}"


class Joined(msgspec.Struct, frozen=True):
    """A concatenation."""

    terms: tuple[Term, ...]

    @property
    def type(self) -> Type:
        """The types side by side."""
        return concatenation(*(term.type for term in self.terms))

    @property
    def needs(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys(need for term in self.terms for need in term.needs))

    def load(self, register: int) -> bytes:
        """Each into the registers behind those of the one before."""
        loads = []
        for term in self.terms:
            loads.append(term.load(register))
            register += term.type.padded // 4
        return b"".join(loads)

    def __str__(self) -> str:
        return " . ".join(map(str, self.terms))


def joined(*terms: Term) -> Term:
    """A concatenation, or the one term there is."""
    return terms[0] if len(terms) == 1 else Joined(terms)


class Numbered(msgspec.Struct, frozen=True):
    """A number below ``modulus``: the next one, or a random one."""

    modulus: int
    random: bool = False
    type: Type = INTEGER
    needs: tuple[str, ...] = ()

    def load(self, register: int) -> bytes:
        """Numgen; its counter begins at 0 when the rule is added."""
        return expression("numgen", u32(1, register) + u32(2, self.modulus) + u32(3, int(self.random)) + u32(4, 0))

    def __str__(self) -> str:
        return f"numgen {'random' if self.random else 'inc'} mod {self.modulus}"


class Ordered(msgspec.Struct, frozen=True):
    """A number in network order, which ranges are compared in. Text has no word for it: nft(8) adds it by itself."""

    term: Term

    @property
    def type(self) -> Type:
        """As the term's."""
        return self.term.type

    @property
    def needs(self) -> tuple[str, ...]:
        """As the term's."""
        return self.term.needs

    def load(self, register: int) -> bytes:
        """Byteorder: host to network, four bytes as one number."""
        numbers = u32(1, register) + u32(2, register) + u32(3, 1) + u32(4, 4) + u32(5, 4)
        return self.term.load(register) + expression("byteorder", numbers)

    def __str__(self) -> str:
        return str(self.term)


class Hashed(msgspec.Struct, frozen=True):
    """Jenkins' hash of a term, below ``modulus``."""

    term: Term
    modulus: int
    seed: int
    type: Type = INTEGER

    @property
    def needs(self) -> tuple[str, ...]:
        """As the term's."""
        return self.term.needs

    def load(self, register: int) -> bytes:
        """What is hashed lies one 16-byte register behind the result."""
        source = register + SECOND - FIRST
        size = self.term.type.padded if self.term.type.parts else self.term.type.size
        numbers = u32(3, size) + u32(4, self.modulus) + u32(5, self.seed) + u32(7, 0)
        return self.term.load(source) + expression("hash", u32(1, source) + u32(2, register) + numbers)

    def __str__(self) -> str:
        return f"jhash {self.term} mod {self.modulus} seed 0x{self.seed:x}"


class Looked(msgspec.Struct, frozen=True):
    """What a map has for a term; the rule ends where it has nothing."""

    term: Term
    map: str
    type: Type

    @property
    def needs(self) -> tuple[str, ...]:
        """As the term's."""
        return self.term.needs

    def load(self, register: int) -> bytes:
        """The answer replaces the question."""
        return self.term.load(register) + expression("lookup", text(1, self.map) + u32(2, register) + u32(3, register))

    def __str__(self) -> str:
        return f"{self.term} map @{self.map}"


class Constant(msgspec.Struct, frozen=True):
    """A value that is always the same."""

    type: Type
    data: bytes
    needs: tuple[str, ...] = ()

    def load(self, register: int) -> bytes:
        """Immediate."""
        return expression("immediate", u32(1, register) + value(2, self.data))

    def __str__(self) -> str:
        return self.type(self.data)


def mark(number: int) -> Constant:
    """A firewall mark."""
    return Constant(MARK, number32(number))
