"""The two sides of every comparison, and which daemon plays each."""

from __future__ import annotations

import subprocess

from standfast.lab.daemons import Daemon, Keepalived, Standfast

OURS, THEIRS = "ours", "theirs"
SIDES = (OURS, THEIRS)
DAEMONS: dict[str, type[Daemon]] = {kind.kind: kind for kind in (Standfast, Keepalived)}


def chosen_sides(text: str) -> dict[str, str]:
    """``A,B`` -> which daemon is ours and which theirs. Raises ValueError with words for the command line."""
    names = text.split(",")
    if len(names) != 2 or any(name not in DAEMONS for name in names):
        raise ValueError(f"{text!r}: give two of {', '.join(DAEMONS)}, separated by a comma")
    return dict(zip(SIDES, names, strict=True))


def keepalived_version() -> str:
    """As it says itself, or "not installed"."""
    try:
        said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=False).stderr
    except FileNotFoundError:
        return "not installed"
    return said.split()[1].removeprefix("v")
