"""``FILE_CHECK``: what does the number in a file say?"""

from __future__ import annotations

from standfast.config.keywords.checkers.common import CheckerType, Place, checker_block
from standfast.config.keywords.values import INT_MAX
from standfast.config.kinds import DROPPED, Custom, Dropped, Integer, Reader, Text, Words
from standfast.config.lvs_model import FileOptions
from standfast.config.schema import Keyword
from standfast.config.suggest import did_you_mean

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
    factor, reverse = place.settings.get("weight", (None, False))
    return FileOptions(track_file=name.value, weight=factor, reverse=reverse)


FILE_CHECK = CheckerType(
    checker_block(
        "FILE_CHECK",
        "Health and weight from a `track_file`. With weight 0 every number but 0 is bad; otherwise number times weight "
        "is added to the server's weight.",
        (
            Keyword("track_file", Text("NAME"), "The `track_file`, defined above.", "track_file load",
                    "none: it must be given"),
            Keyword("weight", Custom(f"{-INT_MAX}-{INT_MAX} [reverse|noreverse]", weight, most=2), "What the number is "
                    "multiplied with; 0: it decides between good and bad.", "weight 2", "the track file's",
                    incomplete="skip"),
        ),
        "FILE_CHECK {\n    track_file load\n}",
    ),
    _options,
    connects=False,
)  # fmt: skip
