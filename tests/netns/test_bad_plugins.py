"""Plugins that take their process with them are named and left out; the master stays master, others are checked."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from standfast.lab.daemons import Standfast, standfast_command
from standfast.lab.lab import Lab
from standfast.lab.namespace import LabError

ENDS_THE_LOADER = "import os\nos._exit(3)\n"
BAD = """
import os, time
from standfast.api import Checker, CheckerType, checker_block, hookimpl, nothing, pacing

class Exits(Checker):
    contract = 1
    declaration = CheckerType(checker_block("EXITS_CHECK", "Ends the process.", pacing()), nothing, connects=False)

    async def check(self):
        os._exit(7)

class Blocks(Checker):
    contract = 1
    declaration = CheckerType(checker_block("BLOCKS_CHECK", "Waits for ever.", pacing()), nothing, connects=False)

    async def check(self):
        time.sleep(600)

@hookimpl
def standfast_register(registry):
    registry.checker(Exits)
    registry.checker(Blocks)
"""
CONFIG = """
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    version 3
    advert_int 0.1
    @a priority 150
    @b priority 100
    virtual_ipaddress {{
        10.9.0.100/24
    }}
}}
@a virtual_server 10.9.0.100 80 {{
    lb_backend nftables
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    delay_loop 1
    warmup 0
    real_server 10.9.0.2 80 {{
        TCP_CHECK {{
        }}
    }}
    real_server 10.9.0.2 81 {{
        {check} {{
        }}
    }}
}}
"""


def install(path: Path, name: str, code: str) -> None:
    """As pip leaves it."""
    (path / f"{name}.py").write_text(code)
    info = path / f"standfast_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: standfast-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[standfast]\n{name} = {name}\n")


def until(condition: Callable[[], object], daemon: Standfast, limit_s: float = 60) -> None:
    end = time.monotonic() + limit_s
    while True:
        with suppress(LabError, KeyError):
            if condition():
                return
        assert time.monotonic() < end, daemon.log[-5000:]
        time.sleep(0.1)


def shown(daemon: Standfast) -> str:
    """``status``, whatever its exit status."""
    command = [*standfast_command(), "status", "--run-dir", str(daemon.run_dir)]
    return daemon.host.namespace.run(*command, check=False)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("check", "seen"),
    [("EXITS_CHECK", "ended while EXITS_CHECK"), ("BLOCKS_CHECK", "BLOCKS_CHECK of ... has kept the health process")],
)
def test_the_master_stays_and_the_others_are_checked(check, seen, tmp_path, monkeypatch):
    install(tmp_path, "bad_checks", BAD)
    install(tmp_path, "ends_the_loader", ENDS_THE_LOADER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Lab() as lab:
        hosts = lab.add_hosts(a=["10.9.0.1/24"], b=["10.9.0.2/24"])
        a, b = (Standfast(host, CONFIG.format(check=check), config_id=host.name) for host in hosts)
        for daemon in (a, b):
            daemon.start()
        until(lambda: a.instance()["state"] == "MASTER", a)
        until(lambda: b.instance()["state"] == "BACKUP", b)
        first: list[dict[str, Any]] = []
        until(lambda: first.append(a.status()) or True, a)

        until(lambda: "left out for now" in a.log, a)
        until(lambda: all(words in a.log for words in seen.split(" of ... ")), a)
        expected = ("TCP_CHECK: connection refused", "not made for ten minutes")
        until(lambda: (now := shown(a)) and all(words in now for words in expected), a)

        last = a.status()
        assert last["processes"]["vrrp"]["pid"] == first[0]["processes"]["vrrp"]["pid"]
        (before,), (now,) = first[0]["vrrp"]["instances"], last["vrrp"]["instances"]
        assert (now["state"], now["since"]) == ("MASTER", before["since"])
        assert b.instance()["state"] == "BACKUP"
        named = [found["message"] for found in last["diagnostics"] if found["code"] == "SF5002"]
        assert named == [
            "plugin `ends_the_loader` of standfast-ends_the_loader 1.0 does not work: it ended the process that loads "
            "plugins"
        ]
