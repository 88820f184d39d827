from __future__ import annotations

import contextlib
import select
import socket

import pytest

from standfast.net.overhear import Overhearer

pytestmark = pytest.mark.netns
"""Needs CAP_NET_RAW; nothing leaves the machine."""


def send(protocol: int, data: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol) as sender:
        sender.sendto(data, ("127.0.0.1", 0))


@pytest.mark.parametrize("interfaces", [["lo"], [], ["lo", "lo"]])
def test_vrrp_is_heard_and_nothing_else(interfaces):
    mark = b"overheard".ljust(16, b"!")
    with contextlib.closing(Overhearer(interfaces)) as overhearer:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(mark, ("127.0.0.1", 9))
        send(112, mark)
        assert select.select([overhearer.fileno()], [], [], 60)[0]
        heard = [datagram for interface, datagram in overhearer.read() if interface == "lo" and mark in datagram]
    assert heard
    assert {datagram[9] for datagram in heard} == {112}


def test_no_such_interface():
    with pytest.raises(OSError, match=r"No such device|no interface"):
        Overhearer(["nix0"])
