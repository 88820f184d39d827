"""The command line: one module for each command, imported only when it is wanted.

Such a module has ``register(subparsers)``, which declares the command and its options, and ``run(args) -> int``,
which does it and returns the exit status. One that reads configurations, or asks plugins in another way, has
``ASKS_PLUGINS = True``: it runs where plugins are contained (:mod:`standfast.cli.contained`).
"""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import keyword
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TextIO

from standfast import __version__
from standfast.cli.usage import Parser

COMMANDS = (
    "run",
    "status",
    "watch",
    "events",
    "yield",
    "hold",
    "resume",
    "reload",
    "stop",
    "server",
    "check-now",
    "notify",
    "log-level",
    "nagios",
    "doctor",
    "support-bundle",
    "reap",
    "check",
    "config",
    "simulate",
    "sniff",
    "fmt",
    "plan",
    "explain",
    "plugins",
    "genhash",
    "keepalived",
    "demo",
    "completion",
)
"""In the order of ``--help``; each is a module of this package, with `_` for `-` (and behind `yield`)."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of a file that is written, never of anything else that commands do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. Wrong usage exits with 2, as argparse has it."""
    _show_anything()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None and os.path.basename(sys.argv[0]) == "keepalived":  # noqa: PTH119 - a name, not a path
        words.insert(0, "keepalived")
    if words[:1] == ["keepalived"]:  # its words are not ours to read
        return _as_heard(lambda: int(_module("keepalived").main(words[1:])))
    return _as_heard(lambda: _obey(words))


def _obey(words: Sequence[str]) -> int:
    parsed = _parser(words).parse_args(words)
    command = _module(parsed.command)
    if getattr(command, "ASKS_PLUGINS", False):
        from standfast.cli.contained import contained

        return contained(f"standfast {parsed.command}", lambda: _as_heard(lambda: _run(command, parsed)))
    return _run(command, parsed)


def _show_anything() -> None:
    r"""What the terminal's encoding cannot show (names, bytes of files) becomes ``\xff``, not a traceback."""
    if sys.stdout is None:  # closed at the start (`>&-`), and no command has to know of that
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - for the whole process
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _run(command: ModuleType, parsed: argparse.Namespace) -> int:
    status: int = command.run(parsed)
    return status


def _as_heard(work: Callable[[], int]) -> int:
    """Its exit status.

    `standfast check ... | head`: that nobody listens any more is no fault to speak of. What was found is told all the
    same, by the exit status; who was interrupted before it had found anything ends as every other program does.
    """
    try:
        try:
            return work()
        finally:  # argparse has printed `--help` when it exits
            _let_go(sys.stdout)
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:  # of who waits for a daemon that does not answer, say
        return 128 + signal.SIGINT
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        where = f" {error.filename}" if error.filename else ""
        print(f"standfast: cannot write{where}: {error.strerror}", file=sys.stderr)
        return os.EX_IOERR


def _let_go(stream: TextIO) -> None:
    """Write what is still to be written, to nobody if nobody reads."""
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # or it is tried once more at the end
        if not isinstance(error, BrokenPipeError):
            raise


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser; with only the named command in it, so that the others need not be imported."""
    parser = Parser(
        prog="standfast", description="Keeps an address reachable when machines fail: VRRP from your keepalived.conf."
    )
    parser.add_argument("--version", action="version", version=f"standfast {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS:
        _module(name).register(subparsers)
    return parser


def _module(command: str) -> ModuleType:
    name = command.replace("-", "_") + ("_" if keyword.iskeyword(command) else "")
    return importlib.import_module(f"{__name__}.{name}")
