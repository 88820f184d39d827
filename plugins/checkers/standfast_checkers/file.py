"""``FILE_CHECK``: what does the number in a file say?"""

from __future__ import annotations

from standfast.api import (
    DROPPED,
    CheckerType,
    CheckResult,
    Code,
    Custom,
    Dropped,
    Integer,
    Keyword,
    Place,
    Reader,
    Record,
    Text,
    Words,
    bad,
    checker_block,
    did_you_mean,
    good,
    unable,
)
from standfast_checkers.watching import ValueChecker

INT_MAX = 2**31 - 1


class FileOptions(Record, frozen=True):
    """Which file, and what its number is multiplied with."""

    track_file: str
    weight: int = 1
    """0: the number decides between good and bad."""
    reverse: bool = False


_ORDER = {"reverse": True, "noreverse": False}


def weight(words: Words, reader: Reader) -> tuple[int, bool] | Dropped:
    """The factor, and whether its sign is turned round."""
    number = Integer(-INT_MAX, INT_MAX).number(words[0], reader)
    if isinstance(number, Dropped):
        return number
    if len(words) == 1:
        return number, False
    if words[1].text not in _ORDER:
        hint = did_you_mean(words[1].text, _ORDER)
        reader.remark("SF3004", words[1], f"`{words[1].text}` is neither `reverse` nor `noreverse`", hint)
        return number, False
    return number, _ORDER[words[1].text]


def _options(place: Place) -> FileOptions | Dropped:
    name = place.settings.scalars.get("track_file")
    if name is None:
        hint = "add `track_file` with the name of a `track_file` block"
        place.findings.error("SF4501", place.statement, "`FILE_CHECK` without `track_file` is left out", hint=hint)
        return DROPPED
    if name.value not in place.track_files:
        hint = did_you_mean(name.value, place.track_files) or "define it above the virtual server"
        message = f"there is no `track_file {name.value}`; the check is left out"
        place.findings.error("SF4502", name.statement, message, hint=hint)
        return DROPPED
    factor, reverse = place.settings.get("weight", place.track_files[name.value])
    return FileOptions(track_file=name.value, weight=factor, reverse=reverse)


class FileCheck(ValueChecker):
    """Hears of the number in a tracked file."""

    options: FileOptions
    kind = "file"
    declaration = CheckerType(
        checker_block(
            "FILE_CHECK",
            "Health and weight from a `track_file`. With weight 0 every number but 0 is bad; otherwise number times "
            "weight is added to the server's weight.",
            (
                Keyword("track_file", Text("NAME"), "The `track_file`, defined above.", "track_file load",
                        "none: it must be given"),
                Keyword("weight", Custom(f"{-INT_MAX}-{INT_MAX} [reverse|noreverse]", weight, most=2), "What the "
                        "number is multiplied with; 0: it decides between good and bad.", "weight 2",
                        "the track file's", incomplete="skip"),
            ),
            "FILE_CHECK {\n    track_file load\n}",
        ),
        _options,
        connects=False,
        record=FileOptions,
    )  # fmt: skip

    @property
    def name(self) -> str:
        """The file's."""
        return self.options.track_file

    def judged(self, value: int | None) -> CheckResult:
        """Good or bad, and what is added to the server's weight."""
        if value is None:
            return unable(f"nothing is known of track_file {self.name}")
        if not self.options.weight:
            well = (value != 0) == self.options.reverse
            return good(f"the number is {value}") if well else bad(Code.VALUE, f"the number is {value}")
        change = max(-INT_MAX - 1, min(INT_MAX, value * self.options.weight * (-1 if self.options.reverse else 1)))
        words = f"the number is {value}, so {change:+d} is added to the weight"
        if change == -INT_MAX - 1:
            return bad(Code.VALUE, words)
        return good(words, weight_change=change)
