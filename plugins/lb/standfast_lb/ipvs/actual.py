"""What stands in the kernel beside what should: differences, pools as found, statistics. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from msgspec import structs

from standfast.api import Counters, Pool, PoolStatistics, Repair
from standfast_lb.ipvs.changes import Operation, whole
from standfast_lb.ipvs.entries import LOCAL, Dest, DestKey, Service, ServiceKey, Usage
from standfast_lb.ipvs.notation import dest_settings, place, service_words, settings
from standfast_lb.ipvs.table import Entry, Table, keys_of, place_of
from standfast_lb.ipvs.wire import STATISTICS, Command

Actual = Mapping[ServiceKey, tuple[Service, Usage, Mapping[DestKey, tuple[Dest, Usage]]]]
"""Services of ours that are there, with all their destinations."""


def mended(
    wanted: Table, actual: Actual, once: Mapping[ServiceKey, Set[DestKey]]
) -> tuple[list[Operation], list[tuple[Operation, Repair]]]:
    """What sets the kernel right, and in words what was wrong, with the operation that it hangs on.

    ``once``: destinations that were ours at some time; those that never were stay, as somebody else's.
    """
    operations: list[Operation] = []
    repairs: list[tuple[Operation, Repair]] = []
    for key, entry in wanted.items():
        if key not in actual:
            steps = list(whole(key, entry))
            operations += steps
            repairs.append((steps[0], Repair(pool=entry.pool, words=f"service {service_words(key)} was gone")))
            continue
        for operation, words in _differences(key, entry, actual, once.get(key, frozenset())):
            operations.append(operation)
            repairs.append((operation, Repair(pool=entry.pool, words=words)))
    return operations, repairs


def _differences(key: ServiceKey, entry: Entry, actual: Actual, once: Set[DestKey]) -> Iterator[tuple[Operation, str]]:
    service, _usage, dests = actual[key]
    where = service_words(key)
    if service != entry.service:
        was, now = " ".join(settings(key, service)), " ".join(settings(key, entry.service))
        yield (
            Operation(Command.SET_SERVICE, entry.pool, key, entry.service),
            f"service {where} was {was}, is {now} again",
        )
    for dest_key, dest in entry.dests.items():
        server = f"server {place(dest_key)} of {where}"
        if dest_key not in dests:
            yield Operation(Command.NEW_DEST, entry.pool, key, dest_key=dest_key, dest=dest), f"{server} was gone"
            continue
        found = _comparable(dests[dest_key][0], dest)
        if found != dest:
            was, now = " ".join(dest_settings(found)), " ".join(dest_settings(dest))
            step = Operation(Command.SET_DEST, entry.pool, key, dest_key=dest_key, dest=dest)
            yield step, f"{server} was {was}, is {now} again"
    for dest_key in dests:
        if dest_key in once and dest_key not in entry.dests:
            step = Operation(Command.DEL_DEST, entry.pool, key, dest_key=dest_key)
            yield step, f"server {place(dest_key)} of {where} was back, and is gone again"


def _comparable(found: Dest, wanted: Dest) -> Dest:
    """The kernel may make LOCAL of any method if the server is this machine."""
    return found._replace(method=wanted.method) if found.method == LOCAL else found


def pool_as_found(pool: Pool, mark: int | None, actual: Actual) -> Pool | None:
    """With the members that all its services have, at their weights; None: no service of it is there."""
    services = [(key.port, actual[key]) for key in keys_of(pool, mark) if key in actual]
    if not services:
        return None
    members = []
    for member in pool.members:
        found = [dests.get(place_of(member, port)) for port, (_service, _usage, dests) in services]
        if found[0] is not None and None not in found:
            members.append(structs.replace(member, weight=found[0][0].weight))
    return structs.replace(pool, scheduler=services[0][1][0].scheduler, members=tuple(members))


def statistics_of(pool: Pool, mark: int | None, actual: Actual) -> PoolStatistics:
    """Sums over the services of a pool; a member is counted wherever it stands."""
    services = [(key.port, actual[key]) for key in keys_of(pool, mark) if key in actual]
    members: dict[str, list[Usage]] = {}
    for member in pool.members:
        found = [dests.get(place_of(member, port)) for port, (_service, _usage, dests) in services]
        members[f"[{member.address}]:{member.port}"] = [each[1] for each in found if each is not None]
    now = [usage for usages in members.values() for usage in usages]
    totals = [usage for _port, (_service, usage, _dests) in services]
    return PoolStatistics(
        pool=_sum(totals, now), members={name: _sum(usages, usages) for name, usages in members.items()}
    )


def _sum(usages: Iterable[Usage], now: Iterable[Usage]) -> Counters:
    known = [usage.counters for usage in usages if usage.counters]
    there = list(now)
    sums = {name: sum(each[name] for each in known) for name in STATISTICS} if known else {}
    return Counters(
        **sums,
        active=sum(usage.active for usage in there),
        inactive=sum(usage.inactive for usage in there),
        persistent=sum(usage.persistent for usage in there),
    )
