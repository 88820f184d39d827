"""``MISC_CHECK``: what does a program say?"""

from __future__ import annotations

from standfast.config.keywords.checkers.common import CheckerType, Place, checker_block, pacing
from standfast.config.kinds import DROPPED, Dropped, Flag, Seconds
from standfast.config.lvs_model import MiscOptions
from standfast.config.schema import Keyword
from standfast.config.script_model import Identity, ScriptCall
from standfast.config.scripts import Script, User
from standfast.values import SECOND


def _options(place: Place) -> MiscOptions | Dropped:
    script: ScriptCall | None = place.settings.get("misc_path")
    if script is None:
        if "misc_path" not in place.settings.seen:
            hint = 'add a line such as `misc_path "/usr/local/bin/check 80"`'
            place.findings.error("SF4501", place.statement, "`MISC_CHECK` without `misc_path` is left out", hint=hint)
        return DROPPED
    return MiscOptions(
        script=ScriptCall(argv=script.argv, identity=place.settings.get("user", Identity())),
        timeout=place.settings.get("misc_timeout", place.service_delay_loop),
        dynamic=place.settings.get("misc_dynamic", False),
    )


MISC_CHECK = CheckerType(
    checker_block(
        "MISC_CHECK",
        "A program decides: exit status 0 is good, everything else, a signal or a timeout is bad.",
        (
            Keyword("misc_path", Script(with_user=False), "What to run; with arguments it needs quotes.",
                    'misc_path "/usr/local/bin/check 80"', "none: it must be given", incomplete="skip"),
            Keyword("misc_timeout", Seconds(0, 4294 * SECOND, places=0), "After this it is ended: SIGTERM, 2 seconds "
                    "later SIGKILL.", "misc_timeout 5", "the virtual server's `delay_loop`"),
            Keyword("misc_dynamic", Flag(), "Exit status 2 to 255 is good too and sets the weight to 0 to 253.",
                    "misc_dynamic", "off"),
            Keyword("user", User(), "Who runs it.", "user nobody", "`script_user`", incomplete="skip"),
            *pacing(retry=0),
        ),
        'MISC_CHECK {\n    misc_path "/usr/local/bin/check 80"\n}',
    ),
    _options,
    retry=0,
    connects=False,
)  # fmt: skip
