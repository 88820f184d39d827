"""Lines of ``track_*`` blocks: a name, perhaps a weight, and which way it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from standfast.config.kinds import DROPPED, Dropped, Reader, Words, interface
from standfast.config.lines import OptionLine, RefusedError
from standfast.config.suggest import suggest
from standfast.config.tracking_model import TrackedKind
from standfast.config.tree import Word

WEIGHT_LIMITS: dict[TrackedKind, int] = {"interface": 253, "script": 253, "file": 254, "process": 254, "bfd": 253,
                                          "check": 253}  # fmt: skip
"""Largest weight of each kind, up or down. One more is cut to the limit with an error, as in keepalived."""


class TrackLine(NamedTuple):
    """A line as written; None is inherited from the definition."""

    name: str
    weight: int | None = None
    reverse: bool | None = None


class Weight(NamedTuple):
    """The weight of a definition."""

    weight: int
    reverse: bool


@dataclass(frozen=True, slots=True)
class TrackEntry:
    """``NAME [weight W] [reverse|noreverse]``."""

    kind: TrackedKind

    @property
    def syntax(self) -> str:
        """For people."""
        return f"{'INTERFACE' if self.kind == 'interface' else 'NAME'} [weight NUMBER] [OPTION]"

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The option words."""
        limit = WEIGHT_LIMITS[self.kind]
        weight = (
            f"weight -{limit}-{limit}",
            "0: FAULT while it is bad. Above 0: added to the priority while it is good; below: taken off while it is "
            "bad. For files: what the number in the file is multiplied with.",
        )
        reverse = ("reverse", "Turn the sign round; with weight 0: FAULT while it is good.")
        if self.kind == "interface":
            return weight, reverse
        return weight, reverse, ("noreverse", "Undo the `reverse` of the definition.")

    def read(self, reader: Reader) -> TrackLine | Dropped:
        """An unknown first option drops the line, a later one is only reported."""
        try:
            return self._read(reader)
        except RefusedError:
            return DROPPED

    def _read(self, reader: Reader) -> TrackLine:
        line = OptionLine(reader)
        name = self._name(line)
        weight: int | None = None
        reverse: bool | None = None
        known = tuple(syntax.split()[0] for syntax, _ in self.options)
        first = True
        while (word := line.next()) is not None:
            if word.text not in known:
                self._unknown(line, word, known, first=first)
            elif word.text == "weight":
                weight = weight_of(line.value(word), self.kind, reader, 0 if self.kind == "interface" else None)
            else:
                reverse = word.text == "reverse"
            first = False
        return TrackLine(name, weight, reverse)

    def _name(self, line: OptionLine) -> str:
        word = line.reader.statement.keyword
        line.next()
        if self.kind == "interface" and isinstance(interface().read((word,), line.reader), Dropped):
            raise RefusedError
        return word.text

    def _unknown(self, line: OptionLine, word: Word, known: tuple[str, ...], *, first: bool) -> None:
        key, equals, number = word.text.partition("=")
        near = suggest(word.text, known)
        hint = "one name on each line" if not near else f"did you mean `{near[0]}`?"
        if equals and key in known:
            hint = f"write `{key} {number}`"
        if first:
            line.refuse("SF3111", word, f"`{word.text}` is no option of `track_{self.kind}`", hint)
        line.reader.remark("SF3103", word, f"`{word.text}` is no option of `track_{self.kind}`; it is ignored", hint)


def weight_of(word: Word, kind: TrackedKind, reader: Reader, otherwise: int | None) -> int | None:
    """A weight; one above the limit is cut, and what is no weight counts as ``otherwise`` (with an error)."""
    limit = WEIGHT_LIMITS[kind]
    text = word.text.removeprefix("+").removeprefix("-")
    used = "the one of the definition" if otherwise is None else str(otherwise)
    if not (text.isascii() and text.isdigit() and len(text) < 25):
        reader.remark("SF3001", word, f"a weight is a whole number, not `{word.text}`; used: {used}")
        return otherwise
    value = int(word.text)
    if abs(value) <= limit:
        return value
    cut = limit if value > 0 else -limit
    if abs(value) > 254:
        cut_or_not, shown = otherwise, used
    else:
        cut_or_not, shown = cut, str(cut)
    reader.remark("SF3002", word, f"`weight` must be -{limit} to {limit}, not `{word.text}`; used: {shown}")
    return cut_or_not


@dataclass(frozen=True, slots=True)
class WeightKind:
    """``NUMBER [reverse]`` behind ``weight`` of a definition."""

    kind: TrackedKind
    usual: int = 0
    least: int = 1
    most: int | None = 2

    @property
    def syntax(self) -> str:
        """The limits."""
        limit = WEIGHT_LIMITS[self.kind]
        return f"-{limit}-{limit} [reverse]"

    def read(self, words: Words, reader: Reader) -> Weight | Dropped:
        """The weight and whether it is turned round."""
        weight = weight_of(words[0], self.kind, reader, self.usual)
        reverse = len(words) > 1 and words[1].text == "reverse"
        if len(words) > 1 and not reverse:
            hint = "did you mean `reverse`?" if suggest(words[1].text, ("reverse",)) else ""
            reader.remark("SF3103", words[1], f"only `reverse` may stand behind a weight, not `{words[1].text}`", hint)
        return Weight(self.usual if weight is None else weight, reverse)
