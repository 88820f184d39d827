"""The difference of two tables, and what follows from refusals; pretended kernels obey and disobey."""

from __future__ import annotations

import errno

from hypothesis import given
from hypothesis import strategies as st

from standfast.api import Address, Entrance, Forwarding, Member, Pool, PoolChange
from standfast_lb.ipvs.backend import IpvsLoadBalancer
from standfast_lb.ipvs.changes import Operation, difference, remedies
from standfast_lb.ipvs.table import Entry, table_of
from standfast_lb.ipvs.wire import Command

VIP = Address.parse("192.0.2.1")


def pool(*members: Member, name: str = "web", scheduler: str = "rr", last: str = "192.0.2.1", port: int = 80) -> Pool:
    entrance = Entrance(first=VIP, last=Address.parse(last), port=port)
    return Pool(name=name, family=4, protocol="TCP", entrances=(entrance,), scheduler=scheduler, members=members)


def member(number: int, weight: int = 1, method: str = "NAT") -> Member:
    way = Forwarding(method=method)
    return Member(address=Address(4, bytes((10, 0, 0, number))), port=80, weight=weight, forwarding=way)


def words(old: list[Pool], new: list[Pool]) -> list[str]:
    """Without `ipvsadm`."""
    both = {each.name: (each, None) for each in old}
    for each in new:
        both[each.name] = (both.get(each.name, (None, None))[0], each)
    changes = [PoolChange(old=before, new=after) for before, after in both.values()]
    return [line.removeprefix("ipvsadm ") for line in IpvsLoadBalancer.render(changes, None)]


def test_an_unchanged_pool_costs_nothing():
    assert words([pool(member(1), member(2))], [pool(member(1), member(2))]) == []


def test_only_what_differs_is_touched_and_what_goes_comes_last():
    old = pool(member(1), member(2), member(3))
    new = pool(member(1), member(2, weight=5), member(4))
    assert words([old], [new]) == [
        "-e -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 5",
        "-a -t 192.0.2.1:80 -r 10.0.0.4:80 -m -w 1",
        "-d -t 192.0.2.1:80 -r 10.0.0.3:80",
    ]


def test_another_scheduler_is_an_edit():
    assert words([pool(member(1))], [pool(member(1), scheduler="wlc")]) == ["-E -t 192.0.2.1:80 -s wlc"]


def test_another_method_is_an_edit_where_the_place_stays():
    assert words([pool(member(1))], [pool(member(1, method="DR"))]) == ["-e -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1"]


def test_a_service_goes_with_its_destinations():
    assert words([pool(member(1), member(2))], []) == ["-D -t 192.0.2.1:80"]


def test_a_service_that_only_changes_its_name_is_not_touched():
    assert words([pool(member(1))], [pool(member(1), name="other")]) == []


def test_a_longer_range_adds_what_is_new():
    assert words([pool(member(1))], [pool(member(1), last="192.0.2.2")]) == [
        "-A -t 192.0.2.2:80 -s rr",
        "-a -t 192.0.2.2:80 -r 10.0.0.1:80 -m -w 1",
    ]


members = st.lists(st.builds(member, st.integers(1, 5), st.integers(0, 3)), max_size=5).map(tuple)
pools = st.lists(
    st.builds(
        lambda port, own, scheduler: pool(*own, name=str(port), scheduler=scheduler, port=port),
        st.integers(80, 83),
        members,
        st.sampled_from(["rr", "wlc"]),
    ),
    max_size=4,
    unique_by=lambda each: each.name,
)


class Pretended:
    """A kernel's table, with its errors."""

    def __init__(self, table):
        self.table = {key: (entry.service, dict(entry.dests)) for key, entry in table.items()}

    def perform(self, operation: Operation) -> int:
        command, key = operation.command, operation.key
        if command is Command.NEW_SERVICE:
            if key in self.table:
                return errno.EEXIST
            self.table[key] = (operation.service, {})
            return 0
        if key not in self.table:
            return errno.ESRCH
        dests = self.table[key][1]
        if command is Command.SET_SERVICE:
            self.table[key] = (operation.service, dests)
        elif command is Command.DEL_SERVICE:
            del self.table[key]
        elif command is Command.NEW_DEST and operation.dest_key in dests:
            return errno.EEXIST
        elif command in (Command.SET_DEST, Command.DEL_DEST) and operation.dest_key not in dests:
            return errno.ENOENT
        elif command is Command.DEL_DEST:
            del dests[operation.dest_key]
        else:
            dests[operation.dest_key] = operation.dest
        return 0

    def settle(self, operations, wanted) -> int:
        """As the backend does; gives the number of rounds."""
        rounds = 0
        while operations:
            rounds += 1
            assert rounds <= 4
            failed = [(each, number) for each in operations if (number := self.perform(each))]
            operations, refused = remedies(failed, wanted)
            assert not refused
        return rounds

    def as_table(self):
        return {key: (service, dests) for key, (service, dests) in self.table.items()}


def plain(table: dict[object, Entry]) -> dict[object, object]:
    return {key: (entry.service, dict(entry.dests)) for key, entry in table.items()}


@given(pools, pools)
def test_the_difference_leads_from_one_to_the_other(before, after):
    old, new = table_of(before, {}), table_of(after, {})
    kernel = Pretended(old)
    assert kernel.settle(difference(old, new), new) <= 1
    assert kernel.as_table() == plain(new)
    assert difference(new, new) == []


@given(pools, pools, pools)
def test_whatever_is_really_there_what_changes_gets_its_way(believed, real, after):
    """Somebody else has been at it: all that we touch is right afterwards."""
    old, new = table_of(believed, {}), table_of(after, {})
    kernel = Pretended(table_of(real, {}))
    operations = difference(old, new)
    kernel.settle(operations, new)
    for operation in operations:
        service, dests = kernel.table.get(operation.key, (None, {}))
        if operation.key not in new:
            assert service is None
        elif operation.dest_key is None:
            assert service == new[operation.key].service
        elif operation.command is not Command.DEL_DEST:
            assert dests[operation.dest_key] == new[operation.key].dests[operation.dest_key]


def test_a_refusal_that_nothing_helps_against_stands():
    table = table_of([pool(member(1))], {})
    service, dest = difference({}, table)
    again, refused = remedies([(service, errno.ENOENT), (dest, errno.ESRCH)], table)
    assert again == []
    assert refused == [(service, errno.ENOENT)], "one complaint for a service, not another for each server"
