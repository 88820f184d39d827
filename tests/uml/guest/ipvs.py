"""What the IPVS tests share: a namespace, the backend at work in it, and ipvsadm's view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import trio

from standfast.api import Address, Entrance, Forwarding, LvsGlobals, Member, Pool, PoolChange
from standfast.lab.namespace import Namespace, batch, unique_prefix
from standfast_lb.ipvs.backend import IpvsLoadBalancer

T = TypeVar("T")


@contextmanager
def namespace(name: str) -> Iterator[Namespace]:
    """One with loopback up."""
    made = Namespace(f"{unique_prefix()}-{name}")
    batch([f"netns add {made.name}"])
    batch(["link set lo up"], inside=made)
    try:
        yield made
    finally:
        made.remove()


def inside(place: Namespace, work: Callable[[IpvsLoadBalancer], Awaitable[T]]) -> T:
    """Run it with a backend that lives in a namespace."""

    async def run() -> T:
        backend = IpvsLoadBalancer()
        with trio.fail_after(60):
            try:
                return await work(backend)
            finally:
                await backend.stop(leave=True)

    with place.entered():
        assert IpvsLoadBalancer.lacking() == ""
        return trio.run(run)


def saved(place: Namespace) -> list[str]:
    """`ipvsadm -Sn`, line by line."""
    return [line.strip() for line in place.run("ipvsadm", "-Sn").splitlines()]


def pool(name: str = "web", *, members: tuple[Member, ...] = (), **fields: Any) -> Pool:
    """TCP port 80 of 192.0.2.1, round robin, unless said otherwise."""
    vip = Address.parse("192.0.2.1")
    usual = {
        "family": 4,
        "protocol": "TCP",
        "entrances": (Entrance(first=vip, last=vip, port=80),),
        "scheduler": "rr",
    }
    return Pool(name=name, members=members, **(usual | fields))


def member(address: str, port: int = 80, weight: int = 1, method: Any = "NAT", **fields: Any) -> Member:
    """A server."""
    way = fields.pop("forwarding", Forwarding(method=method))
    return Member(address=Address.parse(address), port=port, weight=weight, forwarding=way, **fields)


async def started(backend: IpvsLoadBalancer, *pools: Pool, settings: LvsGlobals | None = None) -> None:
    """With these pools in the kernel, all of them taken."""
    assert await backend.start(settings or LvsGlobals(), adopt=()) == ()
    assert await backend.apply([PoolChange(old=None, new=each) for each in pools]) == ()
