"""What is programmed, how, and how long it may take: one record for each data plane."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from standfast.api import Address, Entrance, LoadBalancer, LvsGlobals, Member, Pool, PoolChange

VIP = Address.parse("192.0.2.1")


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do: from ``before`` (None: nothing is there) to ``after``; the most that it may take."""

    name: str
    before: Pool | None
    after: Pool
    limit_ms: float | None

    @property
    def change(self) -> PoolChange:
        """As a backend gets it."""
        return PoolChange(old=self.before, new=self.after)


@dataclass(slots=True)
class Timing:
    """Every sample of one piece of work by one program, in milliseconds."""

    work: Work
    who: str
    samples: list[float] = field(default_factory=list)

    @property
    def best(self) -> float:
        """The least disturbed one."""
        return min(self.samples)


def service(count: int, *, without: int = -1) -> Pool:
    """A TCP service with so many servers in 10.0.0.0/8, one of them perhaps left out."""
    servers = (10 << 24 | 1 << 16 | number for number in range(1, count + 1) if number - 1 != without)
    members = tuple(Member(address=Address.unpack(each.to_bytes(4, "big")), port=8080) for each in servers)
    entrance = Entrance(first=VIP, last=VIP, port=80)
    return Pool(
        name="[192.0.2.1]:tcp:80",
        family=4,
        protocol="TCP",
        entrances=(entrance,),
        scheduler="rr",
        members=members,
    )


def works(limits: dict[int, tuple[float | None, float | None]]) -> Iterator[Work]:
    """For each number of servers: all of them anew, one that fails, and all that fail together."""
    for count, (full, one) in limits.items():
        yield Work(f"{count} servers, full", None, service(count), full)
        if count > 1:
            yield Work(f"1 of {count} fails", service(count), service(count, without=count // 2), one)
            yield Work(f"{count} fail together", service(count), service(0), one)


async def by_backend(make: Callable[[], LoadBalancer], work: Work) -> float:
    """Milliseconds that a backend takes from the change to the kernel's answer."""
    balancer = make()
    await balancer.start(LvsGlobals(), adopt=())
    try:
        if work.before is not None:
            await balancer.apply([PoolChange(old=None, new=work.before)])
        began = time.perf_counter()
        failures = await balancer.apply([work.change])
        took = time.perf_counter() - began
    finally:
        await balancer.stop(leave=False)
    if failures:
        raise RuntimeError(f"{work.name}: {failures[0].words}")
    return took * 1000


def by_tool(tool: Callable[[Path], None], make: type[LoadBalancer], work: Work, directory: Path) -> float:
    """Milliseconds that the usual tool takes for the same commands from a file, its own start included."""
    for name, change in (("before", PoolChange(old=None, new=work.before)), ("after", work.change)):
        file = directory / name
        file.write_text("\n".join(make.render([change], LvsGlobals())) + "\n")
    if work.before is not None:
        tool(directory / "before")
    began = time.perf_counter()
    tool(directory / "after")
    return (time.perf_counter() - began) * 1000
