#!/usr/bin/env python3
"""Coverage-guided fuzzing of the configuration pipeline.

    .venv/bin/pip install atheris
    .venv/bin/python tests/fuzz/fuzz_config.py -max_total_time=600 -timeout=5 -rss_limit_mb=2000 WORK tests/fuzz/seeds

``WORK`` is a directory for what it finds out. A file `crash-*`, `timeout-*` or `oom-*` is a fault: mend it, and put
the shortest text that shows it into ``tests/fuzz/seeds`` with a name that says what it was.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent))

with atheris.instrument_imports(include=["standfast.config"]):
    from target import run

    import standfast.config.load as pipeline
    from standfast.plugins import installed_plugins

pipeline.find_plugins = installed_plugins  # looked for once, not for each of a million inputs

DICTIONARY = Path(__file__).with_name("words.dict")


def one(data: bytes) -> None:
    """One input."""
    run(data)


if __name__ == "__main__":
    atheris.Setup([*sys.argv, f"-dict={DICTIONARY}"], one)
    atheris.Fuzz()
