"""``PING_CHECK``: does it answer an echo request?"""

from __future__ import annotations

import errno
import secrets
import socket
import struct
from typing import Any

from standfast.api import (
    TARGET,
    CheckError,
    CheckerType,
    CheckResult,
    Code,
    Surroundings,
    Target,
    bad,
    checker_block,
    good,
    nothing,
    pacing,
    seconds,
)
from standfast.net.datagrams import Datagrams
from standfast.net.probe import open_socket
from standfast_checkers.network import NetworkChecker

DATA = 128
"""Bytes behind the ICMP header, as many as keepalived sends."""
_ECHO = {4: (8, 0), 6: (128, 129)}
"""Type of request and of reply: RFC 792, RFC 4443."""
_SOL_RAW, _ICMP_FILTER, _ICMP6_FILTER = 255, 1, 1
"""linux/icmp.h, linux/icmpv6.h."""


class PingCheck(NetworkChecker):
    """Sends an echo request."""

    declaration = CheckerType(
        checker_block(
            "PING_CHECK",
            "Good if an ICMP echo request is answered. Ports mean nothing here.",
            (*TARGET, *pacing()),
        ),
        nothing,
        needs_port=False,
    )

    def __init__(self, options: Any, target: Target | None, surroundings: Surroundings) -> None:
        super().__init__(options, target, surroundings)
        self._sequence = secrets.randbelow(65536)

    async def look(self) -> CheckResult:
        """Send one, and wait for its answer."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        family = self.target.address.family
        data = secrets.token_bytes(16) + bytes(range(DATA - 16))
        with Datagrams(self.target, echo_socket(self.target)) as channel:
            raw = channel.socket.type == socket.SOCK_RAW
            channel.send(echo_request(family, secrets.randbelow(65536), self._sequence, data))
            while (answer := await channel.receive()) is not None:
                if raw and family == 4:
                    answer = answer[(answer[0] & 0x0F) * 4 :]  # behind the IP header
                if is_reply(family, self._sequence, data, answer):
                    return good("answered")
        return bad(Code.TIMEOUT, f"no answer within {seconds(self.target.connect_timeout)}")


def echo_socket(target: Target) -> socket.socket:
    """A datagram socket for echo requests, which needs no rights; a raw one where the kernel does not let us have it.

    The former is for groups within net.ipv4.ping_group_range.
    """
    protocol = socket.IPPROTO_ICMP if target.address.family == 4 else socket.IPPROTO_ICMPV6
    try:
        return open_socket(target, socket.SOCK_DGRAM, protocol)
    except CheckError as error:
        if not isinstance(error.__cause__, OSError) or error.__cause__.errno not in (errno.EACCES, errno.EPERM):
            raise
    made = open_socket(target, socket.SOCK_RAW, protocol)
    if target.address.family == 4:
        made.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", ~(1 << 0) & 0xFFFFFFFF))
    else:
        blocked = bytearray(b"\xff" * 32)
        blocked[129 // 8 // 4 * 4 : 129 // 8 // 4 * 4 + 4] = struct.pack("=I", ~(1 << 129 % 32) & 0xFFFFFFFF)
        made.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, bytes(blocked))
    return made


def echo_request(family: int, identifier: int, sequence: int, data: bytes) -> bytes:
    """The message. For IPv6 the kernel fills in the checksum, for datagram sockets also the identifier."""
    kind = _ECHO[family][0]
    message: bytes = struct.pack("!BBHHH", kind, 0, 0, identifier, sequence) + data
    if family == 6:
        return message
    total: int = sum(struct.unpack(f"!{len(message) // 2}H", message))
    total = (total & 0xFFFF) + (total >> 16)
    total = ~(total + (total >> 16)) & 0xFFFF
    return b"".join((message[:2], total.to_bytes(2, "big"), message[4:]))


def is_reply(family: int, sequence: int, data: bytes, answer: bytes) -> bool:
    """Is it the answer to this request? The data, part of them random, tell; the identifier may be the kernel's."""
    return (
        len(answer) >= 8
        and answer[0] == _ECHO[family][1]
        and answer[6:8] == sequence.to_bytes(2, "big")
        and answer[8:] == data
    )
