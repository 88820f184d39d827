"""``BFD_CHECK``: is the BFD session up?"""

from __future__ import annotations

from standfast.config.keywords.checkers.common import ALPHA, CheckerType, Place, checker_block
from standfast.config.kinds import DROPPED, Dropped, Text
from standfast.config.lvs_model import BfdOptions
from standfast.config.schema import Keyword
from standfast.config.suggest import did_you_mean


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


BFD_CHECK = CheckerType(
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
)
