"""Where configurations and daemons are, unless told: shared by the commands that need to know."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

CONFIGURATIONS = ("/etc/standfast/standfast.conf", "/etc/keepalived/keepalived.conf")
RUN_DIR = Path("/run/standfast")

EX_UNKNOWN = 3
"""Exit status: the daemon is gone or stuck, so nothing can be said of it.

For ``status`` also: a MASTER lacks an address, a route or a rule."""


def default_configuration() -> str:
    """The first of the usual files that exists; the first of all if none does, so that messages name it."""
    return next((name for name in CONFIGURATIONS if Path(name).exists()), CONFIGURATIONS[0])


def default_config_id() -> str:
    """What ``@ID`` lines compare with: the host's name without its domain."""
    return os.uname().nodename.partition(".")[0]


def add_run_dir(parser: argparse.ArgumentParser) -> None:
    """``--run-dir`` for commands that talk to a daemon."""
    parser.add_argument(
        "--run-dir",
        type=Path,
        default=RUN_DIR,
        metavar="DIR",
        help=f"the daemon's run directory (default {RUN_DIR}; {RUN_DIR}/NAME for `instance NAME`)",
    )
