"""A package is installed, used and removed while a pair runs: the addresses do not notice."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from followed import ROOT, Reader, build, lend, steps

from standfast.lab.daemons import Standfast
from standfast.lab.lab import Host, Lab
from standfast.lab.namespace import LabError

PAGE = ROOT / "docs" / "plugins" / "checker.md"
ADDRESS = "10.9.0.100"
PLAIN = """
global_defs {{
    http_listen 127.0.0.1:9166
    metrics_listen 127.0.0.1:9165
}}
{check}
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
    {track}
}}
"""
CHECK = """
vrrp_check cache {
    delay_loop 0.2
    fall 1
    warmup 0
    REDIS_CHECK {
        connect_port 6379
        role master
    }
}
"""
TRACK = "track_check {\n cache weight -60\n }"
WITHOUT, WITH = PLAIN.format(check="", track=""), PLAIN.format(check=CHECK, track=TRACK)


class Installed(Standfast):
    """The daemon of a fresh environment."""

    python = ""

    def _own(self, command: list[str]) -> list[str]:
        return [self.python, *command[1:]]

    def command(self) -> list[str]:
        return self._own(super().command())

    def ask(self, *words: str) -> str:
        """Whatever its exit status."""
        command = [self.python, "-m", "standfast", *words, "--run-dir", str(self.run_dir)]
        answer = self.directory / "answer"
        with answer.open("wb") as out:
            self.host.namespace.popen(command, output=out).wait(120)
        return answer.read_text()

    @property
    def vrrp(self) -> int:
        return self.status()["processes"]["vrrp"]["pid"]

    @property
    def health(self) -> int:
        return self.status()["processes"]["health"]["pid"]


def until(condition: Callable[[], object], what: Callable[[], str], limit_s: float = 60) -> None:
    end = time.monotonic() + limit_s
    while True:
        with suppress(LabError, KeyError):
            if condition():
                return
        assert time.monotonic() < end, what()
        time.sleep(0.1)


@pytest.fixture
def reader(tmp_path, monkeypatch) -> Reader:
    """An environment with standfast, and a wheel of the tutorial's checker in ``dist``."""
    (tmp_path / "wheels").mkdir()
    build(tmp_path / "wheels")
    lent = lend(tmp_path / "lent")
    monkeypatch.setenv("PYTHONPATH", str(lent))
    reader = Reader(tmp_path, tmp_path / "wheels", lent)
    reader.run("python3 -m venv .venv && .venv/bin/pip install -q standfast && mkdir -p src/standfast_redis tests")
    for step in steps(PAGE):
        if step.file:
            (tmp_path / step.file).write_text(step.text)
    reader.run(".venv/bin/pip wheel -q --no-deps -w dist .")
    return reader


def serve(host: Host, directory: Path):
    with (directory / f"{host.name}.pretend").open("wb") as out:
        return host.namespace.popen(["python3", str(directory / "pretend.py")], output=out)


def metrics(host: Host) -> str:
    program = (
        "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9165/metrics', timeout=30).read().decode())"
    )
    return host.namespace.run("python3", "-c", program)


@pytest.mark.timeout(600)
def test_a_plugin_comes_and_goes_while_a_pair_runs(reader, tmp_path):
    Installed.python = str(tmp_path / ".venv" / "bin" / "python")
    with Lab() as lab:
        hosts = lab.add_hosts(a=["10.9.0.1/24"], b=["10.9.0.2/24"])
        pretended = [serve(host, tmp_path) for host in hosts]
        for process in pretended:
            lab.closing.callback(process.wait, 30)
            lab.closing.callback(process.kill)
        a, b = (Installed(host, WITHOUT, config_id=host.name) for host in hosts)
        for daemon in (a, b):
            daemon.start()
        until(lambda: a.instance()["state"] == "MASTER", lambda: "a is not master")
        until(lambda: b.instance()["state"] == "BACKUP", lambda: "b is not backup")
        before = {daemon: (daemon.vrrp, daemon.health) for daemon in (a, b)}
        since = a.instance()["since"]

        # Not there yet: the reload is refused, nothing changes.
        a.write(WITH)
        assert "unknown keyword `REDIS_CHECK`" in a.ask("reload")
        assert (a.vrrp, a.health) == before[a]

        # Installed: a new health process, the same master.
        reader.run(".venv/bin/pip install -q dist/standfast_redis-1.0-py3-none-any.whl")
        b.write(WITH)
        for daemon in (a, b):
            assert "are needed: a new health process is started" in daemon.ask("reload")
        until(lambda: "PONG from a master" in a.ask("status"), lambda: f"no verdict: {a.log[-3000:]}")
        assert [daemon.vrrp for daemon in (a, b)] == [before[a][0], before[b][0]]
        assert a.health != before[a][1]
        assert (a.instance()["state"], a.instance()["since"]) == ("MASTER", since)
        until(lambda: 'kind="REDIS_CHECK"' in metrics(hosts[0]), lambda: f"metrics do not know it: {metrics(hosts[0])}")

        # It decides: without its Redis, a is worth less than b.
        pretended[0].kill()
        until(lambda: b.instance()["state"] == "MASTER", lambda: f"b does not take over: {a.ask('status')}")
        assert "connection refused" in a.ask("status")

        # Removed again.
        reader.run(".venv/bin/pip uninstall -q -y standfast-redis")
        for daemon in (a, b):
            daemon.write(WITHOUT)
            assert "are needed: a new health process is started" in daemon.ask("reload")
        until(lambda: a.instance()["state"] == "MASTER", lambda: f"a does not come back: {a.log[-3000:]}")
        assert [daemon.vrrp for daemon in (a, b)] == [before[a][0], before[b][0]]
        assert "REDIS" not in a.ask("status", "--json")
