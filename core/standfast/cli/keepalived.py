"""``standfast keepalived``: our daemon behind keepalived's command line; also called as ``keepalived`` through a link.

For init scripts, playbooks and exporters that know nothing else. It logs in keepalived's lines, writes its PID files,
and its dumps to the directory where keepalived's are.
"""

from __future__ import annotations

import argparse
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from standfast import __version__
from standfast.cli.config_test import CANNOT_RUN, status
from standfast.cli.keepalived_options import OPTIONS, Parsed, WrongUsage, help_lines, parse
from standfast.cli.where import default_config_id

if TYPE_CHECKING:
    from standfast.config.load import Loaded
    from standfast.containment import Guard
    from standfast.supervise.options import Options
    from standfast.supervise.sinks import Destination

SPOKEN: Final = "2.4.3"
"""The release whose language and interfaces these are."""

CONFIGURATION: Final = "/etc/keepalived/keepalived.conf"

EX_USAGE: Final = 1

BEGIN_S: Final = 10
"""How long a start is waited for; it may take longer where plugins do, and then counts as begun."""
_LOOK_S: Final = 0.02

SIGNALS: Final[Mapping[str, int]] = {
    "STOP": signal.SIGTERM,
    "RELOAD": signal.SIGHUP,
    "DATA": signal.SIGUSR1,
    "STATS": signal.SIGUSR2,
    "STATS_CLEAR": signal.SIGRTMAX - 1,
    "JSON": signal.SIGRTMIN + 2,
}

_FACILITIES: Final = {"user": 1, "daemon": 3} | {f"local{number}": 16 + number for number in range(8)}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command; what stands behind it is read as keepalived reads it."""
    parser = subparsers.add_parser(
        "keepalived",
        help="run the daemon with keepalived's command line",
        description="Take keepalived's command line: `standfast keepalived --help` lists it. Also when called as "
        "`keepalived` through a link. Exit status: as keepalived's.",
        add_help=False,
    )
    for option in OPTIONS:
        names = [f"-{option.short}"] * bool(option.short) + [f"--{option.long}"]
        words = f"{option.words} (not here: {option.unused})" if option.unused else option.words
        if option.takes == "none":
            parser.add_argument(*names, dest=option.long, action="store_const", const="", help=words)
        else:
            perhaps: dict[str, Any] = {"nargs": "?", "const": ""} if option.takes == "perhaps" else {}
            parser.add_argument(*names, dest=option.long, metavar=option.value, help=words, **perhaps)


def run(args: argparse.Namespace) -> int:
    """With options that argparse has read; :func:`main` reads them as keepalived does."""
    given = {option.long: getattr(args, option.long) for option in OPTIONS}
    return _do(Parsed({long: value for long, value in given.items() if value is not None}))


def main(words: Sequence[str]) -> int:
    """With the words behind the program's name."""
    try:
        return _do(parse(words))
    except WrongUsage as error:
        print(error, file=sys.stderr)
        return EX_USAGE


def _do(given: Parsed) -> int:
    if "help" in given:
        print("\n".join(("Usage: keepalived [OPTION...]", *help_lines())))
        return 0
    if "version" in given:
        print(version(), file=sys.stderr)
        return 0
    if "signum" in given:
        return _print_signal(given.given["signum"])
    if "config-test" not in given:
        return _be_the_daemon(given)
    from standfast.cli.contained import contained

    return contained("keepalived", lambda: _test(given))


def version() -> str:
    """In the shape that tools take apart: the second word is a version, and JSON is offered by ``--enable-json``."""
    return (
        f"Keepalived v{SPOKEN} (standfast,{__version__})\n\n"
        f"standfast {__version__}, which speaks the language and has the interfaces of keepalived {SPOKEN}\n\n"
        "configure options: --enable-json\n\n"
        "Config options:  NFTABLES LVS REGEX VRRP VRRP_AUTH JSON SYSTEMD_NOTIFY"
    )


def _print_signal(name: str) -> int:
    if name not in SIGNALS:
        print(f"Unknown sigfunc {name}", file=sys.stderr)
        return EX_USAGE
    print(int(SIGNALS[name]))
    return 0


# -t


def _test(given: Parsed) -> int:
    """Messages to standard error, or appended to the file that was named."""
    from standfast.config.machine import examine
    from standfast.config.render import render

    loaded = _loader(given)(_file(given), config_id=_config_id(given), environ=os.environ)
    found = [*loaded.diagnostics, *(examine(loaded.settings) if loaded.config is not None else ())]
    text = "".join(f"{render(each, colour=False)}\n\n" for each in found if each.severity != "note")
    log = given.given["config-test"]
    if not log:
        sys.stderr.write(text)
        return status(found, runs=loaded.config is not None)
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(text)
    except OSError as error:
        print(f"cannot write to {log}: {error.strerror}", file=sys.stderr)
        return CANNOT_RUN
    return status(found, runs=loaded.config is not None)


# The daemon


