"""In the host: start one guest for all marked tests, and show each test's reports as if it had run here."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from guest.machine import Machine

MARK = "uml"
BOOT_S = 120
"""Until the first test begins: about 5 s on a quiet machine."""
SLACK_S = 20
"""More than the guest's own limit for a test, after which the guest counts as hung."""
_POLL_S = 0.05

LIMIT_S = pytest.StashKey[float]()
"""A test's own limit."""


class Outside:
    """Takes over the protocol of every test marked ``uml``."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run: Run | None = None
        self._failed = False

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The guest keeps each test's time-out, and we the guest's: pytest-timeout has nothing to do here."""
        for item in items:
            if item.get_closest_marker(MARK):
                item.stash[LIMIT_S] = _limit_s(item)
                item.add_marker(pytest.mark.timeout(0), append=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Instead of running the test here."""
        if not item.get_closest_marker(MARK) or any(item.iter_markers("skip")):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        if self._run is None or not self._run.can_still_tell(item.nodeid):
            self._start(item)
        assert self._run is not None
        for report in self._run.reports_of(item):
            self._failed |= report.failed
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_sessionfinish(self) -> None:
        """Console and results stay only if something failed."""
        if self._run is not None:
            self._run.close(keep=self._failed)

    def _start(self, item: pytest.Item) -> None:
        """One guest for this test and all that follow.

        A worker of xdist cannot know which of them will be its own. Its guest runs all of this file, whose fixtures
        are made once, and what is another worker's is not asked for.
        """
        if self._run is not None:
            self._run.close(keep=self._failed)
            self._failed = False
        following = item.session.items[item.session.items.index(item) :]
        here = item.path if hasattr(self._config, "workerinput") else None
        chosen = [each for each in following if each.get_closest_marker(MARK) and here in (None, each.path)]
        self._run = Run(self._config, chosen)


class Run:
    """One guest and the reports that come out of it, line by line."""

    def __init__(self, config: pytest.Config, items: Sequence[pytest.Item]) -> None:
        self._config = config
        self._here = Path(tempfile.mkdtemp(prefix="standfast-uml-"))
        self._expected = [item.nodeid for item in items]
        self._reports: dict[str, list[pytest.TestReport]] = {}
        self._read = 0
        self._lines = self._here / "reports"
        self._lines.touch()
        (self._here / "tests").write_text("\n".join(self._expected))
        options = ["--full"] if config.getoption("--full") else []
        if config.getoption("timeout"):
            options.append(f"--timeout={config.getoption('timeout')}")
        command = [
            sys.executable,
            "-m",
            "pytest",
            f"@{self._here / 'tests'}",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
        ]
        self.machine = Machine(self._here, config.rootpath, [*command, *options, f"--in-guest={self._lines}"])
        self._began = time.monotonic()

    def can_still_tell(self, nodeid: str) -> bool:
        """The guest has this test before it, or behind it, and lives as long as needed."""
        self._take()
        return nodeid in self._expected and (_over(self._reports.get(nodeid, ())) or self.machine.running)

    def reports_of(self, item: pytest.Item) -> list[pytest.TestReport]:
        """Wait for the test's end; or for the guest's, which fails the test."""
        deadline = max(time.monotonic(), self._began + BOOT_S) + item.stash[LIMIT_S] + SLACK_S
        while True:
            running = self.machine.running  # asked first: what was written before the end is read after it
            self._take()
            reports = self._reports.get(item.nodeid, [])
            if _over(reports):
                self._explain(reports)
                return reports
            if not running:
                return [*reports, self._broken(item, "the guest ended before the test did")]
            if time.monotonic() > deadline:
                self.machine.kill()
                return [*reports, self._broken(item, "the guest hung, and was killed")]
            time.sleep(_POLL_S)

    def close(self, *, keep: bool) -> None:
        """Let the guest switch itself off; it has nothing left to do."""
        deadline = time.monotonic() + SLACK_S
        while self.machine.running and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        self.machine.kill()
        if not keep:
            shutil.rmtree(self._here)

    def _take(self) -> None:
        """Read whole lines that are new."""
        data = self._lines.read_bytes()
        end = data.rfind(b"\n") + 1
        for line in data[self._read : end].splitlines():
            report = self._config.hook.pytest_report_from_serializable(config=self._config, data=json.loads(line))
            if report.skipped and isinstance(report.longrepr, list):
                report.longrepr = tuple(report.longrepr)  # JSON knows no tuples, pytest's summary wants one
            self._reports.setdefault(report.nodeid, []).append(report)
        self._read = max(self._read, end)

    def _explain(self, reports: list[pytest.TestReport]) -> None:
        for report in reports:
            if report.failed:
                report.sections.append(
                    (f"the guest's console, kept as {self.machine.console_file}", self.machine.console())
                )

    def _broken(self, item: pytest.Item, words: str) -> pytest.TestReport:
        status = self.machine.status
        said = "its kernel stopped" if status is None else f"its pytest ended with status {status}"
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed",
            longrepr=f"{words} ({said}).\nThe end of {self.machine.console_file}:\n{self.machine.console()}",
            when="call",
            sections=[],
            duration=0,
        )


def _over(reports: Sequence[pytest.TestReport]) -> bool:
    return any(report.when == "teardown" for report in reports)


def _limit_s(item: pytest.Item) -> float:
    """What pytest-timeout goes by, inside the guest as here."""
    for mark in item.iter_markers("timeout"):
        if mark.args:
            return float(mark.args[0])
    return float(item.config.getoption("timeout") or item.config.getini("timeout"))
