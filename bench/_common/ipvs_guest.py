"""Inside the guest: program the same tables by us, by `ipvsadm -R` and by keepalived, taking turns."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import trio

from standfast import clock
from standfast.api import Address, Code, Entrance, Failure, LvsGlobals, Member, Pool, PoolChange, bad
from standfast.config.load import load_text
from standfast.health.books import Books
from standfast.health.programmer import Programmer
from standfast_lb.ipvs.backend import IpvsLoadBalancer
from standfast_lb.ipvs.notation import saved
from standfast_lb.ipvs.table import table_of

COUNT = 1000
TOGETHER = f"{COUNT:,} servers fail together"
JUDGING, WAITING, PROGRAMMING = (f"of that, {part}" for part in ("judging", "waiting for others", "programming"))
TABLE = Path("/proc/net/ip_vs")
"""One line for each service and server; reading it costs less than asking ipvsadm."""
_KEEPALIVED_S = 25


def main() -> None:
    """``python -m _common.ipvs_guest FILE ROUNDS``."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    works = {
        "1 service x 1,000 servers": [_pool(0, COUNT)],
        "1,000 services x 1 server": [_pool(n, 1) for n in range(COUNT)],
    }
    subprocess.run(["modprobe", "ip_vs_rr"], check=True)
    for _round in range(int(sys.argv[2])):
        for work, pools in works.items():
            found[work]["standfast"].append(trio.run(_ours, pools))
            _flush()
            found[work]["ipvsadm"].append(_timed(["ipvsadm", "-R"], feed="\n".join(saved(table_of(pools, {}))) + "\n"))
            _flush()
            found[work]["keepalived"].append(_keepalived(pools))
            _flush()
        parts, command = _together()
        for work, took in parts.items():
            found[work]["standfast"].append(took)
        found[PROGRAMMING]["ipvsadm"].append(command)
        _flush()
        for work, mine, command in trio.run(_small, works["1 service x 1,000 servers"][0]):
            found[work]["standfast"].append(mine)
            found[work]["ipvsadm"].append(command)
        _flush()
    Path(sys.argv[1]).write_text(json.dumps(found))


def _pool(number: int, servers: int) -> Pool:
    vip = Address(4, bytes((10, 1, number >> 8, number & 255)))
    return Pool(
        name=str(number),
        family=4,
        protocol="TCP",
        entrances=(Entrance(first=vip, last=vip, port=80),),
        scheduler="rr",
        members=tuple(Member(address=Address(4, bytes((10, 2, n >> 8, n & 255))), port=80) for n in range(servers)),
    )


async def _ours(pools: Sequence[Pool]) -> float:
    """From desired pools to the last acknowledgement: difference, encoding, kernel."""
    backend = IpvsLoadBalancer()
    await backend.start(LvsGlobals(), adopt=())
    began = time.perf_counter()
    failures = await backend.apply([PoolChange(old=None, new=pool) for pool in pools])
    took = (time.perf_counter() - began) * 1000
    if failures:
        raise SystemExit(str(failures[0]))
    await backend.stop(leave=True)
    return took


async def _small(pool: Pool) -> list[tuple[str, float, float]]:
    """One server's weight in a full table, and reading that table: by us, and by a call of ipvsadm."""
    backend = IpvsLoadBalancer()
    await backend.start(LvsGlobals(), adopt=())
    await backend.apply([PoolChange(old=None, new=pool)])
    first, *others = pool.members
    changed = Pool(**_fields(pool), members=(Member(address=first.address, port=80, weight=7), *others))
    began = time.perf_counter()
    await backend.apply([PoolChange(old=pool, new=changed)])
    ours = (time.perf_counter() - began) * 1000
    theirs = _timed(["ipvsadm", "-e", "-t", "10.1.0.0:80", "-r", "10.2.0.0:80", "-m", "-w", "8"])
    began = time.perf_counter()
    (read,) = await backend.read()
    reading = (time.perf_counter() - began) * 1000
    if len(read.members) != COUNT:
        raise SystemExit(f"{len(read.members)} servers are there, not {COUNT}")
    await backend.stop(leave=True)
    return [
        (f"1 of {COUNT:,} servers changes", ours, theirs),
        (f"read back {COUNT:,} servers", reading, _timed(["ipvsadm", "-Sn"])),
    ]


