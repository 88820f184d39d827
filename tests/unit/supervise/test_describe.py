from __future__ import annotations

import os

from standfast.config.diagnostics import SECRETIVE, Diagnostic, Span
from standfast.control.protocol import ProcessStatus
from standfast.supervise.describe import describe_daemon, log_diagnostics
from standfast.supervise.loader import Report

SPAN = Span("a.conf", 3, 1, 2)


def diagnostic(code="SF2001", severity="error", hint="write it so"):
    return Diagnostic(severity, code, SPAN, "something is wrong", hint=hint)


class Log:
    def __init__(self):
        self.lines = []

    def log(self, level, event, words, fields):
        self.lines.append((level, words, fields["code"]))


def test_every_diagnostic_is_a_line_with_its_place_and_hint():
    log = Log()
    log_diagnostics(log, Report(diagnostics=(diagnostic(), diagnostic("SF4107", "note", ""))))
    assert log.lines == [
        ("error", "a.conf:3:1: something is wrong (write it so)", "SF2001"),
        ("info", "a.conf:3:1: something is wrong", "SF4107"),
    ]


def test_a_hint_that_may_quote_a_secret_stays_out_of_the_log():
    log = Log()
    log_diagnostics(log, Report(diagnostics=(diagnostic(min(SECRETIVE), hint="the password is abc"),)))
    assert "abc" not in log.lines[0][1]


class Keeper:
    def __init__(self, *, speaking):
        self.speaking = speaking

    def status(self):
        return ProcessStatus(pid=7, state="running", generation=2, since=0.0)


class Family:
    def __init__(self, *, speaking):
        self.vrrp = Keeper(speaking=speaking)
        names = [type("Instance", (), {"name": "VI_1"})]
        self.generation = type("Generation", (), {"number": 2, "instances": lambda self: names})()

    def shown(self):
        return {"vrrp": self.vrrp}


def described(*, speaking):
    return describe_daemon(
        family=Family(speaking=speaking),
        report=Report(diagnostics=(diagnostic(),)),
        writer=ProcessStatus(pid=6, state="running", generation=2, since=0.0),
        turned_at=5,
        started_at=1.0,
        config_file="a.conf",
        config_id="",
        run_dir="/run/standfast",
        last_reload="",
    )


def test_all_processes_and_what_is_wrong_are_in_it():
    status = described(speaking=True)
    assert {name: process.pid for name, process in status.processes.items()} == {
        "parent": os.getpid(),
        "writer": 6,
        "vrrp": 7,
    }
    assert (status.generation, status.away) == (2, [])
    assert status.diagnostics[0]["code"] == "SF2001"


def test_while_nobody_speaks_all_instances_are_away():
    assert described(speaking=False).away == ["VI_1"]
