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


def configuration_of(args: argparse.Namespace) -> tuple[str, str]:
    """File and id that ``args`` name; else those of the daemon that runs; else as for `run`."""
    file, config_id = args.file, args.config_id
    if file is None:
        from standfast.control.client import NoAnswer, ask
        from standfast.control.protocol import Request

        try:
            daemon = ask(args.run_dir, "daemon.status", Request(do="status"))
        except NoAnswer:
            daemon = {}
        file = daemon.get("config_file")
        config_id = daemon.get("config_id") if config_id is None else config_id
    return file or default_configuration(), default_config_id() if config_id is None else config_id


def add_configuration(parser: argparse.ArgumentParser) -> None:
    """``-f`` and ``-i`` for commands that look at a daemon and at its configuration."""
    parser.add_argument(
        "-f", "--use-file", dest="file", metavar="FILE", help="configuration (default: the daemon's, else as for `run`)"
    )
    parser.add_argument(
        "-i", "--config-id", metavar="ID", help="what `@ID` lines compare with (default: as the daemon, else host name)"
    )


def add_run_dir(parser: argparse.ArgumentParser) -> None:
    """``--run-dir`` for commands that talk to a daemon."""
    parser.add_argument(
        "--run-dir",
        type=Path,
        default=RUN_DIR,
        metavar="DIR",
        help=f"the daemon's run directory (default {RUN_DIR}; {RUN_DIR}/NAME for `instance NAME`)",
    )
