"""What is found beside what is wanted."""

from __future__ import annotations

from standfast.api import Address, Entrance, Forwarding, Member, Pool
from standfast_lb.ipvs.actual import mended, pool_as_found, statistics_of
from standfast_lb.ipvs.entries import LOCAL, Usage
from standfast_lb.ipvs.table import table_of
from standfast_lb.ipvs.wire import STATISTICS

A, B = (Address.parse(f"192.0.2.{number}") for number in (1, 2))
ONE, TWO = (Member(address=Address.parse(f"10.0.0.{number}"), port=8080) for number in (1, 2))
POOL = Pool(
    name="web",
    family=4,
    protocol="TCP",
    entrances=(Entrance(first=A, last=B, port=80),),
    members=(ONE, TWO),
    group="web",
)
TABLE = table_of([POOL], {})


def usage(number: int) -> Usage:
    return Usage(dict.fromkeys(STATISTICS, number), number, number, number)


def found(number: int = 1):
    return {
        key: (entry.service, usage(10 * number), {place: (dest, usage(number)) for place, dest in entry.dests.items()})
        for key, entry in TABLE.items()
    }


def test_what_is_right_needs_nothing():
    assert mended(TABLE, found(), {}) == ([], [])
    assert pool_as_found(POOL, None, found()) == POOL


def test_a_server_counts_as_there_only_if_all_services_have_it():
    actual = found()
    key = next(iter(actual))
    del actual[key][2][next(iter(actual[key][2]))]
    assert pool_as_found(POOL, None, actual).members == (TWO,)
    assert pool_as_found(POOL, None, {}) is None


def test_the_kernels_local_is_any_method():
    actual = found()
    for _, _, dests in actual.values():
        for place, (dest, used) in dests.items():
            dests[place] = (dest._replace(method=LOCAL), used)
    assert mended(TABLE, actual, {}) == ([], [])


def test_sums_over_all_services():
    sums = statistics_of(POOL, None, found(3))
    assert sums.pool.connections == 60
    assert sums.pool.active == 12
    assert sums.members["[10.0.0.1]:8080"].bytes_in == 6


def test_a_server_is_counted_by_its_own_port_whatever_the_kernel_has():
    direct = Member(address=Address.parse("10.0.0.1"), port=9999, forwarding=Forwarding(method="DR"))
    pool = Pool(
        name="web", family=4, protocol="TCP", entrances=(Entrance(first=A, last=A, port=80),), members=(direct,)
    )
    ((key, entry),) = table_of([pool], {}).items()
    actual = {key: (entry.service, usage(1), {place: (dest, usage(2)) for place, dest in entry.dests.items()})}
    assert statistics_of(pool, None, actual).members["[10.0.0.1]:9999"].connections == 2
