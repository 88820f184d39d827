"""bench/services: the whole daemon with nftables, in a network of its own; what it says of itself, and when."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _common.bench import MeasurementError
from _common.launch import compile_as_installed
from standfast.control.client import NoAnswer, ask
from standfast.control.protocol import Request

INSIDE = "STANDFAST_BENCH_INSIDE"
DETECTED_MS = 10.0
"""From the deciding result until the kernel has acknowledged, at most."""

UNASKED_S = 0.3
"""After a failure, before the daemon is asked how it went: to answer takes its time, too."""

SERVICES, SERVERS = 2277, 37205
"""Of the largest configuration that somebody has told of."""

PORT = 18080


def config(services: int, servers: int, check: str, *, weight: int = 1, head: str = "") -> str:
    """So many services that share so many servers, on nftables. Servers are addresses of the loopback network."""
    lines = [head]
    for number in range(services):
        lines.append(
            f"virtual_server 10.{60 + number // 62500}.{number // 250 % 250}.{1 + number % 250} 80 {{\n"
            "protocol TCP\nlvs_sched wrr\nlvs_method NAT\nlb_backend nftables\ndelay_loop 60\n"
        )
        for server in range(number * servers // services, (number + 1) * servers // services):
            address = f"127.{1 + server // 62500}.{server // 250 % 250}.{1 + server % 250}"
            lines.append(f"real_server {address} {PORT} {{\nweight {weight}\n{check}\n}}\n")
        lines.append("}\n")
    return "".join(lines)


class Daemon:
    """One, with its configuration and its run directory in a directory of its own."""

    def __init__(self, directory: Path, text: str) -> None:
        self.run_dir = directory / "run"
        self.file = directory / "standfast.conf"
        self.log = directory / "log"
        self.file.write_text(text)
        where = ["-f", str(self.file), "--run-dir", str(self.run_dir), "--log-format", "console"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "standfast", "run", *where], stdout=log, stderr=log)

    def status(self) -> dict[str, Any] | None:
        """Of the health process; None: it does not answer yet."""
        try:
            return ask(self.run_dir, "health.status", Request(do="status"), patience_s=30) or None
        except NoAnswer:
            return None

    def reloaded(self, limit_s: float) -> float:
        """Reload; milliseconds until the health process has told the parent that it runs by the new file.

        It says so when the kernel has all of it, so nobody asks it meanwhile for a status of very many servers.
        """
        before = self._generation()
        began = time.monotonic()
        self.process.send_signal(signal.SIGHUP)
        while self._generation() == before:
            if time.monotonic() > began + limit_s or self.process.poll() is not None:
                raise MeasurementError(f"not reloaded within {limit_s:.0f} s\n{self.log.read_text()[-2000:]}")
            time.sleep(0.02)
        return (time.monotonic() - began) * 1e3

    def _generation(self) -> int:
        """The configuration that the health process has committed."""
        answer = ask(self.run_dir, "daemon.status", Request(do="status"), patience_s=30)
        return int(answer["processes"]["health"]["generation"])

    def until(self, condition: Callable[[dict[str, Any]], bool], what: str, limit_s: float) -> dict[str, Any]:
        """Ask until it is so."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            found = self.status()
            if found is not None and condition(found):
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise MeasurementError(f"not so within {limit_s:.0f} s: {what}\n{self.log.read_text()[-2000:]}")


@contextmanager
def running(text: str) -> Iterator[Daemon]:
    """From start to stop."""
    with tempfile.TemporaryDirectory() as directory:
        daemon = Daemon(Path(directory), text)
        try:
            yield daemon
        finally:
            daemon.process.send_signal(signal.SIGTERM)
            daemon.process.wait(60)
            if "is stuck" in daemon.log.read_text():
                raise MeasurementError("the health process was stuck and replaced: what was measured says little")


def plane(status: dict[str, Any]) -> dict[str, Any]:
    """What is said of nftables."""
    found: dict[str, Any] = status.get("balancing", {}).get("planes", {}).get("nftables", {})
    return found


