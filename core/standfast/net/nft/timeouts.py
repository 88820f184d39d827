"""How long connection tracking remembers connections that a rule says it of ("ct timeout")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from standfast.net.netlink import NLM_F_CREATE
from standfast.net.nft import wire
from standfast.net.nft.commands import Message, Numbers, Table
from standfast.net.nft.statements import Anonymous

_CT_TIMEOUT: Final = 7
"""NFT_OBJECT_CT_TIMEOUT."""
_PROTOCOLS: Final = {"tcp": 6, "udp": 17}
_STATES: Final = {"tcp": {"established": 3, "fin_wait": 4}, "udp": {"unreplied": 1, "replied": 2}}
"""CTA_TIMEOUT_TCP_* and CTA_TIMEOUT_UDP_*, as far as they are needed."""
_FAMILIES: Final = {"ip": 2, "ip6": 10}


class Timeout(msgspec.Struct, frozen=True):
    """A policy that rules refer to by its name; it cannot be changed."""

    name: str
    family: str
    """``ip`` or ``ip6``."""
    protocol: str
    """``tcp`` or ``udp``."""
    seconds: tuple[tuple[str, int], ...]
    """By state; states that are not named keep the system's."""

    def encode(self) -> bytes:
        """NFTA_OBJ_DATA: layers 3 and 4, and the seconds."""
        states = _STATES[self.protocol]
        policy = b"".join(wire.u32(states[state], seconds) for state, seconds in self.seconds)
        layer3 = wire.attribute(1, _FAMILIES[self.family].to_bytes(2, "big"))
        layer4 = wire.attribute(2, bytes((_PROTOCOLS[self.protocol],)))
        return wire.nested(4, layer3 + layer4 + wire.nested(3, policy))

    def __str__(self) -> str:
        policy = ", ".join(f"{state} : {seconds}" for state, seconds in self.seconds)
        return f"{{ protocol {self.protocol}; l3proto {self.family}; policy = {{ {policy} }}; }}"


class AddTimeout(msgspec.Struct, frozen=True):
    """Make a policy."""

    table: Table
    timeout: Timeout

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """NEWOBJ."""
        body = _named(self.table, self.timeout) + self.timeout.encode()
        yield Message(wire.NEWOBJ, NLM_F_CREATE, wire.subject(self.table.family, body), self)

    def __str__(self) -> str:
        return f"add ct timeout {self.table} {self.timeout.name} {self.timeout}"


class DeleteTimeout(msgspec.Struct, frozen=True):
    """Remove a policy to which no rule refers any more."""

    table: Table
    timeout: Timeout

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """DELOBJ."""
        body = wire.subject(self.table.family, _named(self.table, self.timeout))
        yield Message(wire.DELOBJ, 0, body, self)

    def __str__(self) -> str:
        return f"delete ct timeout {self.table} {self.timeout.name}"


def _named(table: Table, timeout: Timeout) -> bytes:
    return wire.text(1, table.name) + wire.text(2, timeout.name) + wire.u32(3, _CT_TIMEOUT)


class SetTimeout(msgspec.Struct, frozen=True):
    """Lets a connection, by its first packet, be remembered by a policy. Of another protocol it is left as it is."""

    name: str
    needs: tuple[str, ...] = ()

    def encode(self, _anonymous: Anonymous) -> bytes:
        """Objref."""
        return wire.expression("objref", wire.u32(1, _CT_TIMEOUT) + wire.text(2, self.name))

    def __str__(self) -> str:
        return f'ct timeout set "{self.name}"'
