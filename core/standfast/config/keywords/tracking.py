"""What can be tracked: scripts, numbers in files, processes; and the blocks that list trackers."""

from __future__ import annotations

from dataclasses import replace

from standfast.config.keywords.real_server import for_checkers
from standfast.config.keywords.tracking_values import init_file, milliseconds, process
from standfast.config.keywords.values import INT_MAX
from standfast.config.kinds import Choice, Custom, Flag, Integer, Seconds, Text
from standfast.config.schema import Block, Entries, Keyword
from standfast.config.scripts import Script, User
from standfast.config.track_entries import TrackEntry, WeightKind
from standfast.config.tracking_model import TrackedKind
from standfast.values import SECOND

REASON = "standfast speaks no BFD: let a `vrrp_script` ask a BFD daemon"
DELAY = Seconds(1, 3600 * SECOND)

WAITING = frozenset(("bfd",))
"""Kinds that nobody looks at yet."""

TRACKED: dict[TrackedKind, tuple[str, str]] = {
    "interface": ("other interfaces", "eth1"),
    "script": ("results of scripts", "check_http"),
    "file": ("numbers in files", "load"),
    "process": ("running processes", "haproxy"),
    "bfd": ("BFD sessions", "peer1"),
    "check": ("results of health checks", "web"),
}
"""Kind -> what it is in words, and a name for examples."""


def track_blocks(whose: str) -> tuple[Entries, ...]:
    """The ``track_*`` blocks of an instance or a sync group."""
    return tuple(
        Entries(f"track_{kind}", TrackEntry(kind), f"What else decides about {whose}: {words}.",
                f"track_{kind} {{\n    {name} weight -20\n}}", acted_on=kind not in WAITING, reason=REASON,
                ours=kind == "check")
        for kind, (words, name) in TRACKED.items()
    )  # fmt: skip


TIME = Custom("0.001-4294 seconds", milliseconds, most=1)

VRRP_SCRIPT = Block(
    "vrrp_script",
    doc="A program that is run again and again, and whose exit status can be tracked. It must stand before the "
    "`track_script` blocks that use it.",
    example='vrrp_script check_http {\n    script "/usr/local/bin/check_http 80"\n    interval 2\n}',
    header=Text("NAME"),
    repeat="each",
    unnamed="stop",
    keywords=(
        Keyword("script", Script(with_user=False), "What to run. Exit status 0 is good; everything else, a signal or a "
                "timeout is bad. With arguments it needs quotes.", 'script "/usr/local/bin/check_http 80"',
                "none: it must be given"),
        Keyword("interval", TIME, "Time from one run to the next.", "interval 2", "1", fallback=SECOND),
        Keyword("timeout", TIME, "After this a run is killed, and counts as bad.", "timeout 1", "`interval`"),
        Keyword("weight", WeightKind("script"), "What the result does to the priority, where `track_script` does not "
                "say it. 0: FAULT while it is bad.", "weight -20", "0"),
        Keyword("rise", Integer(1, INT_MAX), "Good results in a row until it counts as good.", "rise 2", "1"),
        Keyword("fall", Integer(1, INT_MAX), "Bad results in a row until it counts as bad.", "fall 2", "1"),
        Keyword("user", User(), "Who runs it.", "user nobody", "`script_user`"),
        Keyword("init_fail", Flag(), "Bad until the first results are in.", "init_fail", "off"),
        Keyword("on_timeout", Choice({"fail": "fail", "keep": "keep"}), "What a run counts as that is killed because "
                "its time is over; `keep`: the last result stays.", "on_timeout keep", "fail (as in keepalived)",
                ours=True),
    ),
)  # fmt: skip


