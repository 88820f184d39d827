"""What a rule does: matches, look-ups, verdicts, address translation. Each is text and instructions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from standfast.net.nft.terms import (
    CT_STATE,
    CT_STATUS,
    FIRST,
    META_L4PROTO,
    META_NFPROTO,
    SECOND,
    TCP_FLAGS,
    Field,
    Looked,
    Masked,
    Term,
)
from standfast.net.nft.types import INTERFACE, Type, Verdict, number32
from standfast.net.nft.wire import FAMILIES, attribute, expression, text, u32, u64, value

Anonymous = Callable[[Type, Sequence[bytes]], int]
"""Makes a nameless set of these values within the transaction and gives its number."""


class Statement(Protocol):
    """One step of a rule."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Protocols that must be matched before it (see :data:`GUARDS`)."""

    def encode(self, anonymous: Anonymous) -> bytes:
        """Its instructions."""

    def __str__(self) -> str:
        """As nft(8) writes it."""


_COMPARISONS = {"==": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5}


class _OnTerm(msgspec.Struct, frozen=True):
    """Looks at one term."""

    term: Term

    @property
    def needs(self) -> tuple[str, ...]:
        """The term's."""
        return self.term.needs


class Match(_OnTerm, frozen=True):
    """Goes on only if the term compares so to a value."""

    data: bytes
    comparison: str = "=="
    words: str = ""
    """The whole, where it reads better otherwise."""

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Load and compare."""
        numbers = u32(1, FIRST) + u32(2, _COMPARISONS[self.comparison]) + value(3, self.data)
        return self.term.load(FIRST) + expression("cmp", numbers)

    def __str__(self) -> str:
        if self.words:
            return self.words
        between = " " if self.comparison == "==" else f" {self.comparison} "
        return f"{self.term}{between}{self.term.type(self.data)}"


class MatchAny(_OnTerm, frozen=True):
    """Goes on only if the term has one of several values."""

    values: tuple[bytes, ...]

    def encode(self, anonymous: Anonymous) -> bytes:
        """A look-up in a set without a name."""
        number = anonymous(self.term.type, self.values)
        return self.term.load(FIRST) + expression("lookup", text(1, "__set%d") + u32(4, number) + u32(2, FIRST))

    def __str__(self) -> str:
        return f"{self.term} {{ {', '.join(self.term.type(each) for each in self.values)} }}"


class MatchSet(_OnTerm, frozen=True):
    """Goes on only if the set has (or has not) the term's value. Counts, if the set's elements have counters."""

    set: str
    negated: bool = False

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Look-up without a result."""
        flags = u32(5, 1) if self.negated else b""
        return self.term.load(FIRST) + expression("lookup", text(1, self.set) + u32(2, FIRST) + flags)

    def __str__(self) -> str:
        return f"{self.term} {'!= ' if self.negated else ''}@{self.set}"


class Branch(_OnTerm, frozen=True):
    """Does what a verdict map has for the term; goes on if it has nothing."""

    map: str

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Look-up into the verdict register."""
        return self.term.load(FIRST) + expression("lookup", text(1, self.map) + u32(2, FIRST) + u32(3, 0))

    def __str__(self) -> str:
        return f"{self.term} vmap @{self.map}"


class Do(msgspec.Struct, frozen=True):
    """Accept, drop, return, jump, goto."""

    verdict: Verdict
    needs: tuple[str, ...] = ()

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Immediate into the verdict register."""
        return expression("immediate", u32(1, 0) + self.verdict.encode(2))

    def __str__(self) -> str:
        return str(self.verdict)


