"""The effective configuration is keepalived's: field by field what it dumps of the same file."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.dump import definitions, differences, instances, read_dump
from harness.global_dump import read_globals, spoken, static_objects

from standfast.config.load import load
from standfast.lab.namespace import Namespace, batch, run, unique_prefix

pytestmark = pytest.mark.keepalived

FILES = sorted((Path(__file__).parent / "effective").glob("*.conf"))
ADDRESSES = {"eth0": "10.9.0.1/24", "eth1": "10.9.1.1/24", "eth2": "10.9.2.1/24"}
FILTER = ("nftables table", "nftables base", "nftables don't")
WAIT_S = 60
WORKERS = 4


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What keepalived dumps of every file: several at a time, each in a network of its own."""
    prefix = unique_prefix()
    hosts = [Namespace(f"{prefix}-dump{number}") for number in range(WORKERS)]
    for host in hosts:
        run("ip", "netns", "add", host.name)
        lines = ["link set lo up"]
        for name, address in ADDRESSES.items():
            lines += [f"link add {name} type veth peer name p{name}", f"link set {name} up", f"link set p{name} up"]
            lines.append(f"addr add {address} dev {name}")
        batch(lines, inside=host)
    free = list(hosts)

    def ask(file: Path) -> str:
        host = free.pop()
        try:
            return dump(host, file, tmp_path_factory.mktemp(file.stem))
        finally:
            free.append(host)

    tmp_path_factory.getbasetemp()  # made here, once: several threads would each try to
    try:
        with ThreadPoolExecutor(WORKERS) as pool:
            yield dict(zip((file.name for file in FILES), pool.map(ask, FILES), strict=True))
    finally:
        for host in hosts:
            host.remove()


def dump(host: Namespace, file: Path, directory: Path) -> str:
    """Start keepalived, have it write down its configuration, and end it."""
    pids = [f"-{flag}{directory}/{name}.pid" for flag, name in (("p", "parent"), ("r", "vrrp"), ("c", "check"))]
    command = ["env", f"TMPDIR={directory}", "keepalived", "-n", "-l", "-D", "-G", "-P", "-f", str(file), *pids]
    with (directory / "log").open("wb") as log:
        process = host.popen(command, output=log)
        try:
            wait(lambda: " Entering " in (directory / "log").read_text(), f"{file.name}: keepalived did not start")
            os.kill(process.pid, signal.SIGUSR1)
            target = directory / "keepalived.data"
            wait(lambda: target.exists() and "< Interfaces >" in target.read_text(), f"{file.name}: no dump")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{(directory / 'log').read_text()[-2000:]}") from None
        finally:
            process.terminate()
            process.wait(WAIT_S)
    return target.read_text()  # all of it: who writes it ends behind the last line


def wait(happened, failure: str) -> None:
    """Until it has happened."""
    deadline = time.monotonic() + WAIT_S
    while not happened():
        assert time.monotonic() < deadline, failure
        time.sleep(0.02)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_field_is_what_keepalived_dumps(dumps: dict[str, str], file: Path):
    config = load(str(file), config_id="x").config
    assert config is not None
    theirs = read_dump(dumps[file.name])
    ours = {"VRRP Topology": instances(config), **definitions(config)}
    for section, records in ours.items():
        known = theirs.get(section, {})
        assert set(records) == set(known), section
        for name, fields in records.items():
            assert differences(fields, known[name]) == [], f"{section}: {name}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_globals_and_static_objects_are_what_keepalived_dumps(dumps: dict[str, str], file: Path):
    loaded = load(str(file), config_id="x")
    ours, static = spoken(loaded), static_objects(loaded)
    theirs, sections = read_globals(dumps[file.name])
    if "nftables table name" not in ours:  # not named, so ours has a table of its own if one is needed
        theirs = {label: value for label, value in theirs.items() if not label.startswith(FILTER)}
    different = {each: (ours.get(each), theirs.get(each)) for each in {*ours, *theirs}}
    assert {each: both for each, both in different.items() if both[0] != both[1]} == {}
    # For global intervals keepalived makes groups of its own.
    known = {title: lines for title, lines in sections.items() if title in static or not title.startswith("GARP")}
    assert static == known


def test_the_comparison_finds_differences(dumps: dict[str, str]):
    theirs = read_dump(dumps["defaults.conf"])["VRRP Topology"]["A"]
    config = load(str(FILES[0].with_name("version-3.conf")), config_id="x").config
    assert config is not None
    labels = {found.partition(":")[0] for found in differences(instances(config)["A"], theirs)}
    assert {"VRRP Version", "Advert interval", "Priority"} <= labels
