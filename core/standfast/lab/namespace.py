"""Network namespaces: made with ip(8), entered with setns(2).

A name tells whose it is (``sf-PID-START-RANDOM-HOST``), so a later lab can remove what a dead one left behind.
"""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

RUN_NETNS = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
_NAME = re.compile(r"sf-(?P<pid>\d+)-(?P<start>\d+)-[0-9a-f]+-\w+")
_libc = ctypes.CDLL(None, use_errno=True)


class LabError(Exception):
    """The lab could not be built or asked; the message says what failed and what to do."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """One network namespace, by name (``ip netns list`` shows it)."""

    name: str

    @property
    def path(self) -> Path:
        """The file that setns(2) takes."""
        return RUN_NETNS / self.name

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Put the calling *thread* into this namespace; sockets and children made inside stay there."""
        home = Path(f"/proc/self/task/{threading.get_native_id()}/ns/net")
        with home.open("rb") as before, self.path.open("rb") as target:
            _setns(target.fileno(), self.name)
            try:
                yield
            finally:
                _setns(before.fileno(), "the namespace we came from")

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command inside, give its standard output. Raises :class:`LabError` if it fails and ``check``."""
        with self.entered():
            return run(*command, check=check)

    def popen(self, command: Sequence[str], *, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program inside, in a session of its own; what it prints goes to ``output``."""
        with self.entered():
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    def sysctl(self, name: str, value: int | str) -> None:
        """Write one ``net.*`` setting, named with slashes: ``net/ipv6/conf/all/accept_dad``."""
        with self.entered():
            Path("/proc/sys", name).write_text(f"{value}\n")

    def processes(self) -> list[int]:
        """PIDs of the processes inside."""
        return [int(pid) for pid in run("ip", "netns", "pids", self.name, check=False).split()]

    def remove(self) -> None:
        """End what runs inside and delete the namespace; nothing happens if it is gone already."""
        for pid in self.processes():
            if pid != os.getpid():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        run("ip", "netns", "delete", self.name, check=False)


def unique_prefix() -> str:
    """How all namespace names of one lab begin: PID and start time of its owner, and what tells its labs apart."""
    return f"sf-{os.getpid()}-{_start_time(os.getpid())}-{secrets.token_hex(3)}"


def leftovers() -> list[Namespace]:
    """Namespaces of labs whose process is dead."""
    names = [path.name for path in RUN_NETNS.glob("sf-*")] if RUN_NETNS.is_dir() else []
    return [Namespace(name) for name in names if _owner_is_dead(name)]


def leftover_directories(parent: Path) -> list[Path]:
    """Directories of labs whose process is dead."""
    return [path for path in parent.glob("sf-*") if _owner_is_dead(path.name)]


def run(*command: str, check: bool = True, feed: str | None = None) -> str:
    """Run a command here, with ``feed`` as standard input. Raises :class:`LabError` with its complaint."""
    try:
        done = subprocess.run(command, input=feed, capture_output=True, text=True, check=False)
    except (FileNotFoundError, PermissionError):  # the latter, too, if a directory of PATH may not be searched
        raise LabError(f"`{command[0]}` is not installed") from None
    if check and done.returncode:
        words = (done.stderr or done.stdout).strip()
        raise LabError(f"`{' '.join(command)}` failed ({done.returncode}): {words}")
    return done.stdout


def batch(lines: Sequence[str], *, inside: Namespace | None = None) -> None:
    """Several ip(8) commands in one process: a lab of two hosts is up in some 50 ms."""
    where = ["-n", inside.name] if inside else []
    run("ip", *where, "-batch", "-", feed="\n".join(lines) + "\n")


def require_root() -> None:
    """Raises :class:`LabError` unless this process may make namespaces."""
    if os.geteuid() != 0:
        raise LabError("network namespaces need root: run the same command with sudo")


def _setns(descriptor: int, name: str) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET):
        code = ctypes.get_errno()
        raise LabError(f"cannot enter {name}: {os.strerror(code)}")


def _start_time(pid: int) -> int:
    """Clock ticks since boot at which a process started (proc(5), field 22); -1 if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return -1
    return int(stat.rpartition(")")[2].split()[19])


def _owner_is_dead(name: str) -> bool:
    match = _NAME.fullmatch(name)
    return match is not None and _start_time(int(match["pid"])) != int(match["start"])