def _track_file(name: str, retired: str = "") -> Block:
    return Block(
        name,
        doc="A file with a number in it that can be tracked; watched for changes. It must stand before the blocks that "
        "use it.",
        example=f"{name} load {{\n    file /run/load\n}}",
        header=Text("NAME"),
        repeat="each",
        unnamed="stop",
        retired=retired,
        keywords=(
            Keyword("file", Text("PATH"), "Which file. Its directory must exist.", "file /run/load",
                    "none: it must be given", repeat="first"),
            Keyword("weight", WeightKind("file", usual=1), "What the number is multiplied with before it is added to "
                    "the priority. 0: FAULT while the number is not 0.", "weight 2", "1", repeat="first"),
            Keyword("init_file", Custom("[VALUE] [overwrite]", init_file, least=0, most=2), "Create the file at the "
                    "start if it is missing; with `overwrite` in any case.", "init_file 0", "no; 0 without a value"),
        ),
    )  # fmt: skip


TRACK_FILE = _track_file("track_file")
VRRP_TRACK_FILE = _track_file("vrrp_track_file", retired="track_file")

VRRP_TRACK_PROCESS = Block(
    "vrrp_track_process",
    doc="A program whose running can be tracked. It must stand before the `track_process` blocks that use it.",
    example="vrrp_track_process haproxy {\n    process haproxy\n}",
    header=Text("NAME"),
    repeat="each",
    unnamed="stop",
    keywords=(
        Keyword("process", Custom("COMMAND [PARAMETER ...]", process), "The name of the process; with parameters the "
                "whole command line is compared.", "process haproxy", "none: it must be given", repeat="first"),
        Keyword("param_match", Choice({"partial": "partial", "initial": "initial"}, least=0, bare="exact"),
                "How parameters are compared: all of them; `partial`: the first ones; `initial`: the first ones, of "
                "the last one the beginning.", "param_match partial", "all, if parameters are given"),
        Keyword("weight", WeightKind("process"), "What it does to the priority, where `track_process` does not say it. "
                "0: FAULT while it does not run.", "weight -20", "0", repeat="first"),
        Keyword("quorum", Integer(1, 65535), "At least so many must run.", "quorum 1", "1"),
        Keyword("quorum_max", Integer(0, 65535), "No more may run; 0: good while none does.", "quorum_max 4",
                "no limit"),
        Keyword("delay", DELAY, "`fork_delay` and `terminate_delay` at once.", "delay 0.5", "0"),
        Keyword("terminate_delay", DELAY, "Wait this long before it counts as bad.", "terminate_delay 0.5", "0"),
        Keyword("fork_delay", DELAY, "Wait this long before it counts as good.", "fork_delay 0.5", "0"),
        Keyword("full_command", Flag(), "Compare the command line instead of the kernel's short name.", "full_command",
                "off"),
    ),
)  # fmt: skip

VRRP_CHECK = Block(
    "vrrp_check",
    doc="A health check that can be tracked: one block of a checker stands in it, as in a `real_server`, and looks at "
    "this machine (127.0.0.1) unless it says `connect_ip`. It is made by the health process, without starting a "
    "program. It must stand before the `track_check` blocks that use it.",
    example="vrrp_check web {\n    TCP_CHECK {\n        connect_port 80\n    }\n}",
    header=Text("NAME"),
    repeat="each",
    unnamed="stop",
    ours=True,
    keywords=(
        *(
            replace(keyword, default="1", example="delay_loop 1") if keyword.name == "delay_loop" else keyword
            for keyword in for_checkers("check")
            if keyword.name != "virtualhost"
        ),
        Keyword("weight", WeightKind("check"), "What the result does to the priority, where `track_check` does not "
                "say it. 0: FAULT while it is bad.", "weight -20", "0"),
        Keyword("max_age", TIME, "For so long a result holds when no new one comes (the health process has died, or "
                "hangs).", "max_age 10", "three intervals, the time that a check may take, and 2"),
        Keyword("on_silence", Choice({"keep": "keep", "fail": "fail", "ignore": "ignore"}), "What counts after that, "
                "and when there is no first result within 10 seconds. `keep`: the last result; `fail`: it is bad; "
                "`ignore`: as if it were not tracked.", "on_silence ignore", "keep"),
    ),
)  # fmt: skip

DEFINITIONS = (VRRP_SCRIPT, TRACK_FILE, VRRP_TRACK_FILE, VRRP_TRACK_PROCESS)
