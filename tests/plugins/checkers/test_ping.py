"""``PING_CHECK``: its own options."""

from __future__ import annotations

import errno
import os
import socket
import struct

import pytest

from standfast.config.lvs_model import Target
from standfast.contract.checking import CheckError, unable
from standfast.net.probe import open_socket
from standfast.values import Address
from standfast_checkers.ping import PingCheck, echo_request, is_reply


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("PING_CHECK", "connect_port 3", None),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_this_host_answers(around, host):
    checker = PingCheck(None, Target(address=Address.parse(host), port=0), around)
    for _ in range(3):
        result = await checker.check()
        assert (result.verdict, result.words) == ("good", "answered")


@pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets need root")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_by_a_raw_socket_where_the_kernel_wants_it(around, host, monkeypatch):
    def refused(target, kind, protocol):
        if kind == socket.SOCK_DGRAM:
            raise CheckError(unable("no socket")) from PermissionError(errno.EACCES, "no")
        return open_socket(target, kind, protocol)

    monkeypatch.setattr("standfast_checkers.ping.open_socket", refused)
    result = await PingCheck(None, Target(address=Address.parse(host), port=0), around).check()
    assert (result.verdict, result.words) == ("good", "answered")


def test_the_checksum_of_a_request():
    message = echo_request(4, 0x1234, 7, b"abcd")
    words = struct.unpack(f"!{len(message) // 2}H", message)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    assert total == 0xFFFF
    assert message[0] == 8
    assert echo_request(6, 1, 7, b"abcd")[0] == 128


@pytest.mark.parametrize(
    ("change", "is_ours"),
    [
        (lambda m: m, True),
        (lambda m: b"\x08" + m[1:], False),
        (lambda m: m[:6] + b"\0\x08" + m[8:], False),
        (lambda m: m[:-1] + b"x", False),
        (lambda m: m[:7], False),
        (lambda m: m[:4] + b"\xff\xff" + m[6:], True),  # the identifier may be the kernel's
    ],
)
def test_which_answers_are_ours(change, is_ours):
    answer = b"\0" + echo_request(4, 1, 7, b"data")[1:]
    assert is_reply(4, 7, b"data", change(answer)) is is_ours
