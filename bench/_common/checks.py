"""Checks of one kind, on one side: what each costs, and how late they begin."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from _common.bench import MeasurementError

HTTP_PORT, TLS_PORT = 18080, 18443
_BLOCKS = {
    "TCP": "TCP_CHECK {{\n connect_timeout 3\n warmup {warmup:g}\n}}",
    "HTTP": "HTTP_GET {{\n connect_timeout 3\n warmup {warmup:g}\n url {{\n path /\n }}\n}}",
    "HTTPS": "SSL_GET {{\n connect_timeout 3\n warmup {warmup:g}\n url {{\n path /\n }}\n}}",
}


@dataclass(frozen=True, slots=True)
class Load:
    """So many servers, each checked so often."""

    kind: str
    servers: int
    delay_s: float

    @property
    def case(self) -> str:
        """As in the table."""
        return f"{self.kind}, {self.servers} every {self.delay_s:g} s"

    def config(self) -> str:
        """For either daemon: every server is an address of the loopback network."""
        port = TLS_PORT if self.kind == "HTTPS" else HTTP_PORT
        check = _BLOCKS[self.kind].format(warmup=self.delay_s)
        servers = "".join(
            f"real_server 127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250} {port} {{\n{check}\n}}\n"
            for number in range(self.servers)
        )
        head = f"delay_loop {self.delay_s:g}\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
        return f"virtual_server 10.99.0.1 80 {{\n{head}{servers}}}\n"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a window showed."""

    checks: int
    micros_per_check: float
    p99_ms: float | None
    """How late checks began; None: not to be seen from outside."""


@contextmanager
def web_server(directory: Path) -> Iterator[None]:
    """nginx for all of them; it counts the connections that it accepts."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", directory / "key.pem",
         "-out", directory / "cert.pem", "-days", "2", "-subj", "/CN=bench"],
        check=True, capture_output=True,
    )  # fmt: skip
    config = directory / "nginx.conf"
    config.write_text(
        f"""worker_processes 1; daemon off; pid {directory}/nginx.pid; error_log stderr crit;
        events {{ worker_connections 8192; }}
        http {{ access_log off;
          client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
          uwsgi_temp_path {directory}; scgi_temp_path {directory};
          server {{ listen 0.0.0.0:{HTTP_PORT} backlog=8192; listen 0.0.0.0:{TLS_PORT} ssl backlog=8192;
            ssl_certificate {directory}/cert.pem; ssl_certificate_key {directory}/key.pem;
            location = /accepted {{ stub_status; }}
            location / {{ return 200 "ok\\n"; }} }} }}"""
    )
    nginx = subprocess.Popen(["nginx", "-e", "stderr", "-c", config])
    try:
        _wait_for(_accepted, 10, "nginx does not answer")
        yield
    finally:
        nginx.terminate()
        nginx.wait(10)


def measure(side: str, load: Load, window_s: float, directory: Path) -> Cost:
    """Start the daemon, let it come to its pace, read CPU and connections over a window."""
    path = directory / f"{side}.conf"
    path.write_text(load.config())
    process = _started(side, path, directory)
    try:
        _come_to_pace(process, load, directory / "log")
        before, used = _accepted(), _cpu_s(process.pid)
        time.sleep(window_s)
        checks, cpu_s = _accepted() - before, _cpu_s(process.pid) - used
    finally:
        process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=30)[0] or ""
    expected = load.servers / load.delay_s * window_s
    if checks < expected * 0.2:
        raise MeasurementError(f"{side} made {checks} checks, not about {expected:.0f}")
    report = json.loads(told.splitlines()[-1]) if side == "standfast" else {}
    if report.get("bad"):
        raise MeasurementError(f"{report['bad']} checks of {side} failed")
    return Cost(checks, cpu_s / checks * 1e6, report.get("p99_ms"))


def _come_to_pace(process: subprocess.Popen[str], load: Load, log: Path) -> None:
    """Until half of the servers have been checked, and one round more: reading ten thousand of them takes its time."""
    begun, deadline = _accepted(), time.monotonic() + 120
    while _accepted() - begun < load.servers / 2:
        if process.poll() is not None or time.monotonic() > deadline:
            raise MeasurementError(f"no checks are made: {log.read_text()[-1500:]}")
        time.sleep(0.5)
    time.sleep(load.delay_s + 1)


def _started(side: str, path: Path, directory: Path) -> subprocess.Popen[str]:
    log = (directory / "log").open("w")
    if side == "standfast":
        command: list[str] = [sys.executable, "-m", "_common.checks_child", str(path)]
        ours = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(ours)}
    else:
        pids = [f"--pid={directory}/ka.pid", f"--checkers_pid={directory}/ka-check.pid"]
        command = ["keepalived", "-C", "-n", "-l", "-f", str(path), *pids]
        environment = {**os.environ, "LD_PRELOAD": str(_no_ipvs(directory))}
    # keepalived's log goes to standard output: a pipe that nobody reads would stop it.
    output = subprocess.PIPE if side == "standfast" else log
    return subprocess.Popen(command, stdout=output, stderr=log, text=True, env=environment)


def _no_ipvs(directory: Path) -> Path:
    """The library that stands in for IPVS, where the kernel has none: both sides are to do nothing but check."""
    library = directory / "no_ipvs.so"
    if not library.exists():
        source = Path(__file__).with_name("no_ipvs.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-nostdlib", "-O1", "-o", library, source], check=True)
    return library


def _accepted() -> int:
    """Connections so far, but for those that ask for this number."""
    with urllib.request.urlopen(f"http://127.0.0.1:{HTTP_PORT}/accepted", timeout=5) as answer:
        return int(answer.read().split()[7])


def _cpu_s(parent: int) -> float:
    """Run time of a process and its children."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    stats = [Path(f"/proc/{pid}/schedstat") for pid in (parent, *children)]
    return sum(int(stat.read_text().split()[0]) for stat in stats) / 1e9


def _wait_for(ready: object, patience_s: float, complaint: str) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            ready()  # type: ignore[operator]
            return
        except OSError:
            time.sleep(0.05)
    raise MeasurementError(complaint)
