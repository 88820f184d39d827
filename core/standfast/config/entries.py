"""Lines of value blocks: addresses with their options, unicast peers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from standfast.config.kinds import DROPPED, Dropped, Integer, Reader, Text, address_of, interface, without_length
from standfast.config.model import UnicastPeer
from standfast.config.tree import Word
from standfast.values import Address

SCOPES = {"global": 0, "nowhere": 255, "host": 254, "link": 253, "site": 200}
"""rtnetlink(7); the names iproute2 has built in."""


@dataclass(slots=True)
class AddressLine:
    """One address line as written; what it inherits from its block is filled in later."""

    address: Address
    prefix: int
    has_prefix: bool
    dev: str = ""
    scope: int = 0
    broadcast: Address | None = None
    label: str = ""
    peer: Address | None = None
    preferred_lft_s: int | None = None
    flags: set[str] = field(default_factory=set)
    track_group: str = ""


class _Line:
    """The words of one line, taken one after the other."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.words = reader.statement.words
        self.first = self.words[0]
        self.position = 1

    def next(self) -> Word | None:
        """The next word, or None at the end."""
        if self.position == len(self.words):
            return None
        self.position += 1
        return self.words[self.position - 1]

    def value(self, option: Word) -> Word | Dropped:
        """The word an option needs; without it the whole line is dropped."""
        word = self.next()
        if word is None:
            return self.reader.refuse("SF3102", option, f"`{option.text}` needs a value; the line is dropped")
        return word


