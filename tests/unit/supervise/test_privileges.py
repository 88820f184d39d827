from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from standfast.supervise.privileges import PARENT, REAPER, SPEAKING, VRRP, WRITER, Capability, drop_all_but, lacking


def in_child(check):
    pid = os.fork()
    if not pid:
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def capabilities():
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("Cap"))
    return {words[0]: int(words[1], 16) for words in lines}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to drop")
@pytest.mark.parametrize("kept", [VRRP, PARENT, REAPER, WRITER], ids=["vrrp", "parent", "reaper", "writer"])
def test_nothing_else_is_left_in_any_set(kept):
    had = capabilities()["CapPrm:"]
    wanted = sum(1 << number for number in kept) & had

    def check():
        drop_all_but(kept)
        now = capabilities()
        return (
            now["CapPrm:"] == now["CapEff:"] == wanted
            and now["CapInh:"] == now["CapAmb:"] == 0
            and not now["CapBnd:"] & ~wanted
        )

    assert in_child(check) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to drop")
def test_vrrp_can_still_open_raw_sockets_and_the_writer_cannot():
    def opens(kept):
        drop_all_but(kept)
        try:
            socket.socket(socket.AF_INET, socket.SOCK_RAW, 112).close()
        except PermissionError:
            return False
        return True

    assert in_child(lambda: opens(VRRP)) == 0
    assert in_child(lambda: opens(WRITER)) == 1


def test_what_is_lacking_is_named():
    def check():
        drop_all_but(frozenset({Capability.NET_ADMIN}))
        return lacking(SPEAKING) == ["CAP_NET_RAW"] if os.geteuid() == 0 else len(lacking(SPEAKING)) == 2

    assert in_child(check) == 0


def test_children_need_nothing_that_the_parent_gave_up():
    assert VRRP | REAPER | WRITER <= PARENT


def test_numbers_are_the_kernels():
    assert (Capability.NET_ADMIN, Capability.NET_RAW, Capability.IPC_LOCK, Capability.SYS_NICE) == (12, 13, 14, 23)
