from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from standfast.lab.lab import Lab
from standfast.lab.namespace import RUN_NETNS, Namespace

pytestmark = [pytest.mark.netns, pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")]
NET = {"a": ["10.9.0.1/24", "fd00:9::1/64"], "b": ["10.9.0.2/24", "fd00:9::2/64"]}


def reaches(host, address: str, wait_s: float = 20) -> bool:
    """The wait is long because a neighbour that was not there a moment ago is asked for again only every second."""
    return " 0% packet loss" in host.run("ping", "-c1", "-W", f"{wait_s}", address, check=False)


def names(prefix: str) -> list[str]:
    return [path.name for path in RUN_NETNS.glob(f"{prefix}-*")]


def test_hosts_talk_at_once_over_both_families():
    with Lab() as lab:
        a, b = lab.add_hosts(**NET)
        assert reaches(a, "10.9.0.2")
        assert reaches(a, "fd00:9::2")
        assert b.holds(b.link_local)
        assert names(lab.prefix)
    assert names(lab.prefix) == []
    assert not lab.directory.exists()


def test_a_cut_link_loses_frames_and_keeps_its_carrier():
    with Lab() as lab:
        a, _ = lab.add_hosts(**NET)
        a.cut()
        assert not reaches(a, "10.9.0.2", wait_s=0.3)
        assert "LOWER_UP" in a.run("ip", "link", "show", "eth0")
        a.heal()
        assert reaches(a, "10.9.0.2")


def test_an_unplugged_cable_has_no_carrier():
    with Lab() as lab:
        a, _ = lab.add_hosts(**NET)
        a.unplug()
        assert "NO-CARRIER" in a.run("ip", "link", "show", "eth0")
        a.plug()


def test_addresses_are_seen_to_come_and_go():
    with Lab() as lab:
        a, _ = lab.add_hosts(**NET)
        assert not a.holds("10.9.0.100")
        a.ip("addr add 10.9.0.100/32 dev eth0")
        assert a.wait_address("10.9.0.100", timeout_s=20)
        a.ip("addr del 10.9.0.100/32 dev eth0")
        assert a.wait_address("10.9.0.100", held=False, timeout_s=20)
        assert not a.wait_address("10.9.0.100", timeout_s=0.01)


def test_a_loss_that_was_over_before_anybody_looked_is_seen_all_the_same():
    with Lab() as lab:
        a, _ = lab.add_hosts(**NET)
        assert a.holds("10.9.0.1")
        a.ip("addr del 10.9.0.1/24 dev eth0", "addr add 10.9.0.1/24 dev eth0")
        assert a.wait_address("10.9.0.1", held=False, timeout_s=20)
        assert a.holds("10.9.0.1")
        assert not a.wait_address("10.9.0.1", held=False, timeout_s=0.01)


def test_an_exception_leaves_nothing_behind():
    lab = Lab()

    def fail() -> None:
        with lab:
            lab.add_hosts(**NET)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(lab.prefix) == []


BUILD_AND_WAIT = """
import sys, time
from standfast.lab.lab import Lab
with Lab() as lab:
    a, = lab.add_hosts(a=["10.9.0.1/24"])
    a.popen("sleep", "600")
    print(lab.prefix, flush=True)
    while True:  # a signal that comes just before Python falls asleep is heard when it wakes
        time.sleep(0.1)
"""


def started() -> tuple[subprocess.Popen[str], str]:
    # A series that runs in the background or under nohup has INT or HUP ignored, and children inherit that.
    obeying = ["env", "--default-signal=HUP,INT", sys.executable, "-c", BUILD_AND_WAIT]
    process = subprocess.Popen(obeying, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process.stdout:
        return process, process.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_behind(number):
    process, prefix = started()
    assert len(names(prefix)) == 2
    process.send_signal(number)
    process.wait(60)
    assert names(prefix) == []


def test_the_next_lab_removes_what_a_killed_one_left():
    process, prefix = started()
    inside = Namespace(f"{prefix}-a").processes()
    process.kill()
    process.wait()
    assert len(names(prefix)) == 2
    left = Path(tempfile.gettempdir(), f"{prefix}-files")
    assert left.is_dir()
    with Lab():
        assert names(prefix) == []
        assert not left.exists()
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in inside) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(Path(f"/proc/{pid}").exists() for pid in inside)
