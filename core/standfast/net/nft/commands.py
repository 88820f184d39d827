"""Edits of a ruleset. A list of them is one transaction: :func:`encode` for the kernel, :func:`render` for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from standfast.net.netlink import NLM_F_CREATE
from standfast.net.nft import wire
from standfast.net.nft.elements import encode_elements, show_elements
from standfast.net.nft.sets import ANONYMOUS, CONSTANT, Set
from standfast.net.nft.statements import GUARDS, Statement
from standfast.net.nft.types import Data, Type

_APPEND = 0x800


class Message(msgspec.Struct, frozen=True):
    """One netlink message without its header."""

    kind: int
    flags: int
    body: bytes
    doing: object
    """What it does, or a part of; as text it is made only for an error."""

    @property
    def words(self) -> str:
        """In an error they say what it was."""
        return str(self.doing)


class Numbers:
    """Hands out the numbers by which anonymous sets are known within one transaction."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        """The next one."""
        self._last += 1
        return self._last


class Table(msgspec.Struct, frozen=True):
    """A table's family and name."""

    family: str
    name: str

    def __str__(self) -> str:
        return f"{self.family} {self.name}"


class Command(Protocol):
    """One edit."""

    def encode(self, numbers: Numbers) -> Iterable[Message]:
        """The messages that do it."""

    def __str__(self) -> str:
        """As nft(8) takes it."""


class AddTable(msgspec.Struct, frozen=True):
    """Make a table; one that exists stays as it is."""

    table: Table

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """NEWTABLE."""
        body = wire.subject(self.table.family, wire.text(1, self.table.name) + wire.u32(2, 0))
        yield Message(wire.NEWTABLE, NLM_F_CREATE, body, self)

    def __str__(self) -> str:
        return f"add table {self.table}"


class DeleteTable(msgspec.Struct, frozen=True):
    """Remove a table with all that is in it; it must exist."""

    table: Table

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """DELTABLE."""
        body = wire.subject(self.table.family, wire.text(1, self.table.name))
        yield Message(wire.DELTABLE, 0, body, self)

    def __str__(self) -> str:
        return f"delete table {self.table}"


_HOOKS = {
    "inet": {"prerouting": 0, "input": 1, "forward": 2, "output": 3, "postrouting": 4, "ingress": 5},
    "netdev": {"ingress": 0, "egress": 1},
}


class Hook(msgspec.Struct, frozen=True):
    """Where packets enter a base chain."""

    kind: str
    """``filter``, ``nat``, ``route``."""
    place: str
    priority: int
    devices: tuple[str, ...] = ()
    """For netdev."""
    policy: str = "accept"

    def __str__(self) -> str:
        quoted = ", ".join(f'"{name}"' for name in self.devices)
        where = f" device {quoted}" if len(self.devices) == 1 else f" devices = {{ {quoted} }}" if self.devices else ""
        policy = f" policy {self.policy};" if self.policy != "accept" else ""
        return f"type {self.kind} hook {self.place}{where} priority {self.priority};{policy}"


class AddChain(msgspec.Struct, frozen=True):
    """Make a chain; one that exists stays as it is."""

    table: Table
    name: str
    hook: Hook | None = None

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """NEWCHAIN."""
        body = wire.text(1, self.table.name) + wire.text(3, self.name)
        if self.hook:
            body += self._hook(self.hook)
        yield Message(wire.NEWCHAIN, NLM_F_CREATE, wire.subject(self.table.family, body), self)

    def _hook(self, hook: Hook) -> bytes:
        place = _HOOKS.get(self.table.family, _HOOKS["inet"])[hook.place]
        inner = wire.u32(1, place) + wire.u32(2, hook.priority & 0xFFFFFFFF)
        if len(hook.devices) == 1:
            inner += wire.text(3, hook.devices[0])
        elif hook.devices:
            inner += wire.nested(4, b"".join(wire.text(1, name) for name in hook.devices))
        policy = wire.u32(5, int(hook.policy == "accept"))
        return wire.text(7, hook.kind) + wire.nested(4, inner) + policy

    def __str__(self) -> str:
        hook = f" {{ {self.hook} }}" if self.hook else ""
        return f"add chain {self.table} {self.name}{hook}"


class FlushChain(msgspec.Struct, frozen=True):
    """Take all rules out of a chain."""

    table: Table
    name: str

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """DELRULE without a handle."""
        body = wire.subject(self.table.family, wire.text(1, self.table.name) + wire.text(2, self.name))
        yield Message(wire.DELRULE, 0, body, self)

    def __str__(self) -> str:
        return f"flush chain {self.table} {self.name}"


class DeleteChain(msgspec.Struct, frozen=True):
    """Remove a chain to which nothing leads any more."""

    table: Table
    name: str

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """DELCHAIN."""
        body = wire.subject(self.table.family, wire.text(1, self.table.name) + wire.text(3, self.name))
        yield Message(wire.DELCHAIN, 0, body, self)

    def __str__(self) -> str:
        return f"delete chain {self.table} {self.name}"


