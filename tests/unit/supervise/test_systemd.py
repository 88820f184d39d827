from __future__ import annotations

import os
import socket

import pytest

from standfast.supervise.systemd import Systemd
from standfast.values import SECOND


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.setblocking(False)
        yield sock


def said(manager):
    lines = []
    while True:
        try:
            lines.append(manager.recv(4096).decode().split("\n"))
        except BlockingIOError:
            return lines


def environ(manager, **more):
    return {"NOTIFY_SOCKET": manager.getsockname(), "PATH": "/bin", **more}


def test_what_is_said_and_when(manager):
    systemd = Systemd(environ(manager))
    systemd.ready("generation 1")
    systemd.reloading()
    systemd.stopping(7 * SECOND)
    ready, reloading, stopping = said(manager)
    assert ready == ["READY=1", "STATUS=generation 1"]
    assert reloading[0] == "RELOADING=1"
    assert reloading[1].startswith("MONOTONIC_USEC=")
    assert stopping[:2] == ["STOPPING=1", "EXTEND_TIMEOUT_USEC=7000000"]


def test_the_watchdog_hears_of_proof_three_times_a_period(manager):
    systemd = Systemd(environ(manager, WATCHDOG_USEC="3000000", WATCHDOG_PID=str(os.getpid())))
    for now in range(10 * SECOND, 13 * SECOND, SECOND // 10):
        systemd.proved(now)
    assert said(manager) == [["WATCHDOG=1"]] * 3


@pytest.mark.parametrize("more", [{}, {"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}])
def test_a_watchdog_that_is_not_ours_hears_nothing(manager, more):
    systemd = Systemd(environ(manager, **more))
    systemd.proved(10 * SECOND)
    assert said(manager) == []


def test_nothing_that_we_start_may_speak_in_our_name(manager):
    variables = environ(manager, WATCHDOG_USEC="1", WATCHDOG_PID="1")
    Systemd(variables)
    assert variables == {"PATH": "/bin"}


def test_no_manager_or_a_dead_one_changes_nothing(manager):
    Systemd({}).ready("nobody listens")
    Systemd({"NOTIFY_SOCKET": "/nowhere/at/all"}).ready("nobody listens")


def test_abstract_addresses():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0standfast-test-{os.getpid()}")
        Systemd({"NOTIFY_SOCKET": f"@standfast-test-{os.getpid()}"}).status("here")
        assert sock.recv(100) == b"STATUS=here"
