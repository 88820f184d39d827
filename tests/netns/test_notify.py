"""What notify scripts, pipes and tracked scripts see: the same expectation for keepalived and for us (section 18)."""

from __future__ import annotations

import contextlib
import os
import time
from datetime import datetime
from pathlib import Path

import pytest
from harness.config import VIP, global_defs, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone

from standfast.lab.daemons import Standfast


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
        eventually(lambda: recorder.lines() == told, 30, lambda: f"{recorder.lines()} is not {told}")
        eventually(lambda: recorder.calls("any") == generic, 30, lambda: f"{recorder.calls('any')} is not {generic}")

    reached("BACKUP", "MASTER")
    solo.a.ip("link set eth0 down")
    reached("BACKUP", "MASTER", "FAULT")
    solo.a.ip("link set eth0 up")
    assert solo.a.wait_address(VIP)
    reached("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER")
    daemon.stop()
    reached("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP")
    for word, times in (("master", 2), ("backup", 2), ("fault", 1), ("stop", 1)):
        # Each event starts two scripts at once; which of them is done first is chance.
        eventually(lambda w=word, n=times: recorder.calls(w) == [w] * n, 30, lambda w=word: str(recorder.calls(w)))


def test_s11_a_lower_priority_is_told(solo: Net, recorder: Recorder):
    lower = f'notify_master_rx_lower_pri "{recorder.script} lower"'
    settings = global_defs("script_user root", f"vrrp_notify_fifo {recorder.fifo}")
    solo.start_master(solo.a, settings + instance(lower, priority=150))
    solo.inject(priority=100)
    eventually(lambda: recorder.calls("lower") == ["lower"], 30, lambda: str(recorder.calls("lower")))
    line = 'INSTANCE "VI_1" MASTER_RX_LOWER_PRI 150'
    eventually(lambda: line in recorder.lines(), 30, lambda: str(recorder.lines()))


def test_s45_a_tracked_script_decides_and_is_told(solo: Net, recorder: Recorder, tmp_path: Path):
    good = tmp_path / "good"
    check = tmp_path / "check"
    check.write_text(f"#!/bin/sh\ntest -e {good}\n")
    check.chmod(0o755)
    settings = global_defs("script_user root", f"notify_fifo {recorder.fifo}")
    script = f'vrrp_script web {{\n script "{check}"\n interval 0.2\n timeout 10\n fall 2\n}}\n'
    good.touch()
    solo.start(solo.a, settings + script + instance("track_script {", "web", "}", priority=100))
    assert solo.a.wait_address(VIP)
    good.unlink()
    assert solo.a.wait_address(VIP, held=False)
    good.touch()
    assert solo.a.wait_address(VIP)
    told = [f'INSTANCE "VI_1" {state} 100' for state in ("BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER")]
    eventually(lambda: recorder.lines() == told, 30, lambda: str(recorder.lines()))


READER = """#!/bin/sh
trap 'echo "end of {name}" >> {calls}' EXIT
trap 'exit 0' TERM
while read line; do echo "{name}: $line" >> {calls}; done < $1
"""


@ours_alone
def test_a_reload_changes_pipes_and_who_reads_them(solo: Net, tmp_path: Path):
    """The old pipe goes, its reader is ended; the same pipe with another reader stays.

    So does keepalived (2.2.7), but a reload may cost it the mastership, and with it the lines that are expected here.
    """
    calls = tmp_path / "calls"
    for name in ("one", "two"):
        reader = tmp_path / name
        reader.write_text(READER.format(name=name, calls=calls))
        reader.chmod(0o755)

    def config(pipe: str, reader: str, priority: int) -> str:
        lines = (f"vrrp_notify_fifo {tmp_path}/{pipe}", f"vrrp_notify_fifo_script {tmp_path}/{reader}")
        changes = "vrrp_notify_priority_changes"
        weight = f"track_file load {{\n    file {tmp_path}/load\n    weight 1\n}}\n"
        block = instance("track_file {", "    load", "}", priority=priority)
        return global_defs("script_user root", changes, *lines) + weight + block

    def told(*lines: str) -> None:
        def so() -> bool:
            return calls.exists() and sorted(calls.read_text().splitlines()) == sorted(lines)

        eventually(so, 10, lambda: f"{calls.read_text()}\n{solo.logs()}")

    def reload(*settings: str) -> None:
        daemon.write(config(*settings, priority=100))
        daemon.reload()

    (tmp_path / "load").write_text("0")
    daemon = solo.start_master(solo.a, config("first", "one", 100))
    lines = ['one: INSTANCE "VI_1" BACKUP 100', 'one: INSTANCE "VI_1" MASTER 100']
    told(*lines)
    reload("second", "one")
    lines.append("end of one")
    told(*lines)
    eventually(lambda: not (tmp_path / "first").exists() and (tmp_path / "second").is_fifo(), 5, solo.logs)
    (tmp_path / "load").write_text("5")
    lines.append('one: INSTANCE "VI_1" MASTER_PRIORITY 105')
    told(*lines)
    reload("second", "two")
    lines.append("end of one")
    told(*lines)
    assert (tmp_path / "second").is_fifo()
    (tmp_path / "load").write_text("6")
    lines.append('two: INSTANCE "VI_1" MASTER_PRIORITY 106')
    told(*lines)
    assert solo.a.holds(VIP)


GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"


def test_s75_members_of_a_group_are_told_of_and_then_the_group(solo: Net, recorder: Recorder):
    """No line is left out because the group has the state already; keepalived (2.2.7) was seen to do the same."""

    def told(state: str, *members: int) -> list[str]:
        lines = [f'INSTANCE "VI_{member}" {state} 150' for member in members]
        return [*lines, f'GROUP "G" {state} 0']

    def reached(*more: str) -> None:
        expected.extend(more)
        eventually(lambda: recorder.lines() == expected, 30, lambda: f"{recorder.lines()} is not {expected}")

    solo.a.ip("link add tr0 type veth peer name tx0", "link set tx0 up", "link set tr0 up")
    settings = global_defs("script_user root", f"notify_fifo {recorder.fifo}")
    first = instance("track_interface {", "    tr0", "}", priority=150)
    second = instance(name="VI_2", vrid=52, priority=150, vips=("10.9.0.101/24",))
    daemon = solo.start_master(solo.a, settings + first + second + GROUP)
    expected: list[str] = []
    started = told("BACKUP", 1, 2)
    if solo.is_keepalived(solo.a):  # it begins with the group, before its members have begun
        started.insert(0, started.pop())
    reached(*started, *told("MASTER", 2, 1))
    solo.a.ip("link set tr0 down")
    reached(*told("FAULT", 1, 2))
    solo.a.ip("link set tr0 up")
    reached(*told("BACKUP", 1, 2), *told("MASTER", 2, 1))
    with solo.speaking(0.1, priority=200, interval=30, vrid=52, addresses=("10.9.0.101",)):
        reached(*told("BACKUP", 2, 1))
        solo.wait_until(time.time() + 0.3)  # so that VI_2 is the last one that could be master
    reached(*told("MASTER", 2, 1))
    daemon.stop()
    reached(*told("STOP", 1, 2))


@ours_alone
def test_s45_results_are_counted_exactly_and_a_script_that_hangs_is_ended(solo: Net, tmp_path: Path):
    """rise 2, fall 3; then one that ignores SIGTERM."""
    good, runs, hangs, terms = (tmp_path / name for name in ("good", "runs", "hangs", "terms"))
    programs = {
        "counted": f"if test -e {good}; then echo good $(date +%s.%N) >> {runs}; exit 0; fi\n"
        f"echo bad $(date +%s.%N) >> {runs}; exit 1\n",
        "hanging": f"if test -e {hangs}; then trap 'echo term >> {terms}' TERM; while :; do sleep 0.1; done; fi\n",
    }
    script = ""
    for (name, lines), timeout in zip(programs.items(), (10, 0.6), strict=True):
        (tmp_path / name).write_text(f"#!/bin/sh\n{lines}")
        (tmp_path / name).chmod(0o755)
        pace = f"interval 0.2\n timeout {timeout}\n rise 2\n fall 3\n"
        script += f'vrrp_script {name} {{\n script "{tmp_path / name}"\n {pace}}}\n'
    good.touch()
    settings = global_defs("script_user root")
    daemon = solo.start(solo.a, settings + script + instance("track_script {", *programs, "}", priority=100))
    assert isinstance(daemon, Standfast)
    assert solo.a.wait_address(VIP)

    def turned() -> tuple[bool, float]:
        (thing,) = [each for each in daemon.status()["vrrp"]["trackers"] if each["name"] == "counted"]
        return thing["good"], datetime.fromisoformat(thing["since"]).timestamp()

    for change, wanted, word, needed in ((good.unlink, False, "bad", 3), (good.touch, True, "good", 2)):
        changed = time.time()
        change()
        eventually(lambda w=wanted: turned()[0] is w, 30, solo.logs)
        lines = [line.split() for line in runs.read_text().splitlines()]
        times = [float(moment) for result, moment in lines if result == word and float(moment) >= changed]
        assert sum(moment <= turned()[1] + 0.001 for moment in times) == needed
    assert solo.a.wait_address(VIP)
    hangs.touch()
    assert solo.a.wait_address(VIP, held=False, timeout_s=60), solo.logs()
    assert terms.exists(), "first it is asked to end"
    assert "timed out after 0.6 s" in str(daemon.instance()["faults"])
    hangs.unlink()
    assert solo.a.wait_address(VIP, timeout_s=60), "SIGKILL has ended it, for the next one runs"
