"""The effective configuration of services is keepalived's: field by field what its checker process dumps of a file."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

import pytest
from guest.checker_dump import Record, read
from guest.checker_words import spoken
from harness import global_dump

from standfast.config.load import load
from standfast.lab.namespace import Namespace, batch, run, unique_prefix

pytestmark = [pytest.mark.uml, pytest.mark.keepalived, pytest.mark.timeout(300)]

FILES = sorted((Path(__file__).parent / "effective").glob("*.conf"))
ID = "one"
WAIT_S = 60
WORKERS = 3

VRRP = ("Router ID", "Smtp HELO name", "Email notification", "Gratuitous ARP lower priority")
"""What the guest's name makes, which it has none, and what only keepalived's VRRP process fills in."""

DELIBERATE: dict[str, set[tuple[str, object, object]]] = {
    # What stands behind `alpha` and `inhibit_on_failure` of a service does not count for keepalived.
    "off-does-not-count": {
        ("alpha", "OFF", "ON"),
        ("Alpha", "OFF", "ON"),
        ("Alpha", "no", "yes"),
        ("Inhibit on failure", "OFF", "ON"),
    },
    # No check of port 0 can be good.
    "ports-missing": {("Dest", "[10.0.0.3]:80", "[10.0.0.3]:0")},
    # `host` takes over everything from the check that it stands in, but not this.
    "smtp-hosts": {("Timeout", "7.000000", "0.000000")},
    # The same packets: the kernel takes the service's port for 0.
    "sorry": {("sorry server", "[10.0.0.98]:tcp:84", "[10.0.0.98]:tcp:0")},
}
"""File -> label, what we say, what keepalived says; users are told of each in docs/moving-from-keepalived.md."""


def dumps(files: Sequence[Path], directory: Path) -> dict[str, str]:
    """What keepalived dumps of every file: several at a time, each in a network of its own."""
    prefix = unique_prefix()
    hosts = [Namespace(f"{prefix}-dump{number}") for number in range(min(WORKERS, len(files)))]
    for host in hosts:
        run("ip", "netns", "add", host.name)
        lines = ["link set lo up", "link add eth0 type veth peer name peth0", "link set eth0 up", "link set peth0 up"]
        batch([*lines, "addr add 10.1.0.254/16 dev eth0"], inside=host)
    free = list(hosts)

    def ask(file: Path) -> str:
        host = free.pop()
        try:
            here = directory / file.stem
            here.mkdir()
            return dump(host, file, here)
        finally:
            free.append(host)

    try:
        with ThreadPoolExecutor(len(hosts)) as pool:
            return dict(zip((file.stem for file in files), pool.map(ask, files), strict=True))
    finally:
        for host in hosts:
            host.remove()


def dump(host: Namespace, file: Path, directory: Path) -> str:
    """Start keepalived's checker process, have it write down its configuration, and end it."""
    pids = [f"-{flag}{directory}/{name}.pid" for flag, name in (("p", "parent"), ("c", "check"), ("b", "bfd"))]
    command = [
        "env",
        f"TMPDIR={directory}",
        "keepalived",
        "-n",
        "-l",
        "-D",
        "-G",
        "-C",
        "-i",
        ID,
        "-f",
        str(file),
        *pids,
    ]
    log = directory / "log"
    with log.open("wb") as stream:
        process = host.popen(command, output=stream)
        try:
            wait(lambda: "Startup complete" in log.read_text(), f"{file.name}: keepalived did not start", log)
            os.kill(process.pid, signal.SIGUSR1)
            wait(lambda: "Printing checker data" in log.read_text(), f"{file.name}: no dump", log)
        finally:
            process.terminate()
            process.wait(WAIT_S)
    return (directory / "keepalived_check.data").read_text()


def wait(happened: Callable[[], bool], failure: str, log: Path) -> None:
    """Until it has happened."""
    deadline = time.monotonic() + WAIT_S
    while not happened():
        assert time.monotonic() < deadline, f"{failure}\n{log.read_text()[-2000:]}"
        time.sleep(0.05)


def test_every_field_is_what_keepalived_dumps(tmp_path: Path):
    """One test for all files: where tests run in several processes, each has a guest of its own."""
    told = dumps(FILES, tmp_path)
    found = {file.stem: set(compared(file, told[file.stem])) for file in FILES}
    assert {name: new for name, each in found.items() if (new := each - DELIBERATE.get(name, set()))} == {}
    assert {name: gone for name, each in DELIBERATE.items() if (gone := each - found[name])} == {}


def test_the_comparison_finds_differences(tmp_path: Path):
    other, file = FILES[0].with_name("defaults.conf"), FILES[0].with_name("dr-tcp.conf")
    labels = {label for label, *_ in compared(file, dumps([other], tmp_path)["defaults"])}
    assert {"service 0", "delay_loop", "protocol", "forwarding method", "checker 0"} <= labels


def compared(file: Path, text: str) -> Iterator[tuple[str, object, object]]:
    """Label, what we say, what keepalived says: of every field in which the two differ."""
    loaded = load(str(file), config_id=ID)
    ours, theirs = spoken(loaded), read(text)
    mine, other = global_dump.spoken(loaded), global_dump.read_globals(text)[0]
    yield from (each for each in different(mine, other) if not each[0].startswith(VRRP))
    yield from different(ours.groups, theirs.groups)
    yield from records("service", ours.services, theirs.services)
    for mine, other in zip(ours.services, theirs.services, strict=False):
        yield from records("server", mine.servers, other.servers)
    yield from records("checker", by_kind(ours.checkers), by_kind(theirs.checkers))


def records(what: str, ours: list[Record], theirs: list[Record]) -> Iterator[tuple[str, object, object]]:
    for number, (mine, other) in enumerate(zip_longest(ours, theirs, fillvalue=Record(""))):
        if mine.title != other.title:
            yield f"{what} {number}", mine.title, other.title
        yield from different(mine.fields, other.fields)


def different(ours: Mapping[str, object], theirs: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    for label in sorted({*ours, *theirs}):
        if ours.get(label) != theirs.get(label):
            yield label, f"{ours.get(label)}", f"{theirs.get(label)}"


def by_kind(checkers: list[Record]) -> list[Record]:
    """Ours are sorted by kind within a server, keepalived's stand as in the file: which comes first decides nothing."""
    return sorted(checkers, key=lambda checker: (checker.title, str(checker.fields["Keepalive method"])))
