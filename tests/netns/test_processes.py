"""The daemon's own processes die, hang, are stopped and killed; what the network and the kernel see of it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from harness.config import VIP, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone, ours_on_a
from harness.timing import EARLY_S, excuse, master_down_s

from standfast.lab.daemons import Daemon, Standfast, standfast_command
from standfast.lab.namespace import LabError
from standfast.supervise.children import start_time
from standfast.supervise.privileges import PARENT, VRRP

REPLACED_S = 0.1
"""A killed speaker speaks again within this."""

STUCK_S = 1.0
"""A stuck one has lost its address after this."""


def ours(daemon: Daemon) -> Standfast:
    assert isinstance(daemon, Standfast)
    return daemon


def process(daemon: Standfast, name: str = "vrrp") -> dict[str, Any]:
    found: dict[str, Any] = daemon.status()["processes"][name]
    return found


def recorded(daemon: Standfast) -> dict[str, int]:
    record = json.loads((daemon.run_dir / "processes.json").read_text())
    return {each["role"]: each["pid"] for each in record["processes"]}


def kill(daemon: Standfast, number: signal.Signals = signal.SIGKILL) -> float:
    """Signal the speaker; the time just after it."""
    os.kill(recorded(daemon)["vrrp"], number)
    return time.time()


def replaced(daemon: Standfast, before: int) -> int:
    """Wait for the speaker's successor; its PID."""
    eventually(lambda: recorded(daemon).get("vrrp", before) != before, 30, lambda: daemon.log)
    return recorded(daemon)["vrrp"]


def address_changes(net: Net) -> subprocess.Popen[str]:
    """A program that prints every change of a's addresses."""
    command = ["ip", "-n", net.a.namespace.name, "monitor", "address"]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    sentinel = f"10.9.9.{program.pid % 200 + 1}"
    assert program.stdout
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:  # until it listens: its first line is our own doing
        net.a.ip(f"addr add {sentinel}/32 dev lo")
        net.a.ip(f"addr del {sentinel}/32 dev lo")
        if _has_output(program):
            return program
    raise AssertionError("ip monitor does not listen")


def _has_output(program: subprocess.Popen[str]) -> bool:
    return bool(select.select([program.stdout], [], [], 0.1)[0])


def said(program: subprocess.Popen[str]) -> list[str]:
    program.terminate()
    return [line for line in program.communicate()[0].splitlines() if VIP in line]


@pytest.mark.alone
@ours_on_a
def test_a_killed_speaker_speaks_again_at_once_and_its_address_stays(duo: Net):
    """At 0.1 s no second master, and the address is adopted, not taken off and put on."""
    a = ours(duo.start_master(duo.a, instance(priority=150)))
    duo.start(duo.b, instance(priority=100))
    for _ in range(2):  # a third would be a crash loop
        before = recorded(a)["vrrp"]
        watched = address_changes(duo)
        last = duo.next_advert(duo.a, since=time.time())
        killed = kill(a)
        after = duo.next_advert(duo.a, since=last.time + EARLY_S)
        duo.on_time(max(after.time, killed), killed, tolerance_s=REPLACED_S)
        assert after.priority == 150
        replaced(a, before)
        duo.wait_until(killed + master_down_s(100, 0.1) + 0.2)
        assert [line for line in said(watched) if "Deleted" in line] == []
        duo.silent(duo.b)


@ours_on_a
def test_a_stuck_speaker_loses_its_address_within_a_second(duo: Net):
    """The other takes over; the successor has been away too long to resume, cleans up and starts as BACKUP."""
    a = ours(duo.start_master(duo.a, instance("nopreempt", priority=150)))
    duo.start(duo.b, instance(priority=100))
    before = recorded(a)["vrrp"]
    duo.next_advert(duo.a, since=time.time())
    stopped = kill(a, signal.SIGSTOP)
    assert duo.b.wait_address(VIP)
    duo.wait_until(stopped + STUCK_S)
    if duo.a.holds(VIP):
        excuse(duo.witness, stopped, 0.1)
    assert not duo.a.holds(VIP)
    replaced(a, before)
    eventually(lambda: a.instance()["state"] == "BACKUP", 30, lambda: a.log)
    duo.silent(duo.a, since=stopped + 0.01)  # nothing stale is sent


@ours_alone
def test_a_stuck_speaker_never_reads_as_master(solo: Net):
    a = ours(solo.start_master(solo.a, instance(priority=150)))
    parent, child = a.pid, recorded(a)["vrrp"]
    os.kill(parent, signal.SIGSTOP)  # or it would be replaced before we can look
    os.kill(child, signal.SIGSTOP)
    command = [*standfast_command(), "status", "--json", "--run-dir", str(a.run_dir)]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    for pid in (child, parent):
        os.kill(pid, signal.SIGCONT)
    assert asked.returncode == 3
    assert "MASTER" not in asked.stdout
    assert "UNKNOWN (stuck)" in asked.stdout


