"""Lines about servers and services in pipes, and the programs that read them: the same from keepalived and from us.

keepalived's checker wants IPVS; as elsewhere a library makes its calls succeed. Ours balances on nftables meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.farm import SERVER_PORT, SERVERS, VIP, Farm
from harness.network import eventually

from standfast.lab.daemons import standfast_command
from standfast.lab.lab import Lab

NO_IPVS = Path(__file__).parents[2] / "bench" / "_common" / "no_ipvs.c"
CHECK = "TCP_CHECK {\n retry 0\n warmup 0\n delay_loop 0.1\n connect_timeout 5\n}"
CONFIG = """
global_defs {{
    script_user root
    lvs_notify_fifo {directory}/lvs
    lvs_notify_fifo_script {directory}/reader
    notify_fifo {directory}/all
    {own}
}}
virtual_server {VIP} 80 {{
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    quorum 2
    alpha
    omega
    sorry_server 10.8.0.13 9090
    quorum_up "{directory}/note service up"
    quorum_down "{directory}/note service down"
    {servers}
}}
"""
SERVER = """
    real_server {address} {port} {{
        notify_up "{directory}/note {name} up"
        notify_down "{directory}/note {name} down"
        {check}
    }}
"""


@pytest.fixture
def farm() -> Iterator[Farm]:
    with Lab() as lab:
        yield Farm(lab)


class Watched:
    """A daemon with its pipes, one read by a program that it starts, the other by us."""

    def __init__(self, farm: Farm, kind: str, directory: Path) -> None:
        self.directory = directory
        self._script("reader", f'cat "$1" > {directory}/read')
        self._script("note", f'echo "$*" >> {directory}/noted')
        for name in ("lvs", "all"):
            os.mkfifo(directory / name, 0o600)
        self._reader = os.open(directory / "all", os.O_RDWR | os.O_NONBLOCK)
        self._lines = ""
        servers = "".join(
            SERVER.format(name=name, address=f"10.8.0.1{number}", port=SERVER_PORT, directory=directory, check=CHECK)
            for number, name in enumerate(SERVERS, 1)
        )
        own = "lb_backend nftables" if kind == "standfast" else ""
        path = directory / "daemon.conf"
        path.write_text(CONFIG.format(directory=directory, VIP=VIP, servers=servers, own=own))
        if kind == "standfast":
            command = [*standfast_command(), "run", "-f", path, "--run-dir", directory / "run"]
        else:
            library = directory / "no_ipvs.so"
            subprocess.run(["cc", "-shared", "-fPIC", "-nostdlib", "-O1", "-o", library, NO_IPVS], check=True)
            pids = [f"--pid={directory}/pid", f"--checkers_pid={directory}/checkers"]
            command = ["env", f"LD_PRELOAD={library}", "keepalived", "-C", "-n", "-l", "-D", "-f", path, *pids]
        with (directory / "log").open("wb") as log:
            self.process = farm.lb.namespace.popen([str(word) for word in command], output=log)

    def _script(self, name: str, line: str) -> None:
        path = self.directory / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def written(self, name: str) -> list[str]:
        path = self.directory / name
        return path.read_text().replace("\0", "").splitlines() if path.exists() else []

    def heard(self) -> list[str]:
        """By us; a NUL byte behind lines is keepalived's."""
        with contextlib.suppress(BlockingIOError):
            self._lines += os.read(self._reader, 65_536).decode()
        return self._lines.replace("\0", "").splitlines()

    def told(self, *lines: str) -> None:
        """Both pipes have these lines by now and no others; those of servers that change together in any order."""
        wanted = sorted(lines)

        def so() -> bool:
            return sorted(self.heard()) == sorted(self.written("read")) == wanted

        eventually(so, 30, lambda: f"{self.heard()}\n{self.written('read')}\n{(self.directory / 'log').read_text()}")

    def ran(self, *words: str) -> None:
        """Scripts of servers and of the service, in any order."""
        eventually(
            lambda: sorted(self.written("noted")) == sorted(words), 30, lambda: f"{self.written('noted')} not {words}"
        )

    def close(self) -> None:
        self.process.kill()
        self.process.wait(10)
        os.close(self._reader)


@pytest.mark.parametrize("kind", ["standfast", pytest.param("keepalived", marks=pytest.mark.keepalived)])
def test_servers_and_services_are_told_of_in_pipes_and_to_programs(farm: Farm, tmp_path: Path, kind: str):
    service = f"VS [{VIP}]:tcp:80"
    s1, s2, s3 = (f"RS [10.8.0.1{number}]:tcp:{SERVER_PORT} [{VIP}]:tcp:80" for number in (1, 2, 3))
    daemon = Watched(farm, kind, tmp_path)
    try:
        lines = [f"{service} DOWN", f"{s1} UP", f"{s2} UP", f"{s3} UP", f"{service} UP"]
        ran = ["service down", "s1 up", "s2 up", "s3 up", "service up"]
        daemon.told(*lines)
        daemon.ran(*ran)
        farm.servers.shut("s1")
        lines += [f"{s1} DOWN"]
        daemon.told(*lines)
        farm.servers.shut("s2")
        lines += [f"{s2} DOWN", f"{service} DOWN"]
        daemon.told(*lines)
        daemon.ran(*ran, "s1 down", "s2 down", "service down")
        farm.servers.open(farm.lab.hosts["s1"], SERVER_PORT)
        lines += [f"{s1} UP", f"{service} UP"]
        daemon.told(*lines)
        daemon.process.terminate()
        daemon.process.wait(60)
        daemon.ran(
            *ran, "s1 down", "s2 down", "service down", "s1 up", "service up", "s1 down", "s3 down", "service down"
        )
    finally:
        daemon.close()


def test_a_reload_brings_another_pipe_and_who_reads_it(farm: Farm, tmp_path: Path):
    service = f"VS [{VIP}]:tcp:80"
    s1, s2, s3 = (f"RS [10.8.0.1{number}]:tcp:{SERVER_PORT} [{VIP}]:tcp:80" for number in (1, 2, 3))
    daemon = Watched(farm, "standfast", tmp_path)
    try:
        daemon.told(f"{service} DOWN", f"{s1} UP", f"{s2} UP", f"{s3} UP", f"{service} UP")
        (tmp_path / "read").rename(tmp_path / "read before")
        config = tmp_path / "daemon.conf"
        config.write_text(
            config.read_text().replace(f"lvs_notify_fifo {tmp_path}/lvs", f"lvs_notify_fifo {tmp_path}/new")
        )
        daemon.process.send_signal(signal.SIGHUP)
        eventually((tmp_path / "read").exists, 30, (tmp_path / "log").read_text)
        farm.servers.shut("s1")
        eventually(lambda: daemon.written("read") == [f"{s1} DOWN"], 30, (tmp_path / "log").read_text)
        assert len(daemon.written("read before")) == 5
        assert (tmp_path / "lvs").exists(), "it was there before the daemon"
        assert daemon.heard()[-1] == f"{s1} DOWN", "the pipe that stays goes on"
    finally:
        daemon.close()