def _together() -> tuple[dict[str, float], float]:
    """All servers of a service fail at one moment; ipvsadm takes out what was there in one call."""
    parts, full = trio.run(_failing)
    if len(full) != COUNT + 1 or len(_saved()) != 1:
        raise SystemExit(f"{len(full)} entries became {len(_saved())}")
    _flush()
    subprocess.run(["ipvsadm", "-R"], input="\n".join(full) + "\n", check=True, text=True)
    gone = (" ".join(["-d", *line.split()[1:5]]) for line in full if line.startswith("-a"))
    return parts, _timed(["ipvsadm", "-R"], feed="\n".join(gone) + "\n")


class _Timed(IpvsLoadBalancer):
    """Knows how long it took to program the last changes."""

    took = 0.0

    async def apply(self, changes: Sequence[PoolChange]) -> tuple[Failure, ...]:
        began = time.perf_counter()
        failures = await super().apply(changes)
        self.took = (time.perf_counter() - began) * 1000
        return failures


async def _failing() -> tuple[dict[str, float], list[str]]:
    """From the first result to the last acknowledgement: verdicts, quorum, difference, encoding, kernel."""
    config = load_text("\n".join(_block(_pool(0, COUNT), "TCP_CHECK {\n}"))).balancing
    books = Books(lambda service, told: None, lambda words: None)
    books.begin(config, clock.now())
    backend = _Timed()
    programmer = Programmer(backend, LvsGlobals(), books.pool, lambda level, event, words: sys.exit(words))
    books.heed = lambda service, told: programmer.touch(service.name)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(programmer.run, ())
        for name in books.services:
            programmer.touch(name)
        await programmer.programmed()
        full = _saved()
        seats = [seat for _checker, _owner, seat in books.wishes()]
        result, now = bad(Code.REFUSED, "connection refused"), clock.now()
        began = time.perf_counter()
        for seat in seats:
            seat.heard(result, now)
        judged = time.perf_counter()
        await programmer.programmed()
        whole = programmer.last_delay / 1000
        judging = (judged - began) * 1000
        nursery.cancel_scope.cancel()
    parts = {TOGETHER: whole, JUDGING: judging, WAITING: whole - judging - backend.took, PROGRAMMING: backend.took}
    return parts, full


def _saved() -> list[str]:
    return subprocess.run(["ipvsadm", "-Sn"], check=True, text=True, capture_output=True).stdout.splitlines()


def _fields(pool: Pool) -> dict[str, object]:
    names = ("name", "family", "protocol", "entrances", "scheduler")
    return {name: getattr(pool, name) for name in names}


def _timed(command: list[str], feed: str | None = None) -> float:
    began = time.perf_counter()
    subprocess.run(command, input=feed, check=True, text=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def _flush() -> None:
    subprocess.run(["ipvsadm", "-C"], check=True)


def _keepalived(pools: Sequence[Pool]) -> float:
    """From its first entry in the table to its last: what it does before, it does once."""
    config = Path("/run/keepalived-bench.conf")
    config.write_text("\n".join(line for pool in pools for line in _block(pool)) + "\n")
    wanted = len(pools) + sum(len(pool.members) for pool in pools)
    command = ["keepalived", "-f", str(config), "-C", "-n", "-p", "/run/kb.pid", "-c", "/run/kbc.pid"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        first, deadline = 0.0, time.perf_counter() + _KEEPALIVED_S
        while (lines := _lines()) < wanted:
            now = time.perf_counter()
            first = first or (now if lines else 0.0)
            if now > deadline:
                raise SystemExit(f"keepalived has made {lines} of {wanted} entries in {_KEEPALIVED_S} s")
            time.sleep(0.002)
        took = time.perf_counter() - (first or time.perf_counter())
        daemon.terminate()
    return took * 1000


def _lines() -> int:
    heading = 3
    return max(TABLE.read_bytes().count(b"\n") - heading, 0)


def _block(pool: Pool, check: str = "") -> Iterator[str]:
    yield f"virtual_server {pool.entrances[0].first} 80 {{\n protocol TCP\n lvs_sched rr\n lvs_method NAT"
    for member in pool.members:
        yield f" real_server {member.address} 80 {{\n  weight 1\n{check}\n }}"
    yield "}"


if __name__ == "__main__":
    main()
