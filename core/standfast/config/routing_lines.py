"""What lines of routes and of rules share: families that must agree, names with numbers, pairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from standfast.config.iproute_names import HIGHEST, Named, NameKind, known_number
from standfast.config.kinds import Reader
from standfast.config.lines import OptionLine, RefusedError
from standfast.config.tree import Word
from standfast.values import Address, Family

EVERYTHING = frozenset(("default", "any", "all"))
"""Words for the prefix of length 0."""

FAMILIES: dict[str, Family] = {"inet": 4, "inet6": 6}


@dataclass(slots=True)
class RoutingLine:
    """One line as read: fields of the record, some still :class:`Named`."""

    fields: dict[str, Any] = field(default_factory=dict)
    legs: list[dict[str, Any]] = field(default_factory=list)
    """Next hops of a route."""
    family: Family | None = None


class RoutingReader(OptionLine):
    """A cursor that also keeps the family in mind."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.result = RoutingLine()

    @property
    def fields(self) -> dict[str, Any]:
        """What has been read so far."""
        return self.result.fields

    def agree(self, word: Word, family: Family) -> None:
        """All addresses of a line are of one family."""
        if self.result.family not in (None, family):
            message = f"`{word.text}` is IPv{family}, the line is about IPv{self.result.family}"
            self.refuse("SF3112", word, message)
        self.result.family = family

    def one_address(self, word: Word) -> Address:
        """An address of the line's family."""
        address = self.address(word)
        self.agree(word, address.family)
        return address

    def one_prefix(self, word: Word) -> tuple[Address | None, int]:
        """A prefix of the line's family; None and 0 for everything."""
        if word.text in EVERYTHING and not word.quoted:
            return None, 0
        address, length = self.prefix(word)
        self.agree(word, address.family)
        return (None, 0) if length == 0 else (address, length)

    def named(self, option: Word, kind: NameKind) -> int | Named:
        """A number or a name behind an option."""
        return self.named_in(self.value(option), kind)

    def named_in(self, word: Word, kind: NameKind) -> int | Named:
        """The same of a word that was taken already."""
        number = known_number(kind, word.text)
        if number is None:
            if word.text[:1].isdigit() or word.text[:1] in "+-":
                self.refuse("SF3001", word, f"`{word.text}` is neither a number nor a name of a {kind}")
            return Named(kind, word)
        if number > HIGHEST[kind]:
            self.refuse("SF3002", word, f"a {kind} is 0 to {HIGHEST[kind]}, not `{word.text}`")
        return number

    def realms(self, option: Word, fields: dict[str, Any]) -> None:
        """``[FROM/]TO``."""
        word = self.value(option)
        first, slash, second = word.text.partition("/")
        if slash:
            fields["realm_from"] = self.named_in(Word(first, word.span), "realm")
        fields["realm_to"] = self.named_in(Word(second if slash else first, word.span), "realm")

    def span_of(self, option: Word, low: int, high: int) -> tuple[int, int]:
        """``FIRST-LAST``; one number stands for itself (keepalived wants it twice)."""
        word = self.value(option)
        first, dash, last = word.text.partition("-")
        begin = self.number_in(Word(first, word.span), option.text, low, high)
        end = self.number_in(Word(last, word.span), option.text, low, high) if dash else begin
        if end < begin:
            message = f"`{option.text} {word.text}` ends before it begins; the line is dropped"
            self.reader.findings.warning("SF3002", self.reader.statement, message, word=word)
            raise RefusedError
        if not dash:
            message = f"keepalived does not take one number behind `{option.text}`"
            hint = f"write `{option.text} {first}-{first}` to be understood by both"
            self.reader.findings.warning("SF3103", self.reader.statement, message, word=word, hint=hint)
        return begin, end

    def protocol(self) -> None:
        """Anything but our own number would keep us from knowing the entry again, unless nobody looks for it."""
        own = self.fields.get("protocol")
        if own is None or own == 18 or self.fields.get("no_track"):
            return
        del self.fields["protocol"]
        message = "`protocol` cannot be chosen for what is watched; used: 18 (keepalived)"
        self.reader.remark("SF3116", self.reader.statement.keyword, message, "add `no_track`, or remove `protocol`")
