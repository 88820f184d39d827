"""In the guest: write every report down as soon as there is one, for the pytest outside."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


class Inside:
    """Appends to the file that both machines see."""

    def __init__(self, config: pytest.Config, lines: Path) -> None:
        self._config = config
        self._lines = lines

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One line of JSON, on the host's disk before the next test can stop the kernel."""
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        with self._lines.open("a") as stream:
            stream.write(json.dumps(data) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
