"""What is left of servers that have gone, as connection tracking is asked to delete it."""

from __future__ import annotations

import errno

import pytest

from standfast.api import Address, Entrance, Member, Persistence, Pool
from standfast_lb.nftables.aftermath import _FEW, _MANY, Aftermath, Change
from standfast_lb.nftables.names import tables
from standfast_lb.nftables.parts import NOTHING
from standfast_lb.nftables.schedule import Memory
from standfast_lb.nftables.services import Ground, part_of

NAT, DIRECT = tables("")
GROUND = Ground(NAT, DIRECT, lambda server: ("eth0", 1))


class Tracking:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.refuses = 0

    def purge(self, flow) -> None:
        self._note("one", 1)

    def purge_of(self, flow, servers) -> None:
        self._note("service", len(servers))

    def purge_any(self, flows) -> None:
        self._note("everything", len(flows))

    def _note(self, how: str, count: int) -> None:
        if self.refuses:
            raise OSError(self.refuses, "Operation not permitted")
        self.asked.append((how, count))


def pool(*servers: int, name: str = "web", **more) -> Pool:
    vip = Address.parse("192.0.2.1")
    return Pool(
        name=name,
        family=4,
        protocol="TCP",
        entrances=(Entrance(first=vip, last=vip, port=80),),
        scheduler="rr",
        members=tuple(Member(address=Address.parse(f"10.0.0.{number}"), port=8080) for number in servers),
        **more,
    )


@pytest.fixture
def tracking() -> Tracking:
    return Tracking()


@pytest.fixture
def aftermath(tracking) -> Aftermath:
    return Aftermath(None, tracking)  # no channel: nobody here is remembered as a client


def leave(aftermath: Aftermath, old: Pool, new: Pool | None) -> None:
    parts = (NOTHING if each is None else part_of(each, GROUND, Memory()) for each in (old, new))
    aftermath.settle(Change(old, new, *parts))


def purged(aftermath: Aftermath, **pools: Pool) -> tuple:
    return aftermath.purge(aftermath.departed(pools))


def test_few_servers_are_asked_for_one_by_one_and_many_as_a_service(aftermath, tracking):
    leave(aftermath, pool(1, 2, 3), pool(3))
    assert purged(aftermath, web=pool(3)) == ()
    assert tracking.asked == [("one", 1)] * 2
    assert aftermath.departed({}) == [], "each once"
    leave(aftermath, pool(*range(_FEW + 2)), pool(0))
    purged(aftermath, web=pool(0))
    assert tracking.asked[2:] == [("service", _FEW + 1)]


def test_of_very_many_everything_is_read_once(aftermath, tracking):
    for number in range(_MANY + 1):
        leave(aftermath, pool(number, name=f"web{number}"), pool(name=f"web{number}"))
    purged(aftermath)
    assert tracking.asked == [("everything", _MANY + 1)]


def test_who_is_back_by_then_keeps_its_connections(aftermath, tracking):
    leave(aftermath, pool(1, 2), pool())
    purged(aftermath, web=pool(2))
    assert tracking.asked == [("one", 1)]
    leave(aftermath, pool(1), pool())
    purged(aftermath, web=pool(1))
    assert tracking.asked == [("one", 1)]


def test_what_cannot_be_deleted_is_told_and_a_stop_is_no_failure(aftermath, tracking):
    tracking.refuses = errno.EPERM
    leave(aftermath, pool(1), None)
    (failure,) = purged(aftermath)
    assert (failure.pool, failure.words) == (
        "web",
        "connections of servers that have gone stay until they time out: Operation not permitted",
    )
    tracking.refuses = errno.ECANCELED
    leave(aftermath, pool(1), None)
    assert purged(aftermath) == ()


def test_what_a_sorry_server_has_begun_it_may_end(aftermath, tracking):
    leave(aftermath, pool(9, serving="sorry"), pool(1))
    leave(aftermath, pool(1, persistence=Persistence()), None)  # nobody to forget: its map goes with it
    purged(aftermath)
    assert tracking.asked == [("one", 1)]
