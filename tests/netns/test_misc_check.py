"""MISC_CHECK on the whole daemon: what a program's end means for its server, and whose program it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from harness.network import eventually

from standfast.control.client import NoAnswer, ask
from standfast.control.protocol import Request
from standfast.lab.daemons import Standfast
from standfast.lab.lab import Lab

SCRIPT = """#!/bin/sh
# Tells who runs it, and ends as the file says; "hang": a child is started, and nobody obeys SIGTERM.
id -un > {directory}/by-$1.$$ && mv {directory}/by-$1.$$ {directory}/by-$1
word=$(cat {directory}/$1)
if [ "$word" = hang ]; then
    trap '' TERM
    sleep 300 &
    echo "$$ $!" > {directory}/pids.new && mv {directory}/pids.new {directory}/pids
    wait
    wait
fi
exit $word
"""
NOBODY = "nobody"


class Misc:
    """A daemon whose four servers are judged by a script each; what it ends with stands in a file."""

    def __init__(self, lab: Lab) -> None:
        lab.add_hosts(lb=["10.9.0.1/24"])
        lab.directory.chmod(0o755)  # for programs of other users
        self.directory = lab.directory / "checks"
        self.directory.mkdir(mode=0o777)
        self.directory.chmod(0o777)
        script = lab.directory / "check"
        script.write_text(SCRIPT.format(directory=self.directory))
        script.chmod(0o755)
        for number in range(1, 5):
            self.end(number, 0)
        servers = [
            self.server(script, 1, "weight 10", "misc_dynamic"),
            self.server(script, 2, "weight 10"),
            self.server(script, 3, "weight 10", "misc_timeout 1"),
            self.server(script, 4, "weight 10", f"user {NOBODY}"),
        ]
        settings = "global_defs {\n script_user root\n}\n"
        service = "protocol TCP\n lvs_sched wrr\n lvs_method NAT\n lb_backend nftables\n delay_loop 1\n"
        text = f"{settings}virtual_server 10.9.0.100 80 {{\n{service}{''.join(servers)}}}\n"
        self.daemon = Standfast(lab.hosts["lb"], text)

    def server(self, script: Path, number: int, weight: str, *words: str) -> str:
        lines = "\n".join([f'misc_path "{script} {number}"', "warmup 0", "delay_loop 0.2", *words])
        return f"real_server 10.8.0.{number} 80 {{\n {weight}\n MISC_CHECK {{\n{lines}\n}}\n}}\n"

    def end(self, number: int, word: int | str) -> None:
        beside = self.directory / f"{number}.new"
        beside.write_text(f"{word}\n")
        beside.chmod(0o644)
        beside.replace(self.directory / str(number))

    def stands(self, number: int) -> tuple[str, int | None, str]:
        """State, weight in the kernel, and the last result in words."""
        (service,) = ask(self.daemon.run_dir, "health.status", Request(do="status"))["balancing"]["services"]
        server: dict[str, Any] = service["servers"][number - 1]
        return server["state"], server["programmed"], server["checks"][0]["last"]

    def settles(self, number: int, expected: tuple[str, int | None, str]) -> None:
        found: list[Any] = []

        def so() -> bool:
            with suppress(NoAnswer):
                found[:] = [self.stands(number)]
            return found == [expected]

        eventually(so, 60, lambda: f"{found} is not {expected}\n{self.daemon.log}")


@pytest.fixture
def misc() -> Iterator[Misc]:
    with Lab() as lab:
        made = Misc(lab)
        made.daemon.start()
        yield made


def test_what_a_program_ends_with(misc: Misc):
    for number in range(1, 5):
        misc.settles(number, ("up", 10, "exit status 0"))
    for status, expected in {
        2: ("up", 0, "exit status 2: weight 0"),
        7: ("up", 5, "exit status 7: weight 5"),
        255: ("up", 253, "exit status 255: weight 253"),
        1: ("down", None, "exit status 1"),
        0: ("up", 10, "exit status 0"),
    }.items():
        misc.end(1, status)
        misc.settles(1, expected)
    misc.end(2, 7)
    misc.settles(2, ("down", None, "exit status 7"))
    misc.end(2, 0)
    misc.settles(2, ("up", 10, "exit status 0"))
    assert [(misc.directory / f"by-{number}").read_text().strip() for number in (1, 4)] == ["root", NOBODY]
    # Whoever takes too long is ended with all that it started, also those that do not obey.
    misc.end(3, "hang")
    misc.settles(3, ("down", None, "not done within 1 s, ended by force"))
    misc.end(3, 0)
    misc.settles(3, ("up", 10, "exit status 0"))
    script, child = map(int, (misc.directory / "pids").read_text().split())
    eventually(lambda: not (_runs(script) or _runs(child)), 30, lambda: f"{script} or {child} still runs")
    assert misc.daemon.stop() == 0


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
