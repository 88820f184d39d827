"""Files that a running daemon writes and watches for its administrators."""

from __future__ import annotations

from typing import Literal

from standfast.config.record import Record


class DumpFiles(Record, frozen=True):
    """Where signals have dumps written; empty: the usual name in the daemon's directory for dumps."""

    state: str = ""
    statistics: str = ""
    json: str = ""
    with_instance: bool = False
    """``data_use_instance``: names contain network namespace and instance."""
    json_version: Literal[1, 2] = 1


class TimedReload(Record, frozen=True):
    """Reloads that a file asks for, and files that tell of reading."""

    time_file: str = ""
    """``reload_time_file``; empty: none."""
    repeat: bool = False
    """Keep the file when it has done its duty, if it names only a time of day."""
    marker: str | None = None
    """``reload_file``: exists while a configuration is read. Empty: in the run directory; None: not wanted."""
    save_dir: str = ""
    """``config_save_dir``: gets a copy of each configuration that is read; empty: none."""
