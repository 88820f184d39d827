"""``BFD_CHECK``: is the BFD session up?"""

from __future__ import annotations

from standfast.api import (
    ALPHA,
    DROPPED,
    CheckerType,
    CheckResult,
    Code,
    Dropped,
    Keyword,
    Place,
    Record,
    Text,
    bad,
    checker_block,
    did_you_mean,
    good,
    unable,
)
from standfast_checkers.watching import ValueChecker


class BfdOptions(Record, frozen=True):
    """Which session."""

    session: str


def _options(place: Place) -> BfdOptions | Dropped:
    name = place.settings.scalars.get("name")
    if name is None:
        hint = "add `name` with the name of a `bfd_instance`"
        place.findings.error("SF4501", place.statement, "`BFD_CHECK` without `name` is left out", hint=hint)
        return DROPPED
    if name.value not in place.bfd_sessions:
        hint = did_you_mean(name.value, place.bfd_sessions) or "define it above the virtual server"
        message = f"there is no `bfd_instance {name.value}`; the check is left out"
        place.findings.error("SF4502", name.statement, message, hint=hint)
        return DROPPED
    return BfdOptions(session=name.value)


class BfdCheck(ValueChecker):
    """Hears of a session's state."""

    options: BfdOptions
    kind = "bfd"
    declaration = CheckerType(
        checker_block(
            "BFD_CHECK",
            "Good while a BFD session is up.",
            (
                Keyword(
                    "name",
                    Text("NAME"),
                    "The `bfd_instance`, defined above.",
                    "name peer1",
                    "none: it must be given",
                    incomplete="skip",
                ),
                ALPHA,
            ),
            "BFD_CHECK {\n    name peer1\n}",
        ),
        _options,
        connects=False,
        record=BfdOptions,
    )

    @property
    def name(self) -> str:
        """The session's."""
        return self.options.session

    def judged(self, value: int | None) -> CheckResult:
        """1 is up, 0 is down."""
        if value is None:
            return unable(f"nothing is known of BFD session {self.name}")
        words = f"session {self.name} {'up' if value else 'down'}"
        return good(words) if value else bad(Code.VALUE, words)
