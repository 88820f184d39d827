"""``standfast reap``: after a daemon was killed, end what is left of it and take its addresses off."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from standfast.cli.where import default_config_id, default_configuration

if TYPE_CHECKING:
    from standfast.config.model import Config
    from standfast.supervise.rivals import Rival

_DESCRIPTION = """\
Clean up after a daemon that was killed (for ExecStopPost=): end its processes, take off exactly the addresses that were
its own. Exit status: 0 nothing of it is left, 1 it still runs or cannot be cleaned up, 4 it needs root."""

ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser("reap", help="clean up after a daemon that was killed", description=_DESCRIPTION)
    parser.add_argument("-f", "--use-file", dest="file", metavar="FILE", help="its configuration")
    parser.add_argument("-i", "--config-id", metavar="ID", help="what `@ID` lines compare with (default: host name)")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="its run directory (default: by the configuration)")


def run(args: argparse.Namespace) -> int:
    """Clean up; the exit status."""
    from standfast.net.namespaces import NoSuchNamespace, enter
    from standfast.supervise.rundir import HeldError

    config = _config(args)
    try:
        if config.net_namespace:
            enter(config.net_namespace)
    except NoSuchNamespace as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EINVAL):
            return 0  # and with it everything that was in it
        print(f"standfast reap: {error.strerror}", file=sys.stderr)
        return 4
    try:
        return _clean(_run_dir(args, config), config)
    except HeldError as error:
        print(f"standfast reap: it is not dead: {error}", file=sys.stderr)
    except PermissionError as error:
        print(f"standfast reap: {error.filename or 'it'}: {error.strerror}: run it as root", file=sys.stderr)
        return 4
    except OSError as error:
        print(f"standfast reap: {error}", file=sys.stderr)
    return 1


def _config(args: argparse.Namespace) -> Config:
    """What it ran from, as far as that can still be read; without it the state file decides alone."""
    from standfast.config.load import load
    from standfast.config.model import Config

    config_id = default_config_id() if args.config_id is None else args.config_id
    file = args.file or default_configuration()
    loaded = load(file, config_id=config_id, environ=os.environ, spare_plugins=True)
    return loaded.config or Config()


def _run_dir(args: argparse.Namespace, config: Config) -> Path:
    from standfast.supervise.rundir import default_path

    named: Path | None = args.run_dir
    return named or default_path(
        instance=config.instance_name, net_namespace=config.net_namespace, use_pid_dir=config.use_pid_dir
    )


def _living() -> Rival | None:
    """A standfast that speaks here: whoever deletes a run directory takes its lock off a daemon that is alive."""
    from standfast.supervise.rivals import find_rivals

    return next((rival for rival in find_rivals() if rival.unit == "standfast"), None)


def _clean(path: Path, config: Config) -> int:
    from standfast.supervise.reap import reap
    from standfast.supervise.rundir import LOCK, RunDir

    if not (path / LOCK).exists() and (living := _living()):
        words = f"it may not be dead: {living}, and {path} holds nothing that says whose; stop it first"
        print(f"standfast reap: {words} (systemctl stop standfast, or kill {living.pid})", file=sys.stderr)
        return 1
    owned = RunDir(path)
    try:
        done = [f"ended process {process.pid} ({process.role})" for process in owned.end_leftovers()]
        done += [f"took off {address}" for address in reap(path, config)]
    finally:
        owned.release()
    print("\n".join(done) or "nothing of it was left")
    return 0
