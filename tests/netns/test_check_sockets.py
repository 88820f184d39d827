"""Marks count for the very first packet: a rule for marked packets decides whether a server can be reached."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.netns

RULES = """
ip link set lo up
ip rule add pref 50 fwmark 7 unreachable
ip rule add pref 100 lookup local
ip rule del pref 0
exec "$@"
"""
PROGRAM = """
import json, trio
from standfast.config.lvs_model import Target
from standfast.testing import servers
from standfast.values import Address
from standfast_checkers.http_check import HttpCheck, HttpCheckOptions
from standfast_checkers.http_get import HttpGet, HttpOptions
from standfast_checkers.tcp import TcpCheck
from standfast_checkers.udp import UdpCheck, UdpOptions
from standfast_checkers.url import Url

KINDS = ((TcpCheck, None), (HttpGet, HttpOptions(urls=(Url(path="/"),))), (HttpCheck, HttpCheckOptions()))

async def run():
    told = {}
    async with servers.tcp_server(servers.answering(servers.page(b"x"))) as server:
        for kind, options in KINDS:
            for more in ({}, {"mark": 7}, {"mark": 8}, {"bind_if": "lo"}):
                result = await kind(options, server.target(**more), None).check()
                told.setdefault(kind.__name__, []).append(str(result.code))
    async with servers.udp_server(servers.echoing) as server:
        for more in ({}, {"mark": 7}):
            result = await UdpCheck(UdpOptions(require_reply=True), server.target(**more), None).check()
            told.setdefault("UdpCheck", []).append(str(result.code))
    print(json.dumps(told))

trio.run(run)
"""


def test_a_mark_is_there_before_connecting():
    command = ["unshare", "-n", "sh", "-ec", RULES, "sh", sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for kind in ("TcpCheck", "HttpGet", "HttpCheck"):
        assert told[kind] == ["ok", "unreachable", "ok", "ok"], kind
    assert told["UdpCheck"] == ["ok", "unreachable"]
