"""``standfast fmt``: lays out configuration files without changing what they mean."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
from pathlib import Path

from standfast.cli.terminal import coloured
from standfast.config import render
from standfast.config.layout import NotFormattableError, formatted

CHANGED = 1
REFUSED = 2


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "fmt",
        help="lay out configuration files",
        description="Lay out configuration files: indentation, one statement a line, no needless blank lines. Comments "
        "and order stay, and so does the meaning. Exit status: 0 done, 1 with --check or --diff: a file would change, "
        "2 a file cannot be read or its braces do not fit together (it is left alone).",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="which files; `-` reads standard input")
    parser.add_argument("--check", action="store_true", help="change nothing; name the files that would change")
    parser.add_argument("--diff", action="store_true", help="change nothing; show what would change")


def run(args: argparse.Namespace) -> int:
    """Every file for itself; the worst exit status."""
    return max(_file(name, args) for name in args.files)


def _file(name: str, args: argparse.Namespace) -> int:
    try:
        old = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = old.decode("utf-8", "surrogateescape")
        new = formatted(text, name=name)
    except OSError as error:
        print(f"{name}: cannot be read: {error.strerror}", file=sys.stderr)
        return REFUSED
    except NotFormattableError as refusal:
        for fault in refusal.diagnostics:
            print(render.render(fault, colour=coloured(sys.stderr)), end="\n\n", file=sys.stderr)
        print(f"{name}: left as it is: {refusal}", file=sys.stderr)
        return REFUSED
    data = new.encode("utf-8", "surrogateescape")
    if args.diff:
        _show_difference(name, text, new)
    if args.check or args.diff:
        if args.check and data != old:
            print(name)
        return CHANGED if data != old else 0
    return _write(name, old, data)


def _write(name: str, old: bytes, new: bytes) -> int:
    if name == "-":
        sys.stdout.buffer.write(new)
    elif new != old:
        try:
            replace_file(Path(name), new)
        except OSError as error:
            print(f"{name}: cannot be written: {error.strerror}", file=sys.stderr)
            return REFUSED
        print(f"{name}: laid out anew", file=sys.stderr)
    return 0


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it; owner and mode stay. Raises :class:`OSError`."""
    path = path.resolve()  # a symbolic link stays one
    before = path.stat()
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(descriptor, before.st_mode & 0o7777)
            if os.geteuid() == 0:
                os.fchown(descriptor, before.st_uid, before.st_gid)
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _show_difference(name: str, old: str, new: str) -> None:
    for line in difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), name, f"{name} (laid out)"
    ):
        print(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", end="")