class Destination(msgspec.Struct, frozen=True):
    """Gives the connection another destination: what a map has, address alone or address and port."""

    family: str
    """``ip`` or ``ip6``."""
    to: Looked

    @property
    def needs(self) -> tuple[str, ...]:
        """The term's."""
        return self.to.needs

    def encode(self, _anonymous: Anonymous) -> bytes:
        """NAT with the address in the first register and the port behind it."""
        size = 4 if self.family == "ip" else 16
        port = u32(5, FIRST + size // 4) if self.to.type.size > size else b""
        return self.to.load(FIRST) + expression("nat", u32(1, 1) + u32(2, FAMILIES[self.family]) + u32(3, FIRST) + port)

    def __str__(self) -> str:
        return f"dnat {self.family} to {self.to}"


class Update(msgspec.Struct, frozen=True):
    """Writes into a dynamic set or map, and starts the element's time anew. Goes on in any case."""

    set: str
    key: Term
    data: Term | None = None
    timeout_ms: int = 0
    """0: the set's own."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Those of both terms."""
        return (*self.key.needs, *(self.data.needs if self.data else ()))

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Dynset, operation "update"."""
        after = FIRST + max(4, -(-self.key.type.padded // 16) * 4)
        numbers = text(1, self.set) + u32(3, 1) + u32(4, FIRST)
        load = self.key.load(FIRST)
        if self.data:
            load += self.data.load(after)
            numbers += u32(5, after)
        if self.timeout_ms:
            numbers += u64(6, self.timeout_ms)
        return load + expression("dynset", numbers)

    def __str__(self) -> str:
        timeout = f" timeout {self.timeout_ms // 1000}s" if self.timeout_ms else ""
        data = f" : {self.data}" if self.data else ""
        return f"update @{self.set} {{ {self.key}{timeout}{data} }}"


class SetMark(msgspec.Struct, frozen=True):
    """Gives the packet a firewall mark."""

    to: Term

    @property
    def needs(self) -> tuple[str, ...]:
        """The term's."""
        return self.to.needs

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Meta with a source register."""
        return self.to.load(FIRST) + expression("meta", u32(2, 3) + u32(3, FIRST))

    def __str__(self) -> str:
        return f"meta mark set {self.to}"


class Rewrite(msgspec.Struct, frozen=True):
    """Writes into the packet, without connection tracking, and mends the checksums."""

    field: Field
    data: bytes

    @property
    def needs(self) -> tuple[str, ...]:
        """The field's."""
        return self.field.needs

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Payload with a source register. IPv4's own checksum lies at 10, UDP's at 6; IPv6 has none."""
        network = self.field.needs in (("ip",), ("ip6",))
        kind, offset = (int(self.field.needs == ("ip",)), 10) if network else (1, 6)
        sums = u32(6, kind) + u32(7, offset if kind else 0) + u32(8, int(network))
        place = expression("payload", u32(5, FIRST) + self.field.attributes + sums)
        return expression("immediate", u32(1, FIRST) + value(2, self.data)) + place

    def __str__(self) -> str:
        return f"{self.field} set {self.field.type(self.data)}"


class Forward(msgspec.Struct, frozen=True):
    """Sends the packet on to a neighbour as it is (netdev family); the kernel finds the neighbour's MAC."""

    family: str
    """``ip`` or ``ip6``."""
    address: Term
    device: Term

    @property
    def needs(self) -> tuple[str, ...]:
        """Those of both terms."""
        return (*self.device.needs, *self.address.needs)

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Fwd: the device's index in one register, the address in another."""
        loads = self.device.load(FIRST) + self.address.load(SECOND)
        return loads + expression("fwd", u32(1, FIRST) + u32(2, SECOND) + u32(3, FAMILIES[self.family]))

    def __str__(self) -> str:
        return f"fwd {self.family} to {self.address} device {self.device}"


class Duplicate(msgspec.Struct, frozen=True):
    """Sends a copy to an address by another interface (families ip and ip6). The copy meets no second duplication."""

    address: Term
    device: Term

    @property
    def needs(self) -> tuple[str, ...]:
        """Those of both terms."""
        return (*self.device.needs, *self.address.needs)

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Dup: the address in one register, the device's index in another."""
        loads = self.device.load(FIRST) + self.address.load(SECOND)
        return loads + expression("dup", u32(1, SECOND) + u32(2, FIRST))

    def __str__(self) -> str:
        return f"dup to {self.address} device {self.device}"


class Device(msgspec.Struct, frozen=True):
    """An interface as a term: its index for the kernel, its name for people."""

    name: str
    index: int
    type: Type = INTERFACE
    needs: tuple[str, ...] = ()

    def load(self, register: int) -> bytes:
        """Immediate, host order."""
        return expression("immediate", u32(1, register) + value(2, number32(self.index)))

    def __str__(self) -> str:
        return f'"{self.name}"'


class Plain(msgspec.Struct, frozen=True):
    """Does one thing that nothing is said about."""

    words: str
    expression: str
    attributes: bytes = b""
    needs: tuple[str, ...] = ()

    def encode(self, _anonymous: Anonymous) -> bytes:
        """The one expression."""
        return expression(self.expression, self.attributes)

    def __str__(self) -> str:
        return self.words


MASQUERADE: Final = Plain("masquerade", "masq")
"""Gives the connection this machine's address as its source."""
REJECT: Final = Plain("reject with icmpx port-unreachable", "reject", u32(1, 2) + attribute(2, b"\1"))
"""NFT_REJECT_ICMPX_UNREACH is 2, with code 1 (port)."""
RESET: Final = Plain("reject with tcp reset", "reject", u32(1, 1) + attribute(2, b"\0"), ("tcp",))
"""NFT_REJECT_TCP_RST is 1."""
UNTRACKED: Final = Plain("notrack", "notrack")
"""Keeps the packet away from connection tracking."""
COUNT: Final = Plain("counter", "counter", u64(1, 0) + u64(2, 0))
"""Counts packets and bytes that get here, from 0."""

GUARDS: Final[dict[tuple[str, str], Match]] = {
    ("inet", "ip"): Match(META_NFPROTO, b"\x02"),
    ("inet", "ip6"): Match(META_NFPROTO, b"\x0a"),
    ("netdev", "ip"): Match(Field("meta protocol", META_NFPROTO.type, "meta", u32(2, 1)), b"\x08\x00"),
    ("netdev", "ip6"): Match(Field("meta protocol", META_NFPROTO.type, "meta", u32(2, 1)), b"\x86\xdd"),
    **{
        (family, name): Match(META_L4PROTO, bytes((number,)))
        for family in FAMILIES
        for name, number in (("tcp", 6), ("udp", 17), ("icmpv6", 58), ("sctp", 132))
    },
}
"""What must be matched before a statement that needs a protocol, by the table's family. nft(8) adds the same by itself,
so it does not stand in the text."""

NOT_TRANSLATED: Final = Match(Masked(CT_STATUS, number32(0x20), "dnat"), number32(0), words="ct status & dnat == 0")
"""The connection's destination has not been changed (IPS_DST_NAT)."""
NEVER_TRACKED: Final = Match(
    Masked(CT_STATE, number32(0x40), "untracked"), number32(0), "!=", words="ct state untracked"
)
CLOSING: Final = Match(Masked(TCP_FLAGS, b"\x05"), b"\0", "!=", words="tcp flags & (fin | rst) != 0")
"""A segment with FIN or RST."""
