"""FRR's vrrpd with its zebra on a host of the lab."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from harness.network import eventually
from standfast.lab.lab import Host

DAEMONS = Path("/usr/lib/frr")
CONFIG = """\
interface eth0
 vrrp 51 version {version}
 vrrp 51 priority {priority}
 vrrp 51 advertisement-interval {interval_ms}
 vrrp 51 {kind} {address}
"""


class Frr:
    """One virtual router (VRID 51); its macvlan is made here, as FRR expects."""

    def __init__(self, host: Host, *, address: str, priority: int, interval_ms: int = 100, version: int = 3) -> None:
        self.host = host
        self.directory = host.lab.directory / f"{host.name}-frr"
        self.directory.mkdir()
        shutil.chown(self.directory, "frr", "frr")  # it gives up root, and takes no other user
        host.lab.directory.chmod(0o711)
        kind = "ipv6" if ":" in address else "ip"
        (self.directory / "zebra.conf").touch()
        (self.directory / "vrrpd.conf").write_text(
            CONFIG.format(version=version, priority=priority, interval_ms=interval_ms, kind=kind, address=address)
        )
        self._make_macvlan(address)
        self._processes: list[subprocess.Popen[bytes]] = []
        host.lab.closing.callback(self.kill)

    def start(self) -> None:
        """Start zebra, then vrrpd, which waits for seconds if zebra is not there yet."""
        self._processes.append(self.host.popen(*self._command("zebra")))
        eventually((self.directory / "zserv").exists, 30, lambda: "zebra does not start")
        self._processes.append(self.host.popen(*self._command("vrrpd")))

    def kill(self) -> None:
        """SIGKILL both."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()

    def _command(self, name: str) -> list[str]:
        own = self.directory
        return [
            *("chrt", "--rr", "50"),  # ours is real-time by itself; a peer that is not would be late for us
            str(DAEMONS / name),
            *("-A", "127.0.0.1", "-P", "0"),
            *("--vty_socket", str(own), "-z", str(own / "zserv"), "-i", str(own / f"{name}.pid")),
            *("-f", str(own / f"{name}.conf"), "--log", f"file:{own}/{name}.log"),
        ]

    def _make_macvlan(self, address: str) -> None:
        family, prefix, name = ("02", 64, "vrrp6-2-51") if ":" in address else ("01", 24, "vrrp4-2-51")
        self.host.ip(
            f"link add {name} link eth0 type macvlan mode bridge",
            f"link set dev {name} address 00:00:5e:00:{family}:33",
            f"addr add {address}/{prefix} dev {name} nodad" if family == "02" else f"addr add {address}/24 dev {name}",
            f"link set dev {name} up",
        )
