"""Start, kill, stop, freeze and reload routing daemons on the lab's hosts: standfast, and keepalived beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from standfast.lab.lab import Host
from standfast.lab.namespace import LabError


class Daemon(ABC):
    """One daemon on one host, with one configuration; it can be started again after it ended."""

    kind = ""

    def __init__(self, host: Host, config: str, *, config_id: str = "", options: Sequence[str] = ()) -> None:
        """``config`` is the text of the configuration file; ``config_id`` chooses its ``@ID`` lines."""
        self.host = host
        self.directory = host.lab.directory / f"{host.name}-{self.kind}"
        self.directory.mkdir(exist_ok=True)
        self.config_file = self.directory / "daemon.conf"
        self.log_file = self.directory / "daemon.log"
        self.config_id = config_id
        self.options = tuple(options)
        self.started = 0.0
        """Just before it was started last, seconds since the epoch."""
        self._process: subprocess.Popen[bytes] | None = None
        self.write(config)
        host.lab.closing.callback(self.kill)

    @abstractmethod
    def command(self) -> list[str]:
        """The command line that runs it in the foreground."""

    def write(self, config: str) -> None:
        """Replace the configuration file; a running daemon reads it on :meth:`reload`."""
        self.config_file.write_text(config)

    def start(self) -> float:
        """Start it; the time just before (seconds since the epoch)."""
        if self.running:
            raise LabError(f"{self.kind} already runs on {self.host.name}")
        for pid_file in self.directory.glob("*.pid"):  # keepalived takes a killed child, not yet reaped, for a live one
            pid_file.unlink()
        with self.log_file.open("ab") as log:
            self.started = time.time()
            self._process = self.host.namespace.popen(self.command(), output=log)
        return self.started

    def kill(self) -> float:
        """SIGKILL every process at one moment, so that none can say good-bye; a time when all were silent."""
        killed = self.freeze()
        self._signal_tree(signal.SIGKILL)
        self._reap()
        return killed

    def terminate(self) -> float:
        """Ask it to stop (SIGTERM) and return at once; the time of asking."""
        return self._signal_parent(signal.SIGTERM)

    def wait_ended(self, timeout_s: float = 30) -> int:
        """Wait for the end and give the exit status. Raises :class:`LabError` if it does not come."""
        if self._process is None:
            raise LabError(f"{self.kind} was not started on {self.host.name}")
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.kind} on {self.host.name} did not stop within {timeout_s} s") from None

    def stop(self, timeout_s: float = 30) -> int:
        """:meth:`terminate` and :meth:`wait_ended`."""
        self.terminate()
        return self.wait_ended(timeout_s)

    def reload(self) -> float:
        """Have it read its file again (SIGHUP); the time of asking."""
        return self._signal_parent(signal.SIGHUP)

    def freeze(self) -> float:
        """SIGSTOP every process, as a frozen virtual machine stops; the time when all were stopped."""
        self._signal_tree(signal.SIGSTOP)
        return time.time()

    def thaw(self) -> float:
        """Let frozen processes run again; the time just before."""
        thawed = time.time()
        self._signal_tree(signal.SIGCONT)
        return thawed

    @property
    def running(self) -> bool:
        """Has it been started and not ended yet?"""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the parent. Raises :class:`LabError` if it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise LabError(f"{self.kind} does not run on {self.host.name}:\n{self.log[-2000:]}")
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def processes(self) -> list[int]:
        """PIDs of the parent and all its descendants."""
        return tree(self._process.pid) if self._process else []

    def _signal_parent(self, number: int) -> float:
        pid = self.pid
        sent = time.time()
        os.kill(pid, number)
        return sent

    def _signal_tree(self, number: int) -> None:
        for pid in self.processes() if self.running else []:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _reap(self) -> None:
        if self._process:
            self._process.wait()


class Standfast(Daemon):
    """Our own daemon, run by the running Python."""

    kind = "standfast"

    @property
    def run_dir(self) -> Path:
        """Its own run directory."""
        return self.directory / "run"

    def command(self) -> list[str]:
        """``standfast run`` with a run directory of its own."""
        chosen = ["-i", self.config_id] if self.config_id else []
        where = ["-f", str(self.config_file), "--run-dir", str(self.run_dir), "--log-format", "console"]
        return [*standfast_command(), "run", *where, *chosen, *self.options]

    def status(self) -> dict[str, Any]:
        """``standfast status --json``. Raises :class:`LabError` when it does not answer."""
        text = self.tell("status", "--json")
        document: dict[str, Any] = json.loads(text)
        return document

    def instance(self, name: str = "VI_1") -> dict[str, Any]:
        """One instance of :meth:`status`."""
        found = [each for each in self.status()["vrrp"]["instances"] if each["name"] == name]
        if not found:
            raise LabError(f"status on {self.host.name} knows no instance {name}")
        instance: dict[str, Any] = found[0]
        return instance

    def tell(self, command: str, *arguments: str) -> str:
        """Run ``standfast COMMAND`` for this daemon and give its output."""
        return self.host.run(*standfast_command(), command, "--run-dir", str(self.run_dir), *arguments)


class Keepalived(Daemon):
    """Debian's keepalived, VRRP only, with PID files of its own."""

    kind = "keepalived"

    def command(self) -> list[str]:
        """In the foreground, detailed log to its standard output."""
        chosen = ["-i", self.config_id] if self.config_id else []
        pids = [
            f"-{flag}{self.directory}/{name}.pid" for flag, name in (("p", "parent"), ("r", "vrrp"), ("c", "check"))
        ]
        return ["keepalived", "-n", "-l", "-D", "-G", "-P", "-f", str(self.config_file), *pids, *chosen, *self.options]


def standfast_command() -> list[str]:
    """How to run this project's command line with this Python."""
    return [sys.executable, "-m", "standfast"]


def tree(pid: int) -> list[int]:
    """A process and its descendants, parents first (so that a stopped parent cannot make new ones)."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found
