"""What happens outside when a guest does not do as it should; the guest is pretended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from guest import outside


class Pretended:
    """Does what a test says, each time somebody looks whether it runs."""

    def __init__(self, here: Path) -> None:
        self.lines = here / "reports"
        self.console_file = here / "console"
        self.running = True
        self.status: int | None = None
        self.killed = False

    def console(self) -> str:
        return "Kernel panic"

    def kill(self) -> None:
        self.killed, self.running = True, False


@pytest.fixture
def machine(monkeypatch):
    made = []

    def make(here, *_):
        made.append(Pretended(here))
        return made[-1]

    monkeypatch.setattr(outside, "Machine", make)
    return lambda: made[0]


@pytest.fixture
def item(request):
    request.node.stash[outside.LIMIT_S] = 0.1
    return request.node


def told(item, machine, outcome="passed", when="call"):
    report = pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)
    data = item.config.hook.pytest_report_to_serializable(config=item.config, report=report)
    with machine.lines.open("a") as stream:
        stream.write(json.dumps(data) + "\n")


def test_reports_come_through(item, machine):
    run = outside.Run(item.config, [item])
    for when in ("setup", "call", "teardown"):
        told(item, machine(), when=when)
    assert [(report.when, report.outcome) for report in run.reports_of(item)] == [
        ("setup", "passed"),
        ("call", "passed"),
        ("teardown", "passed"),
    ]
    machine().running = False
    assert run.can_still_tell(item.nodeid)
    run.close(keep=False)


def test_a_guest_that_panics_fails_the_test_with_its_console(item, machine):
    run = outside.Run(item.config, [item])
    told(item, machine(), when="setup")
    machine().running = False
    *_, last = run.reports_of(item)
    assert last.failed
    assert "its kernel stopped" in str(last.longrepr)
    assert f"{machine().console_file}:\nKernel panic" in str(last.longrepr)
    assert not run.can_still_tell(item.nodeid)
    run.close(keep=False)


def test_a_guest_that_hangs_is_killed(item, machine, monkeypatch):
    monkeypatch.setattr(outside, "BOOT_S", 0)
    monkeypatch.setattr(outside, "SLACK_S", 0.1)
    run = outside.Run(item.config, [item])
    (report,) = run.reports_of(item)
    assert report.failed
    assert machine().killed
    assert "hung" in str(report.longrepr)
    run.close(keep=False)


def test_a_failure_says_where_the_console_is_kept(item, machine):
    run = outside.Run(item.config, [item])
    for when, outcome in (("setup", "passed"), ("call", "failed"), ("teardown", "passed")):
        told(item, machine(), outcome, when)
    _, call, _ = run.reports_of(item)
    assert call.sections == [(f"the guest's console, kept as {machine().console_file}", "Kernel panic")]
    machine().running = False
    run.close(keep=False)


def test_half_a_line_is_waited_for(item, machine):
    run = outside.Run(item.config, [item])
    machine().lines.write_text('{"$report_type": "TestRep')
    machine().running = False
    *_, last = run.reports_of(item)
    assert last.failed
    run.close(keep=False)