Rule = tuple[Statement, ...]
"""What is done one after the other, as long as each statement lets the packet pass."""


def show_rule(rule: Rule) -> str:
    """As nft(8) writes it."""
    return " ".join(map(str, rule))


class AddRule(msgspec.Struct, frozen=True):
    """Put a rule at the end of a chain."""

    table: Table
    chain: str
    rule: Rule

    def encode(self, numbers: Numbers) -> Iterable[Message]:
        """NEWRULE, behind the sets without a name that it uses."""
        before: list[Message] = []

        def anonymous(kind: Type, values: Sequence[bytes]) -> int:
            number = numbers.next()
            unnamed = Set("__set%d", kind, flags=ANONYMOUS | CONSTANT, size=len(values), number=number)
            before.extend(AddSet(self.table, unnamed).encode(numbers))
            before.extend(AddElements(self.table, unnamed, dict.fromkeys(values)).encode(numbers))
            return number

        instructions = b"".join(self._guarded(anonymous))
        body = wire.text(1, self.table.name) + wire.text(2, self.chain) + wire.nested(4, instructions)
        yield from before
        subject = wire.subject(self.table.family, body)
        yield Message(wire.NEWRULE, NLM_F_CREATE | _APPEND, subject, self)

    def _guarded(self, anonymous: object) -> Iterable[bytes]:
        matched: set[object] = set()
        for statement in self.rule:
            for need in statement.needs:
                guard = GUARDS.get((self.table.family, need))
                if guard is not None and guard not in matched:
                    matched.add(guard)
                    yield guard.encode(anonymous)  # type: ignore[arg-type]
            matched.add(statement)
            yield statement.encode(anonymous)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"add rule {self.table} {self.chain} {show_rule(self.rule)}"


class AddSet(msgspec.Struct, frozen=True):
    """Make a set or map; one that exists stays as it is."""

    table: Table
    set: Set

    def encode(self, numbers: Numbers) -> Iterable[Message]:
        """NEWSET. The kernel wants a number for each, though names would do."""
        number = self.set.number or numbers.next()
        body = wire.text(1, self.table.name) + self.set.encode(number)
        yield Message(wire.NEWSET, NLM_F_CREATE, wire.subject(self.table.family, body), self)

    def __str__(self) -> str:
        return f"add {self.set.noun} {self.table} {self.set.name} {{ {' '.join(self.set.lines())} }}"


class DeleteSet(msgspec.Struct, frozen=True):
    """Remove a set or map that no rule uses any more."""

    table: Table
    set: Set

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """DELSET."""
        body = wire.subject(self.table.family, wire.text(1, self.table.name) + wire.text(2, self.set.name))
        yield Message(wire.DELSET, 0, body, self)

    def __str__(self) -> str:
        return f"delete {self.set.noun} {self.table} {self.set.name}"


@dataclass(frozen=True, slots=True)
class AddElements:
    """Put elements into a set (data None) or map. The same element again is no error; other data for a key is."""

    table: Table
    set: Set
    elements: Mapping[bytes, Data | None] = field(hash=False)

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """NEWSETELEM, in lists that fit into an attribute."""
        return _element_messages(self, wire.NEWSETELEM, NLM_F_CREATE)

    def __str__(self) -> str:
        return f"add element {self.table} {self.set.name} {{ {', '.join(show_elements(self.set, self.elements))} }}"


@dataclass(frozen=True, slots=True)
class DeleteElements:
    """Take elements out; all of them must be there."""

    table: Table
    set: Set
    elements: Mapping[bytes, Data | None] = field(hash=False)
    """The keys count."""

    def encode(self, _numbers: Numbers) -> Iterable[Message]:
        """DELSETELEM."""
        keys = AddElements(self.table, self.set, dict.fromkeys(self.elements))
        return _element_messages(keys, wire.DELSETELEM, 0)

    def __str__(self) -> str:
        keys = show_elements(self.set, dict.fromkeys(self.elements))
        return f"delete element {self.table} {self.set.name} {{ {', '.join(keys)} }}"


def _element_messages(command: AddElements, kind: int, flags: int) -> Iterable[Message]:
    target = wire.text(1, command.table.name) + wire.text(2, command.set.name)
    if command.set.number:
        target += wire.u32(4, command.set.number)
    doing = "add elements to" if kind == wire.NEWSETELEM else "take elements out of"
    words = f"{doing} {command.table} {command.set.name}"
    for chunk in encode_elements(command.set, command.elements):
        yield Message(kind, flags, wire.subject(command.table.family, target + wire.nested(3, chunk)), words)


def encode(commands: Iterable[Command]) -> list[Message]:
    """The messages of a transaction, in order."""
    numbers = Numbers()
    return [message for command in commands for message in command.encode(numbers)]


def render(commands: Iterable[Command]) -> list[str]:
    """The same for `nft -f`, a line for each edit."""
    return [str(command) for command in commands]