@ours_alone
def test_a_crash_loop_takes_the_address_off_and_says_so(solo: Net):
    a = ours(solo.start_master(solo.a, instance(priority=150)))
    for _ in range(2):
        before = recorded(a)["vrrp"]
        kill(a)
        replaced(a, before)
    kill(a)
    assert solo.a.wait_address(VIP, held=False)
    said = ""
    try:
        a.status()
    except LabError as held_back:  # exit status 3: nobody speaks
        said = str(held_back)
    if said:  # a busy machine looks after that one second only
        assert '"state": "FAULT"' in said
        assert '"cause": "crash loop: PID' in said
    assert solo.a.wait_address(VIP)
    assert "again and again: addresses off, next try as BACKUP in 1 s" in a.log
    assert a.instance()["state"] == "MASTER"


@ours_on_a
def test_a_killed_parent_s_speaker_says_good_bye_and_leaves(duo: Net):
    a = ours(duo.start_master(duo.a, instance(priority=150)))
    duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    processes = recorded(a)
    killed = time.time()
    os.kill(a.pid, signal.SIGKILL)
    duo.next_advert(duo.a, since=killed, priority=0)
    assert duo.b.wait_address(VIP)
    assert duo.a.wait_address(VIP, held=False)
    for pid in processes.values():
        eventually(lambda number=pid: start_time(number) is None, 30, lambda: a.log)


@ours_on_a
def test_a_signal_to_everybody_is_one_good_bye(duo: Net):
    a = ours(duo.start_master(duo.a, instance(priority=150)))
    duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    asked = time.time()
    for pid in reversed(a.processes()):  # the parent last, which is the one that obeys: then they begin to end
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    assert a.wait_ended() == 0
    farewells = [each for each in duo.wire.adverts(duo.a.address, since=asked) if each.priority == 0]
    assert len(farewells) == 1
    assert duo.b.wait_address(VIP)
    assert not duo.a.holds(VIP)


@pytest.mark.keepalived
@ours_alone
def test_beside_a_running_keepalived_it_does_not_start(solo: Net):
    ours(solo.daemon(solo.a, instance(priority=150)))
    solo.kinds["a"] = "keepalived"
    other = solo.start(solo.a, instance(priority=100))
    solo.kinds["a"] = "standfast"
    a = ours(solo.daemon(solo.a, instance(priority=150, vrid=52, vips=("10.9.0.101/24",))))
    a.start()
    assert a.wait_ended() == 1
    assert "(keepalived) already speaks VRRP in this network namespace" in a.log
    assert any(str(pid) in a.log for pid in other.processes())
    assert "--beside" in a.log
    meant = ours(solo.daemon(solo.a, instance(priority=150, vrid=52, vips=("10.9.0.101/24",)), options=["--beside"]))
    meant.start()
    assert solo.a.wait_address("10.9.0.101")


@ours_alone
def test_a_daemon_in_a_configured_namespace(solo: Net):
    """`net_namespace`: started outside, it speaks inside."""
    a = ours(solo.daemon(solo.a, f"net_namespace {solo.a.namespace.name}\n" + instance(priority=150)))
    command = a.command()
    with a.log_file.open("ab") as log, subprocess.Popen(command, stderr=log) as outside:
        assert solo.a.wait_address(VIP), a.log
        outside.send_signal(signal.SIGTERM)
        assert outside.wait(30) == 0
    assert not solo.a.holds(VIP)


@ours_alone
def test_processes_hold_what_they_need_and_no_more(solo: Net):
    a = ours(solo.start_master(solo.a, instance(priority=150)))
    held = {role: capabilities(pid) for role, pid in recorded(a).items()}
    assert held == {
        "parent": sum(1 << number for number in PARENT),
        "vrrp": sum(1 << number for number in VRRP),
        "writer": 0,
    }
    scheduling = {role: (os.sched_getscheduler(pid) & 0xF, priority(pid)) for role, pid in recorded(a).items()}
    assert scheduling["vrrp"] == (os.SCHED_RR, 50)
    assert scheduling["parent"] == (os.SCHED_RR, 51)
    assert scheduling["writer"][0] == os.SCHED_OTHER


def capabilities(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff:"))


def priority(pid: int) -> int:
    return os.sched_getparam(pid).sched_priority


@ours_alone
def test_a_reload_after_a_death_keeps_the_new_generation(solo: Net):
    a = ours(solo.start_master(solo.a, instance(priority=150)))
    a.write(instance(priority=160))
    assert "reloaded" in a.tell("reload")
    kill(a)
    after = solo.next_advert(solo.a, since=time.time(), priority=160)
    assert after.priority == 160
    eventually(lambda: process(a)["generation"] == 2, 30, lambda: a.log)
