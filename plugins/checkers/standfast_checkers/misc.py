"""``MISC_CHECK``: what does a program say?"""

from __future__ import annotations

from typing import Any

from standfast.api import (
    DROPPED,
    SECOND,
    Checker,
    CheckerType,
    CheckResult,
    Code,
    Dropped,
    Flag,
    Identity,
    Keyword,
    Place,
    Record,
    Script,
    ScriptCall,
    ScriptEnd,
    Seconds,
    User,
    bad,
    checker_block,
    good,
    pacing,
    seconds,
    unable,
)


class MiscOptions(Record, frozen=True):
    """What is run, and how long it may take."""

    script: ScriptCall
    timeout: int
    """Microseconds."""
    dynamic: bool = False


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


class MiscCheck(Checker[Any]):
    """Runs a program."""

    contract = 1
    options: MiscOptions
    declaration = CheckerType(
        checker_block(
            "MISC_CHECK",
            "A program decides: exit status 0 is good, everything else, a signal or a timeout is bad.",
            (
                Keyword("misc_path", Script(with_user=False), "What to run; with arguments it needs quotes.",
                        'misc_path "/usr/local/bin/check 80"', "none: it must be given", incomplete="skip"),
                Keyword("misc_timeout", Seconds(0, 4294 * SECOND, places=0), "After this it is ended: SIGTERM, 2 "
                        "seconds later SIGKILL.", "misc_timeout 5", "the virtual server's `delay_loop`"),
                Keyword("misc_dynamic", Flag(), "Exit status 2 to 255 is good too and sets the weight to 0 to 253.",
                        "misc_dynamic", "off"),
                Keyword("user", User(), "Who runs it.", "user nobody", "`script_user`", incomplete="skip"),
                *pacing(retry=0),
            ),
            'MISC_CHECK {\n    misc_path "/usr/local/bin/check 80"\n}',
        ),
        _options,
        retry=0,
        paced_from_start=True,
        connects=False,
        record=MiscOptions,
    )  # fmt: skip

    async def check(self) -> CheckResult:
        """Run it once."""
        return judged(await self.surroundings.run_script(self.options.script, self.options.timeout), self.options)


def judged(end: ScriptEnd, options: MiscOptions) -> CheckResult:
    """What the way in which it ended means."""
    if end.problem:
        return unable(end.problem)
    if end.timed_out:
        return bad(Code.TIMEOUT, f"not done within {seconds(options.timeout)}, ended by force")
    if end.status is None:
        return bad(Code.EXIT, f"ended by signal {end.signal}" if end.signal else "ended by a signal")
    details: dict[str, str | int | float] = {"status": end.status}
    if end.status == 0:
        return good("exit status 0", weight_change=0 if options.dynamic else None, details=details)
    if end.status == 1 or not options.dynamic:
        return bad(Code.EXIT, f"exit status {end.status}", details=details)
    weight = end.status - 2
    return good(f"exit status {end.status}: weight {weight}", weight=weight, details=details)
