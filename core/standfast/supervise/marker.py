"""``reload_file`` and ``config_save_dir``: a file while a configuration is read, and a copy of what was read."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from standfast.config.operation_model import TimedReload
from standfast.dumps.place import UnsafePlace, remove_safely, write_safely

_PRIVATE = 0o177
_READABLE = 0o022


class Marker:
    """The file of ``reload_file``."""

    def __init__(self, settings: TimedReload, run_dir: Path) -> None:
        marker = settings.marker
        self._path = None if marker is None else run_dir / (marker or "reload")

    def begin(self) -> str:
        """Reading begins; why the file could not be made, if so."""
        if self._path is None:
            return ""
        try:
            write_safely(self._path, b"", umask=_READABLE)
        except (OSError, UnsafePlace) as error:
            return f"`reload_file`: {self._path}: {error}"
        return ""

    def end(self) -> None:
        """It has been read, or not."""
        if self._path is not None:
            remove_safely(self._path)


def save(directory: str, files: Iterable[str], now: float) -> str:
    """Put a copy of all files into the directory; why not, if so. ``now``: Unix seconds."""
    where = Path(directory)
    try:
        where.mkdir(mode=0o700, exist_ok=True)
        parts = [f"# {file}\n{Path(file).read_text(errors='surrogateescape')}" for file in files]
        name = time.strftime("%Y%m%d-%H%M%S", time.localtime(now)) + f".{int(now * 1e6) % 1_000_000:06d}.conf"
        write_safely(where / name, "\n".join(parts).encode(errors="surrogateescape"), umask=_PRIVATE)
    except (OSError, UnsafePlace) as error:
        return f"`config_save_dir {directory}`: {error}"
    return ""
