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
from tempfile import NamedTemporaryFile

import atheris

sys.path.insert(0, str(Path(__file__).parent))

with atheris.instrument_imports(include=["standfast.config"]):
    from target import run

    import standfast.config.load as pipeline
    from standfast.config import parser
    from standfast.config.preprocess import Limits
    from standfast.config.schema import walk
    from standfast.plugins import installed_plugins

pipeline.find_plugins = lambda **_guard: installed_plugins()  # looked for once, not for each of a million inputs

parser.Limits = lambda: Limits(lines=20_000)  # a million turns of a loop are honest work, but slow when instrumented

SIGNS = ("{", "}", "~SEQ(", "~LST(", "include", "@main", "${_PWD}", "${_ENV SITE}", "$X=", "${X}", "fe80::1", "nexthop")


def dictionary() -> str:
    """Every word of the language, as libFuzzer reads them; the name of the file."""
    names = {declaration.name for _, declaration in walk(installed_plugins().schema)}
    with NamedTemporaryFile("w", suffix=".dict", delete=False) as file:
        file.writelines(f'"{word}"\n' for word in (*sorted(names), *SIGNS))
    return file.name


def one(data: bytes) -> None:
    """One input."""
    run(data)


if __name__ == "__main__":
    atheris.Setup([*sys.argv, f"-dict={dictionary()}"], one)
    atheris.Fuzz()
