"""What notify scripts, pipes and tracked scripts see: the same expectation for keepalived and for us (section 18)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from harness.config import VIP, global_defs, instance
from harness.network import Net, eventually


class Recorder:
    """A script that writes down how it was called, and a pipe with a reader."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "calls"
        self.fifo = directory / "fifo"
        self.script = directory / "record"
        self.script.write_text(f'#!/bin/sh\necho "$*" >> {self.file}\n')
        self.script.chmod(0o755)
        os.mkfifo(self.fifo, 0o600)
        self._reader = os.open(self.fifo, os.O_RDWR | os.O_NONBLOCK)
        self._lines = ""

    def calls(self, first: str) -> list[str]:
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [line for line in lines if line.split()[0] == first]

    def lines(self) -> list[str]:
        with contextlib.suppress(BlockingIOError):
            self._lines += os.read(self._reader, 65_536).decode()
        return self._lines.splitlines()

    def words(self) -> str:
        """The lines of an instance or a group that have every script."""
        events = ("master", "backup", "fault", "stop")
        return "\n".join([*(f'notify_{e} "{self.script} {e}"' for e in events), f'notify "{self.script} any"'])


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path)


def test_s75_every_transition_reaches_scripts_and_pipe_in_order(solo: Net, recorder: Recorder):
    settings = global_defs("script_user root", f"notify_fifo {recorder.fifo}")
    text = settings + instance(*recorder.words().splitlines(), priority=100)
    daemon = solo.start(solo.a, text)
    assert solo.a.wait_address(VIP)

    def reached(*states: str) -> None:
        told = [f'INSTANCE "VI_1" {state} 100' for state in states]
        generic = [f"any INSTANCE VI_1 {state} 100" for state in states]
        eventually(lambda: recorder.lines() == told, 10, lambda: f"{recorder.lines()} is not {told}")
        eventually(lambda: recorder.calls("any") == generic, 10, lambda: f"{recorder.calls('any')} is not {generic}")

    reached("BACKUP", "MASTER")
    solo.a.ip("link set eth0 down")
    reached("BACKUP", "MASTER", "FAULT")
    solo.a.ip("link set eth0 up")
    assert solo.a.wait_address(VIP)
    reached("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER")
    daemon.stop()
    reached("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP")
    for word, times in (("master", 2), ("backup", 2), ("fault", 1), ("stop", 1)):
        assert recorder.calls(word) == [word] * times


def test_s11_a_lower_priority_is_told(solo: Net, recorder: Recorder):
    lower = f'notify_master_rx_lower_pri "{recorder.script} lower"'
    settings = global_defs("script_user root", f"vrrp_notify_fifo {recorder.fifo}")
    solo.start_master(solo.a, settings + instance(lower, priority=150))
    solo.inject(priority=100)
    eventually(lambda: recorder.calls("lower") == ["lower"], 5, lambda: str(recorder.calls("lower")))
    line = 'INSTANCE "VI_1" MASTER_RX_LOWER_PRI 150'
    eventually(lambda: line in recorder.lines(), 5, lambda: str(recorder.lines()))


def test_s45_a_tracked_script_decides_and_is_told(solo: Net, recorder: Recorder, tmp_path: Path):
    good = tmp_path / "good"
    check = tmp_path / "check"
    check.write_text(f"#!/bin/sh\ntest -e {good}\n")
    check.chmod(0o755)
    settings = global_defs("script_user root", f"notify_fifo {recorder.fifo}")
    script = f'vrrp_script web {{\n script "{check}"\n interval 0.2\n fall 2\n}}\n'
    good.touch()
    solo.start(solo.a, settings + script + instance("track_script {", "web", "}", priority=100))
    assert solo.a.wait_address(VIP)
    good.unlink()
    assert solo.a.wait_address(VIP, held=False)
    good.touch()
    assert solo.a.wait_address(VIP)
    told = [f'INSTANCE "VI_1" {state} 100' for state in ("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER")]
    eventually(lambda: recorder.lines() == told, 5, lambda: str(recorder.lines()))
