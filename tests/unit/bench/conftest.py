"""The benchmarks are programs, not a package: their modules are found from the directory that they lie in."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "bench"))