@dataclass(frozen=True, slots=True)
class AddressEntry:
    """``IP[/LEN] [dev IF] [scope S] ...``: the grammar of virtual and static addresses."""

    static: bool = False
    """Static addresses know ``track_group``, virtual ones ``use_vmac``."""

    @property
    def syntax(self) -> str:
        """For people."""
        return "IP[/LENGTH] [OPTION ...]"

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The option words."""
        own = ("track_group", "use_vmac") if not self.static else ("use_vmac", "track_group")
        return tuple((text, doc) for name, (text, doc) in ADDRESS_OPTIONS.items() if name != own[0])

    def read(self, reader: Reader) -> AddressLine | Dropped:
        """Read one line; a wrong value drops it, an unknown word is only reported."""
        words = _Line(reader)
        first = words.first
        line = _address_and_length(first, reader)
        if isinstance(line, Dropped):
            return line
        while (word := words.next()) is not None:
            if self._option(word, words, line) is DROPPED:
                return DROPPED
        return _agreed(line, reader)

    def _option(self, word: Word, words: _Line, line: AddressLine) -> Dropped | None:
        if word.text in _FLAGS and not word.quoted:
            line.flags.add(word.text)
            return None
        if word.text == "use_vmac" and not self.static:
            line.flags.add("use_vmac")
            return None
        if word.text == "track_group" and self.static:
            return _track_group(word, words, line)
        function = _OPTIONS.get(word.text)
        if function is None:
            known = "see `standfast explain virtual_ipaddress`"
            words.reader.remark("SF3103", word, f"`{word.text}` is no option of an address; it is ignored", known)
            return None
        value = words.value(word)
        return value if isinstance(value, Dropped) else function(value, words.reader, line)


_LENGTH = re.compile(r"\+?(\d{1,3})(?!\d)(.*)", re.ASCII)


def _address_and_length(word: Word, reader: Reader) -> AddressLine | Dropped:
    text, slash, length = word.text.partition("/")
    try:
        address = Address.parse(text)
    except ValueError:
        address_of(word if not slash else Word(text, word.span), reader)
        return DROPPED
    prefix = address.bits
    if slash:
        number = _LENGTH.fullmatch(length)
        if number is not None and int(number[1]) <= address.bits:
            prefix = int(number[1])
            if number[2]:  # keepalived says that it takes all bits, but does take the number
                message = f"`{number[2]}` does not belong to the prefix length; used: {prefix}"
                reader.remark("SF3101", word, message, f"write `{text}/{prefix}`")
        elif not length:
            message = f"no prefix length stands behind the `/`; used: {address.bits}"
            reader.findings.warning("SF3101", reader.statement, message, word=word)
        else:
            message = f"`/{length}` is no prefix length of an IPv{address.family} address; used: {address.bits}"
            reader.remark("SF3101", word, message, f"write `{text}/{24 if address.family == 4 else 64}`, for example")
    return AddressLine(address, prefix, bool(slash))


def _agreed(line: AddressLine, reader: Reader) -> AddressLine:
    """What options mean together: peers have no length of their own, nor a broadcast address."""
    first = reader.statement.keyword
    if line.peer is not None:
        if line.has_prefix:
            reader.remark("SF3104", first, "an address with a `peer` has no prefix length of its own; it is ignored")
            line.prefix = line.address.bits
        line.broadcast = None
    if line.preferred_lft_s is None and line.address.family == 6 and line.prefix == 128 and "forever" not in line.flags:
        line.preferred_lft_s = 0  # so that the kernel does not choose it as a source (RFC 6724, rule 3)
    return line


def _dev(word: Word, reader: Reader, line: AddressLine) -> Dropped | None:
    if line.dev:
        return reader.refuse("SF3105", word, "a second `dev`; the line is dropped")
    name = interface().read((word,), reader)
    if isinstance(name, Dropped):
        return name
    line.dev = name
    return None


def _scope(word: Word, reader: Reader, line: AddressLine) -> Dropped | None:
    if line.address.family == 6:
        message = "IPv6 addresses have no `scope`; it is ignored"
        reader.findings.warning("SF3104", reader.statement, message, word=word)
        return None
    if word.text in SCOPES:
        line.scope = SCOPES[word.text]
    elif word.text.isascii() and word.text.isdigit() and len(word.text) < 4 and int(word.text) < 256:
        line.scope = int(word.text)
    else:
        names = ", ".join(f"`{name}`" for name in SCOPES)
        return reader.refuse(
            "SF3004", word, f"`scope` knows {names} and 0 to 255, not `{word.text}`; the line is dropped"
        )
    return None


def _broadcast(word: Word, reader: Reader, line: AddressLine) -> Dropped | None:
    if line.address.family == 6:
        return reader.refuse("SF3104", word, "IPv6 has no broadcast address; the line is dropped")
    if word.text in ("+", "-"):
        if line.prefix > 30:
            message = f"`brd {word.text}` needs a prefix of at most 30 bits, not {line.prefix}; it is ignored"
            reader.remark("SF3104", word, message)
            return None
        host = (1 << (32 - line.prefix)) - 1
        number = int.from_bytes(line.address.packed, "big")
        number = number | host if word.text == "+" else number & ~host
        line.broadcast = Address(4, number.to_bytes(4, "big"))
        return None
    address = address_of(word, reader)
    if isinstance(address, Dropped):
        return address
    if address.family == 6:
        return reader.refuse("SF3007", word, f"`{word.text}` is not an IPv4 address; the line is dropped")
    line.broadcast = address
    return None


def _label(word: Word, reader: Reader, line: AddressLine) -> Dropped | None:
    if line.address.family == 6:
        reader.remark("SF3104", word, "IPv6 addresses have no `label`; it is ignored")
        return None
    label = Text("LABEL", longest=15).read((word,), reader)
    if isinstance(label, Dropped):
        return label
    line.label = label
    return None


def _peer(word: Word, reader: Reader, line: AddressLine) -> Dropped | None:
    text, slash, _length = word.text.partition("/")
    if slash:
        reader.remark("SF3101", word, "`peer` takes an address without a prefix length; the length is ignored")
    peer = address_of(Word(text, word.span), reader)
    if isinstance(peer, Dropped):
        return peer
    if peer.family != line.address.family:
        return reader.refuse(
            "SF3007", word, f"`{text}` is not an IPv{line.address.family} address; the line is dropped"
        )
    line.peer = peer
    return None


def _preferred_lft(word: Word, reader: Reader, line: AddressLine) -> Dropped | None:
    if word.text == "forever":
        line.flags.add("forever")
        line.preferred_lft_s = None
        return None
    value = Integer(0, 2**32 - 1, "seconds").number(word, reader)
    if isinstance(value, Dropped):
        return value
    line.preferred_lft_s = value
    return None


def _track_group(option: Word, words: _Line, line: AddressLine) -> Dropped | None:
    name = words.value(option)
    if isinstance(name, Dropped):
        return name
    line.track_group = name.text
    return None


_FLAGS = {"home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track"}
_Option = Callable[[Word, Reader, AddressLine], Dropped | None]
_OPTIONS: dict[str, _Option] = {
    "dev": _dev,
    "scope": _scope,
    "brd": _broadcast,
    "broadcast": _broadcast,
    "label": _label,
    "peer": _peer,
    "preferred_lft": _preferred_lft,
}

ADDRESS_OPTIONS: dict[str, tuple[str, str]] = {
    "dev": ("dev INTERFACE", "Put it on this interface instead of the instance's own."),
    "scope": ("scope SCOPE", "IPv4: global, site, link, host, nowhere, or 0 to 255."),
    "brd": ("brd ADDRESS|+|-", "IPv4 broadcast address; + sets the host bits, - clears them."),
    "broadcast": ("broadcast ADDRESS|+|-", "The same as brd."),
    "label": ("label LABEL", "IPv4 label, at most 15 bytes, usually INTERFACE:NAME."),
    "peer": ("peer ADDRESS", "The other end of a point-to-point link."),
    "preferred_lft": (
        "preferred_lft SECONDS|forever",
        "How long it may be chosen as a source. For an IPv6 /128 the default is 0 (never chosen), else forever.",
    ),
    "home": ("home", "IPv6: mark as a home address."),
    "-nodad": ("-nodad", "IPv6: do duplicate address detection, which is off otherwise."),
    "mngtmpaddr": ("mngtmpaddr", "IPv6: a template for temporary addresses."),
    "noprefixroute": ("noprefixroute", "Do not make a route for the prefix."),
    "autojoin": ("autojoin", "Join the multicast group on this address."),
    "no_track": ("no_track", "Do nothing when somebody else deletes it."),
    "use_vmac": ("use_vmac", "Put it on an interface with the virtual MAC."),
    "track_group": ("track_group GROUP", "Send the group's instances to FAULT while the address is missing."),
}
"""Option -> how it is written, and what it means."""


@dataclass(frozen=True, slots=True)
class PeerLine:
    """A unicast peer, and whether its line bounds the TTL (which switches source checks on)."""

    peer: UnicastPeer
    checks_ttl: bool


@dataclass(frozen=True, slots=True)
class PeerEntry:
    """``ADDRESS [min_ttl N] [max_ttl N]``."""

    syntax: str = "ADDRESS [OPTION ...]"
    options: tuple[tuple[str, str], ...] = (
        ("min_ttl 0-255", "Drop adverts from this peer with a lower TTL."),
        ("max_ttl 0-255", "Drop adverts from this peer with a higher TTL."),
    )

    _TTL: ClassVar[Integer] = Integer(0, 255)

    def read(self, reader: Reader) -> PeerLine | Dropped:
        """A wrong address drops the line; an unknown option only the rest of it."""
        words = _Line(reader)
        first = words.first
        address = address_of(without_length(first, reader), reader)
        if isinstance(address, Dropped):
            return address
        bounds = {"min_ttl": 0, "max_ttl": 255}
        checks = False
        while (word := words.next()) is not None:
            if word.text not in bounds:
                hint = "known: `min_ttl`, `max_ttl`"
                reader.remark("SF3103", word, f"`{word.text}` is no option of a peer; the rest is ignored", hint)
                break
            value = words.value(word)
            number = value if isinstance(value, Dropped) else self._TTL.number(value, reader)
            if not isinstance(number, Dropped):
                bounds[word.text] = number
                checks = True
        if bounds["min_ttl"] > bounds["max_ttl"]:
            reader.remark("SF4032", first, f"no advert from `{first.text}` can pass: min_ttl is above max_ttl")
        return PeerLine(UnicastPeer(address=address, **bounds), checks)