def detected(servers: int, flips: int) -> dict[str, float]:
    """All servers of a service fail together, and come back, again and again."""
    with tempfile.TemporaryDirectory() as directory:
        number = Path(directory) / "number"
        number.write_text("0\n")
        head = f"track_file all {{\nfile {number}\nweight 0\n}}\n"
        with running(config(1, servers, "FILE_CHECK {\ntrack_file all\n}", head=head)) as daemon:
            daemon.until(lambda status: plane(status).get("batches", 0) >= 1, "the service is programmed", 30)
            samples: dict[bool, list[float]] = {True: [], False: []}
            for flip in range(flips):
                before = plane(daemon.until(lambda _status: True, "it answers", 10))["batches"]
                number.write_text(f"{1 - flip % 2}\n")
                time.sleep(UNASKED_S)
                status = daemon.until(lambda status, known=before: plane(status)["batches"] > known, "programmed", 10)  # type: ignore[misc]
                samples[are_up(status)].append(plane(status)["delay_last_ms"])
    return {
        f"{what}: detection to programmed, {name}": value
        for what, found in (("failed", sorted(samples[False])), ("back", sorted(samples[True])))
        for name, value in (
            ("best", found[0]),
            ("median", found[len(found) // 2]),
            ("p99", found[len(found) * 99 // 100]),
        )
    }


def are_up(status: dict[str, Any]) -> bool:
    """All servers of the one service."""
    (service,) = status["balancing"]["services"]
    (up,) = {server["state"] == "up" for server in service["servers"]}
    return bool(up)


def large(services: int, servers: int) -> dict[str, float]:
    """Loading, programming, reloading a large configuration, with a TCP check of every server each minute."""
    check = "TCP_CHECK {\nconnect_timeout 3\n}"
    text = config(services, servers, check)
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "large.conf"
        path.write_text(text)
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "standfast", "check", path], check=True, capture_output=True)
        found["standfast check"] = (time.monotonic() - began) * 1e3
        began = time.monotonic()
        subprocess.run(["keepalived", "-t", "-f", path], check=False, capture_output=True)
        found["keepalived -t"] = (time.monotonic() - began) * 1e3
    began = time.monotonic()
    with listener(), running(text) as daemon:
        status = daemon.until(lambda status: plane(status).get("batches", 0) >= 1, "all is programmed", 120)
        found["start until all is programmed"] = (time.monotonic() - began) * 1e3
        found["of that, from services known to programmed"] = plane(status)["delay_worst_ms"]
        daemon.until(
            lambda status: status.get("balancing", {"checks": {"made": 0}})["checks"]["made"] > servers / 2,
            "checks are made",
            120,
        )
        for name, weight, more in (("reload, unchanged", 1, 0), ("reload, every weight changed", 2, 1)):
            before = daemon.until(lambda _status: True, "it answers", 30)
            daemon.file.write_text(config(services, servers, check, weight=weight))
            found[name] = daemon.reloaded(120)
            after = daemon.until(lambda _status: True, "it answers", 30)
            if (plane(after)["batches"] > plane(before)["batches"]) != bool(more):
                raise MeasurementError(f"{name}: {plane(after)['batches'] - plane(before)['batches']} batches")
        status = daemon.until(lambda status: status["balancing"]["checks"]["made"] > servers, "one round", 180)
        found["checks, lateness p99"] = status["balancing"]["checks"]["late_p99_ms"]
        found["health process, resident (MB)"] = resident_mb(status["pid"])
    return found


@contextmanager
def listener() -> Iterator[None]:
    """Takes connections to every address of the loopback network, and closes them."""
    program = (
        "import socket\ns = socket.create_server(('0.0.0.0', %d), backlog=4096)\nwhile True:\n s.accept()[0].close()"
    )
    process = subprocess.Popen([sys.executable, "-c", program % PORT])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def resident_mb(pid: int) -> float:
    """Of a process, in 10^6 bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure, print, and end with 1 if a limit is missed."""
    made = argparse.ArgumentParser(description="From a check's result to the data plane, and very many servers.")
    made.add_argument("--quick", action="store_true", help="fewer flips, a tenth of the large configuration")
    made.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = made.parse_args()
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        command = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv]
        os.execvp(command[0], command)  # noqa: S606 - these very programs
    compile_as_installed()
    part = 10 if options.quick else 1
    figures = {
        "one server": detected(1, 10 if options.quick else 100),
        "1,000 servers together": detected(1000, 10 if options.quick else 100),
        f"{SERVICES // part:,} services, {SERVERS // part:,} servers": large(SERVICES // part, SERVERS // part),
    }
    missed = False
    for case, found in figures.items():
        print(case)
        for name, value in found.items():
            limit = DETECTED_MS if name == "failed: detection to programmed, median" else None
            verdict = "" if limit is None else f"  (limit {limit:g}: {'met' if value < limit else 'missed'})"
            missed |= limit is not None and value >= limit
            print(f"  {name:52} {value:10.1f}{verdict}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    sys.exit(1 if missed else 0)
