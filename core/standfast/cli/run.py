"""``standfast run``: the daemon, in the foreground."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from standfast.cli.where import CONFIGURATIONS, default_config_id, default_configuration
from standfast.supervise import privileges

if TYPE_CHECKING:
    from standfast.config.load import Loaded
    from standfast.containment import Guard
    from standfast.supervise.logpipe import LogPipe
    from standfast.supervise.options import Options, Parts
    from standfast.supervise.setup import ChildSetup

_DESCRIPTION = """\
Run the daemon in the foreground. Exit status: 0 stopped as asked, 1 fatal error, 2 the configuration cannot be run,
4 permission missing, 6 no or unreadable configuration, 70 program error."""

EX_FATAL = 1
EX_PERMISSION = 4
EX_NO_CONFIGURATION = 6

_NOTES = {
    "dont_fork": "-n is not needed: standfast always stays in the foreground",
    "log_console": "-l is not needed: standfast always logs to standard error",
    "vrrp_only": "-P is not acted on; `standfast keepalived -P` does VRRP only",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("run", help="run the daemon", description=_DESCRIPTION)
    files = ", then ".join(CONFIGURATIONS)
    parser.add_argument("-f", "--use-file", dest="file", metavar="FILE", help=f"configuration (default {files})")
    parser.add_argument("-i", "--config-id", metavar="ID", help="what `@ID` lines compare with (default: host name)")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="sockets and state (default /run/standfast)")
    parser.add_argument(
        "--log-format",
        choices=("auto", "json", "console", "keepalived"),
        default="auto",
        help="how log lines look; auto: as suits the journal, a terminal or a file; keepalived: as its lines",
    )
    parser.add_argument("--beside", action="store_true", help="start although another VRRP speaker runs on this host")
    parser.add_argument("-R", "--dont-respawn", action="store_true", help="end when the VRRP process dies")
    parser.add_argument("-D", "--log-detail", action="store_true", help="log details too")
    parser.add_argument("-n", "--dont-fork", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("-l", "--log-console", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("-P", "--vrrp", dest="vrrp_only", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Be the daemon; the exit status."""
    return start(options(args), parts())


def start(chosen: Options, programs: Parts) -> int:
    """The daemon, in this process; the exit status."""
    _open_standard_descriptors()
    if lacking := privileges.lacking(privileges.SPEAKING):
        print(f"standfast run: needs root, or the capabilities {', '.join(lacking)}", file=sys.stderr)
        return EX_PERMISSION
    from standfast.supervise.limits import TooFewFilesError, raise_open_files
    from standfast.supervise.watchdog import run as watch_over

    try:
        raise_open_files()
    except TooFewFilesError as error:
        print(f"standfast run: {error}", file=sys.stderr)
        return EX_FATAL
    if chosen.file == CONFIGURATIONS[0] and not Path(chosen.file).exists():  # none of them does
        print(f"standfast run: no {' and no '.join(CONFIGURATIONS)}: write one, or name yours by -f", file=sys.stderr)
        return EX_NO_CONFIGURATION
    return watch_over(chosen, programs)


def options(args: argparse.Namespace) -> Options:
    """What was asked for."""
    from standfast.supervise.options import Options

    return Options(
        file=args.file or default_configuration(),
        config_id=default_config_id() if args.config_id is None else args.config_id,
        run_dir=args.run_dir,
        log_format=args.log_format,
        debug=args.log_detail,
        beside=args.beside,
        respawn=not args.dont_respawn,
        notes=tuple(words for name, words in _NOTES.items() if getattr(args, name)),
    )


def parts() -> Parts:
    """The real programs of the children."""
    from standfast.supervise.family import Programs
    from standfast.supervise.options import Parts

    programs = Programs(vrrp=_speak, health=_look_after, spawner=_spawn)
    return Parts(programs=programs, load=_load, reap=_reap, warm_up=_warm_up)


def _warm_up() -> None:
    import standfast.supervise.reap
    import standfast.supervise.spawner
    import standfast.vrrp.process  # noqa: F401 - for the forks to come


def _speak(setup: ChildSetup) -> int:
    from standfast.vrrp.process import main

    return main(setup)


def _look_after(setup: ChildSetup) -> int:
    """Plugins and what they stand on are imported here, after the fork."""
    from standfast.health.process import main

    return main(setup)


def _spawn(setup: ChildSetup) -> int:
    from standfast.supervise.spawner import main

    return main(setup)


def _load(file: str, *, config_id: str, environ: Mapping[str, str], guard: Guard) -> Loaded:
    """With every keyword and plugin: imported by the loader, and gone with it."""
    from standfast.config.load import load

    return load(file, config_id=config_id, environ=environ, guard=guard, spare_plugins=True)


def _reap(run_dir: Path, config: bytes, log: LogPipe) -> int:
    from standfast.supervise.reap import reap_for_parent

    return reap_for_parent(run_dir, config, log)


def _open_standard_descriptors() -> None:
    """Started with 0, 1 or 2 closed, the first socket would become "standard error" and get log lines."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
