"""``standfast support-bundle``: what somebody who helps needs to see, in one file, without passwords and keys."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from standfast import __version__
from standfast.cli.redact import redact, secrets_of
from standfast.cli.terminal import json_text
from standfast.cli.where import add_configuration, add_run_dir, configuration_of

_PATIENCE_S: Final = 10
_COMMANDS: Final = {
    "addresses.txt": ("ip", "-d", "address"),
    "routes.txt": ("ip", "route", "show", "table", "all"),
    "rules.txt": ("ip", "rule"),
    "firewall.txt": ("nft", "list", "ruleset"),
    "services.txt": ("ipvsadm", "-Ln"),
    "log.txt": ("journalctl", "-u", "standfast", "-n", "5000", "--no-pager"),
}

ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "support-bundle",
        help="collect what somebody who helps needs to see",
        description="Write a compressed archive with configuration, status, events, findings of `doctor`, addresses, "
        "routes, firewall and log. Passwords, keys and tokens are taken out; addresses and names stay, so look into it "
        "before you give it away. Exit status: 0, or 1 if it cannot be written.",
    )
    add_configuration(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="archive (default standfast-DATE.tar.gz here)"
    )
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Collect and write; the exit status."""
    output = args.output or Path(time.strftime("standfast-%Y%m%d-%H%M%S.tar.gz"))
    file, config_id = configuration_of(args)
    try:
        # Made anew and for us alone: what is in it is nobody else's business.
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, text in contents(file, config_id, args.run_dir):
                _add(archive, name, text)
    except OSError as error:
        print(f"standfast support-bundle: {output}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{output}: look into it before you give it away; passwords and keys are taken out")
    return 0


def contents(file: str, config_id: str, run_dir: Path) -> Iterator[tuple[str, str]]:
    """Names and texts, redacted."""
    configuration = list(_configuration(file, config_id))
    secrets: set[str] = set()
    for _, text in configuration:
        secrets |= secrets_of(text)
    for name, text in (*configuration, *_questions(file, config_id, run_dir), *_machine()):
        yield name, redact(text, secrets)


def _configuration(file: str, config_id: str) -> Iterator[tuple[str, str]]:
    """Every file that is read, by its place."""
    from standfast.config.load import load

    loaded = load(file, config_id=config_id, environ=os.environ)
    for path in loaded.files:
        try:
            yield f"config{Path(path).absolute()}", Path(path).read_text(errors="replace")
        except OSError as error:
            yield f"config{Path(path).absolute()}", f"cannot be read: {error.strerror}\n"
    yield "diagnostics.txt", "".join(f"{each.code} {each.span}: {each.message}\n" for each in loaded.diagnostics)


def _questions(file: str, config_id: str, run_dir: Path) -> Iterator[tuple[str, str]]:
    from standfast.cli.doctor import document
    from standfast.control.client import NoAnswer, watch
    from standfast.control.picture import take
    from standfast.control.protocol import Request
    from standfast.doctor.gather import gather
    from standfast.doctor.rules import examine

    picture = take(run_dir)
    yield "status.json", json_text(picture.document | {"problems": picture.problems})
    found = examine(gather(file, config_id=config_id, run_dir=run_dir))
    yield "doctor.json", json.dumps(document(found), indent=2)
    try:
        pages = list(watch(run_dir, "vrrp.status", patience_s=2.0, request=Request(do="events")))
        yield "events.json", "".join(json.dumps(event) + "\n" for page in pages for event in page["events"])
    except NoAnswer as error:
        yield "events.json", json.dumps({"problem": str(error)})


def _machine() -> Iterator[tuple[str, str]]:
    system = os.uname()
    yield "version.txt", f"standfast {__version__}\nPython {sys.version}\n{system.sysname} {system.release}\n"
    for name, command in _COMMANDS.items():
        try:
            done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False)
            yield name, (done.stdout + done.stderr).decode(errors="replace")
        except (OSError, subprocess.SubprocessError) as error:
            yield name, f"{' '.join(command)}: {error}\n"


def _add(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode(errors="backslashreplace")
    entry = tarfile.TarInfo(f"standfast/{name.lstrip('/')}")
    entry.size, entry.mtime, entry.mode = len(data), int(time.time()), 0o600
    archive.addfile(entry, io.BytesIO(data))
