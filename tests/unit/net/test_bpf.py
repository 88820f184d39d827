from __future__ import annotations

import socket

import pytest

from standfast.net import bpf

NOTHING = bpf.INSTRUCTION.pack(6, 0, 0, 0)
EVERYTHING = bpf.INSTRUCTION.pack(6, 0, 0, 0xFFFFFFFF)


def test_the_kernel_runs_the_filter_that_was_attached_last():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        theirs.setblocking(False)
        bpf.attach(theirs, NOTHING)
        ours.send(b"dropped")
        bpf.attach(theirs, EVERYTHING)
        ours.send(b"heard")
        assert theirs.recv(100) == b"heard"


def test_what_is_no_program_is_refused():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(OSError, match="Invalid argument"):
        bpf.attach(sock, bpf.INSTRUCTION.pack(0xFFFF, 0, 0, 0))
