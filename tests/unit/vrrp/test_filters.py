from __future__ import annotations

import socket
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.net import bpf
from standfast.vrrp import filters


def run(program: bytes, packet: bytes) -> int:
    """Classic BPF as the kernel runs it; a load beyond the packet ends with 0 (drop)."""
    code = list(struct.iter_unpack("=HBBI", program))
    a = x = at = 0
    while True:
        kind, if_true, if_false, k = code[at]
        at += 1
        if kind == 0x06:
            return k
        if kind == 0x15:
            at += if_true if a == k else if_false
            continue
        place = k + (x if kind == 0x50 else 0)
        if place >= len(packet):
            return 0
        if kind == 0xB1:
            x = 4 * (packet[place] & 15)
        else:
            a = packet[place]


VRIDS = st.sets(st.integers(1, 255), min_size=1)


@given(wanted=VRIDS, vrid=st.integers(0, 255), ihl=st.integers(5, 15))
@settings(max_examples=100)
def test_over_ipv4_only_the_wanted_vrids_come_in(wanted, vrid, ihl):
    packet = bytes([0x40 | ihl]) + bytes(ihl * 4 - 1) + bytes([0x31, vrid]) + bytes(10)
    assert bool(run(filters.vrids(wanted, family=4), packet)) is (vrid in wanted)


@given(wanted=VRIDS, vrid=st.integers(0, 255))
@settings(max_examples=50)
def test_over_ipv6_the_message_comes_first(wanted, vrid):
    assert bool(run(filters.vrids(wanted, family=6), bytes([0x31, vrid]) + bytes(20))) is (vrid in wanted)


def test_behind_an_authentication_header():
    packet = b"\x45" + bytes(19) + bytes(24) + bytes([0x21, 51])
    program = filters.vrids({51}, family=4, authenticated=True)
    assert run(program, packet)
    assert not run(program, packet[:-1] + b"\x34")


def test_what_is_too_short_is_dropped():
    assert run(filters.vrids({51}, family=4), b"\x45" + bytes(19)) == 0


def test_the_kernel_takes_all_255():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        bpf.attach(sock, filters.vrids(range(1, 256), family=4))


def test_senders_receive_nothing():
    assert run(filters.nothing(), b"\x45" + bytes(100)) == 0
