"""The run directory: who owns it, which processes belong to it, and where its sockets are."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import signal
from pathlib import Path

import msgspec

from standfast.supervise.children import start_time

DEFAULT = Path("/run/standfast")
LOCK = "lock"
"""Held by the owner; stays when it has left."""

SOCKETS = (".ctl", ".status")
"""What the names of sockets end in (``supervise/claim.py`` opens them)."""

_PATIENCE_MS = 2_000


class HeldError(Exception):
    """Another daemon owns the directory. ``str()`` is fit for people."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(
            f"{path} belongs to a standfast that is running (PID {pid or 'unknown'}): stop it first, "
            "or give this one a directory of its own with --run-dir (or `instance NAME` in the configuration)"
        )
        self.pid = pid


class Process(msgspec.Struct, frozen=True):
    """One process of a daemon, named for good: PIDs are used again, start times are not."""

    role: str
    pid: int
    start: int
    """Clock ticks since boot (proc(5))."""


class _Record(msgspec.Struct, frozen=True):
    boot: str
    processes: list[Process]


def default_path(*, instance: str, net_namespace: str, use_pid_dir: bool) -> Path:
    """Where a daemon lives that was not told: its own directory when several may run on a host."""
    name = "_".join(part for part in (net_namespace, instance) if part)
    if not name and not use_pid_dir:
        return DEFAULT
    return DEFAULT / (name.replace("/", "_") or "keepalived")


class RunDir:
    """A run directory that is ours while this object lives."""

    def __init__(self, path: Path) -> None:
        """Make it if need be and take it. Raises :class:`HeldError`, or :class:`OSError` if it cannot be made."""
        self.path = path
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            pid = os.pread(self._lock, 32, 0).decode(errors="replace").strip()
            os.close(self._lock)
            raise HeldError(path, pid) from busy
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let somebody else have it; what stands for processes goes, as they have: their record and their sockets."""
        with contextlib.suppress(OSError):  # somebody has removed it all: then nothing is left to do
            (self.path / "processes.json").unlink(missing_ok=True)
            for path in self.path.iterdir():
                if path.suffix in SOCKETS and path.is_socket():
                    path.unlink()
        os.close(self._lock)

    def record(self, processes: list[Process]) -> None:
        """Note who belongs to us, for whoever finds the directory after we were killed."""
        temporary = self.path / "processes.json.new"
        temporary.write_bytes(msgspec.json.encode(_Record(_boot_id(), processes)))
        temporary.replace(self.path / "processes.json")

    def leftovers(self) -> list[Process]:
        """Processes that an earlier owner recorded and that still run."""
        try:
            record = msgspec.json.decode((self.path / "processes.json").read_bytes(), type=_Record)
        except (OSError, msgspec.DecodeError):
            return []
        if record.boot != _boot_id():
            return []
        return [p for p in record.processes if p.pid != os.getpid() and start_time(p.pid) == p.start]

    def end_leftovers(self) -> list[Process]:
        """SIGKILL them and wait until they are gone; returns those that were there."""
        ended = self.leftovers()
        for process in ended:
            _end(process)
        return ended


def _end(process: Process) -> None:
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        # The handle now names one process whatever happens to the number; so look once more, then shoot.
        if start_time(process.pid) == process.start:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            if not poll.poll(_PATIENCE_MS):
                raise OSError(errno.EBUSY, f"process {process.pid} ({process.role}) of an earlier run does not die")
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
