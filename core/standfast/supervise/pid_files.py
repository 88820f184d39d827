"""Files with PIDs, for init scripts and tools that want them. systemd does not, and neither do our own commands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from standfast.dumps.place import UnsafePlace, write_safely
from standfast.supervise.rundir import Process

_MODE = 0o022


class PidFiles:
    """Keeps one file for each role, as processes come and go."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths
        self._written: dict[str, int] = {}
        self._failed: dict[str, str] = {}

    def write(self, processes: Iterable[Process]) -> list[str]:
        """Everybody who runs now; what has not changed is not touched. What cannot be written, and was not said yet."""
        now = {process.role: process.pid for process in processes}
        complaints = []
        for role, path in self._paths.items():
            pid = now.get(role)
            if pid == self._written.get(role):
                continue
            if pid is None:
                self._remove(role, path)
                continue
            try:
                write_safely(path, f"{pid}\n".encode(), umask=_MODE)
            except (OSError, UnsafePlace) as error:
                words = f"{path}: {error.strerror if isinstance(error, OSError) and error.strerror else error}"
                if self._failed.get(role) != words:
                    self._failed[role] = words
                    complaints.append(words)
                continue
            self._written[role] = pid
            self._failed.pop(role, None)
        return complaints

    def remove(self) -> None:
        """All of them, at the end."""
        for role, path in self._paths.items():
            if role in self._written:
                self._remove(role, path)

    def _remove(self, role: str, path: Path) -> None:
        self._written.pop(role, None)
        with contextlib.suppress(OSError):
            path.unlink()