def _be_the_daemon(given: Parsed) -> int:
    from standfast.cli import run as ours

    for path in pid_files(given).values():
        if (pid := _living(path)) is not None:
            print(f"daemon is already running: {path} names process {pid}", file=sys.stderr)
            return EX_USAGE
    if "core-dump" in given:
        _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    chosen = options(given)
    if "dont-fork" not in given:
        if pid := os.fork():
            return _begun(pid, chosen.pid_files["parent"])
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, *(() if "log-console" in given else (2,))):
            os.dup2(null, standard)
        os.close(null)
    return ours.start(chosen, replace(ours.parts(), load=_loader(given)))


def _begun(pid: int, file: Path) -> int:
    """Wait until the daemon has its place, which its PID file says; the exit status of one that finds none.

    Init scripts judge by it: a configuration that is not there, or another speaker, is no start.
    """
    handle = os.pidfd_open(pid)
    deadline = time.monotonic() + BEGIN_S
    while _named(file) != pid and time.monotonic() < deadline:
        if select.select([handle], [], [], _LOOK_S)[0]:
            _, status = os.waitpid(pid, 0)
            code = os.waitstatus_to_exitcode(status)
            print(f"the daemon has ended with status {code}: the log says why, so does --dont-fork --log-console",
                  file=sys.stderr)  # fmt: skip
            return code if code >= 0 else 128 - code
    return 0


def options(given: Parsed) -> Options:
    """As the daemon takes them."""
    from standfast.supervise.options import Options

    notes = [f"--{o.long} is not acted on: {o.unused}" for o in OPTIONS if o.unused and o.long in given]
    notes += [f"`{word}` on the command line means nothing" for word in given.surplus]
    return Options(
        file=_file(given),
        config_id=_config_id(given),
        log_format="keepalived",
        log_to=_destination(given),
        debug="log-detail" in given,
        respawn="dont-respawn" not in given,
        notes=tuple(notes),
        dump_dir=temporary_directory(),
        pid_files=pid_files(given),
    )


def pid_files(given: Parsed) -> dict[str, Path]:
    """Role -> file."""
    usual = {"parent": "pid", "vrrp": "vrrp_pid", "health": "checkers_pid"}
    names = {"parent": "keepalived.pid", "vrrp": "keepalived_vrrp.pid", "health": "keepalived_checkers.pid"}
    return {role: Path(given.given.get(long) or f"/run/{names[role]}") for role, long in usual.items()}


def temporary_directory() -> Path:
    """Where keepalived's dumps go that no keyword leads elsewhere."""
    said = Path(os.environ.get("TMPDIR", ""))
    return said if said.is_absolute() and said.is_dir() else Path("/tmp")  # noqa: S108 - keepalived's; see dumps/place.py


def _destination(given: Parsed) -> Destination:
    from standfast.supervise.sinks import DAEMON, Destination

    file = ""
    if "log-file" in given:
        file = str(temporary_directory() / (given.given["log-file"] or "keepalived.log"))
    facility = given.given.get("log-facility", str(DAEMON))
    number = int(facility) + 16 if facility.isdecimal() and int(facility) < 8 and "log-facility" in given else None
    number = _FACILITIES.get(facility, DAEMON) if number is None else number
    syslog = not {"no-syslog", "log-console"} & set(given.given)
    return Destination(syslog=syslog, facility=number, file=file, stderr="log-console" in given)


def _file(given: Parsed) -> str:
    return given.given.get("use-file") or CONFIGURATION


def _config_id(given: Parsed) -> str:
    return given.given.get("config-id", default_config_id())


def _loader(given: Parsed) -> Callable[..., Loaded]:
    """Reads the file; then what the command line says beats what the file says."""

    def load(file: str, *, config_id: str, environ: Mapping[str, str], guard: Guard | None = None) -> Loaded:
        from standfast.config.load import load as read

        loaded = read(file, config_id=config_id, environ=environ, guard=guard)
        return loaded if loaded.config is None else _overruled(loaded, given)

    return load


def _overruled(loaded: Loaded, given: Parsed) -> Loaded:
    from msgspec import structs

    from standfast.config.lvs_model import Balancing

    config, health = loaded.config, loaded.health
    assert config is not None  # noqa: S101 - asked by the caller
    changes: dict[str, Any] = {}
    if "umask" in given:
        try:
            mask = int(given.given["umask"], 8) & 0o777
        except ValueError:
            raise WrongUsage(f"Invalid umask {given.given['umask']}") from None
        changes["global_defs"] = structs.replace(config.global_defs, umask=mask)
    if given.given.get("namespace"):
        changes["net_namespace"] = given.given["namespace"]
    if "check" in given and "vrrp" not in given:
        changes |= {"instances": (), "sync_groups": (), "scripts": (), "files": (), "processes": ()}
    if "vrrp" in given and "check" not in given:
        health = structs.replace(health, balancing=Balancing())
    return replace(loaded, config=structs.replace(config, **changes), health=health)


def _living(path: Path) -> int | None:
    """The PID in a file, if that is another daemon of this kind."""
    pid = _named(path)
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None
    return pid if pid != os.getpid() and (b"keepalived" in words or b"standfast" in words) else None


def _named(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
