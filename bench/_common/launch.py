"""Run under the Python that has standfast: this one, or else the checkout's own environment."""

from __future__ import annotations

import compileall
import importlib.util
import os
import sys
from pathlib import Path

_PROJECT_PYTHON = Path(__file__).parents[2] / ".venv" / "bin" / "python"


def use_project_python() -> None:
    """Start again under the checkout's environment if this Python cannot import standfast."""
    if importlib.util.find_spec("standfast") is not None:
        return
    if not _PROJECT_PYTHON.exists() or Path(sys.executable) == _PROJECT_PYTHON:
        sys.exit("standfast is not installed for this Python: run script/test once, or `pip install .`")
    os.execv(_PROJECT_PYTHON, [str(_PROJECT_PYTHON), *sys.argv])  # noqa: S606 - our own interpreter


def compile_as_installed() -> None:
    """Write the bytecode that an installer writes: a checkout may have none, and compiling is no part of a start."""
    import standfast

    compileall.compile_dir(Path(standfast.__file__).parent, quiet=2)
