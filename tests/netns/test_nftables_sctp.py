"""SCTP on nftables. Kernels without SCTP sockets balance it too: the first packet shows where an association goes."""

from __future__ import annotations

import selectors
import socket
import struct
from collections import Counter
from contextlib import ExitStack

from harness.farm import PORT, SERVER_PORT, SERVERS, VIP, Balanced, Farm, web

from standfast.lab.lab import Host, Lab

SCTP = socket.IPPROTO_SCTP
INIT = 1
WAIT_S = 20


def crc32c(data: bytes) -> int:
    """Castagnoli's, as RFC 9260 (appendix A) has it."""
    value = 0xFFFFFFFF
    for octet in data:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def init(source: int, destination: int) -> bytes:
    """An INIT chunk behind its common header."""
    chunk = struct.pack("!BBHIIHHI", INIT, 0, 20, 0x1234, 65_535, 1, 1, 1)
    head = struct.pack("!HHI", source, destination, 0)
    return head + struct.pack("<I", crc32c(head + bytes(4) + chunk)) + chunk


def raw(host: Host) -> socket.socket:
    with host.namespace.entered():
        made = socket.socket(socket.AF_INET, socket.SOCK_RAW, SCTP)
    made.setblocking(False)
    return made


def heard(ears: dict[str, socket.socket], count: int) -> Counter[str]:
    """Who gets so many first packets, each with the server's port and a checksum that fits."""
    found: Counter[str] = Counter()
    with selectors.DefaultSelector() as waiting:
        for name, ear in ears.items():
            waiting.register(ear, selectors.EVENT_READ, name)
        while found.total() < count and (ready := waiting.select(WAIT_S)):
            for key, _ in ready:
                packet = key.fileobj.recv(2000)[20:]
                source, port = struct.unpack_from("!HH", packet)
                assert (port, packet) == (SERVER_PORT, init(source, SERVER_PORT))
                found[key.data] += 1
    return found


async def test_associations_are_spread_and_stay_with_their_server():
    with Lab() as lab, ExitStack() as stack:
        farm = Farm(lab)
        balanced = Balanced(farm.lb)
        await balanced.start()
        await balanced.have(web(1, 1, 1, protocol="SCTP"))
        ears = {name: stack.enter_context(raw(lab.hosts[name])) for name in SERVERS}
        asking = stack.enter_context(raw(farm.client))
        for source in range(20_000, 20_006):
            asking.sendto(init(source, PORT), (VIP, 0))
        assert heard(ears, 6) == dict.fromkeys(SERVERS, 2)
        for _ in range(3):
            asking.sendto(init(20_000, PORT), (VIP, 0))
        assert len(heard(ears, 3)) == 1
        await balanced.have(web(-1, 1, -1, protocol="SCTP"))
        for source in range(20_006, 20_009):
            asking.sendto(init(source, PORT), (VIP, 0))
        assert heard(ears, 3) == {"s2": 3}
        await balanced.balancer.stop(leave=False)
