from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from standfast.api import Address, Entrance, Forwarding, Member, Persistence, Pool
from standfast.net.nft.commands import AddElements, DeleteElements
from standfast_lb.nftables.names import tables
from standfast_lb.nftables.normal import normal
from standfast_lb.nftables.ruleset import Ruleset
from standfast_lb.nftables.services import Ground
from standfast_lb.nftables.timeouts import Timeouts

specification = importlib.util.spec_from_file_location("nft_kernel", Path(__file__).with_name("kernel.py"))
module = importlib.util.module_from_spec(specification)
sys.modules[module.__name__] = module
specification.loader.exec_module(module)
Kernel = module.Kernel

NAT, DIRECT = tables("")
GROUND = Ground(NAT, DIRECT, lambda server: (f"eth{server.packed[-1] % 2}", server.packed[-1] % 2 + 1))
TIMED = replace(GROUND, timeouts=Timeouts(tcp=77, tcpfin=9, udp=33))
DEVICES = ("eth0", "eth1")
COUNTERS = ("con", "in", "out")


def member(number: int, weight: int, method: str, port: int = 80) -> Member:
    return Member(
        address=Address.parse(f"10.0.0.{number}"), port=port, weight=weight, forwarding=Forwarding(method=method)
    )


@st.composite
def pools(draw, name: str) -> Pool | None:
    if draw(st.integers(0, 5)) == 0:
        return None
    number = int(name[-1])
    method = draw(st.sampled_from(["NAT", "NAT", "DR"]))
    vip = Address.parse(f"192.0.2.{number}")
    kind = draw(st.sampled_from(["exact", "range", "mark"]))
    protocol = draw(st.sampled_from(["TCP", "UDP"]))
    entrance = {
        "exact": Entrance(first=vip, last=vip, port=80),
        "range": Entrance(first=vip, last=vip, port=80, last_port=90),
        "mark": Entrance(mark=number, family=4),
    }[kind if method == "NAT" else "exact"]
    marked = entrance.first is None
    flags = set()
    persistence = draw(st.sampled_from([None, None, Persistence(granularity=24), Persistence(timeout_s=10)]))
    if protocol == "UDP" and kind == "exact" and persistence is None and draw(st.booleans()):
        flags.add("ops")
    if draw(st.booleans()):
        flags.add("flag-2")
    return Pool(
        name=name,
        family=4,
        protocol="" if marked else protocol,
        entrances=(entrance,),
        scheduler=draw(st.sampled_from(["rr", "wrr", "wlc", "sh", "mh", "dh", "fo", "random"])),
        flags=frozenset(flags),
        forwarding=Forwarding(method=method, masquerade=method == "NAT" and draw(st.booleans())),
        persistence=persistence,
        members=tuple(
            member(n + 10 * number if "ops" in flags else n, draw(st.integers(0, 3)), method)
            for n in sorted(draw(st.sets(st.integers(1, 6))))
        ),
    )


CHANGES = st.lists(
    st.dictionaries(st.sampled_from(["p1", "p2", "p3"]), st.none(), min_size=1).flatmap(
        lambda names: st.fixed_dictionaries({name: pools(name) for name in names})
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=30, deadline=None)
@given(CHANGES, st.sampled_from([GROUND, TIMED]))
def test_edits_lead_to_what_a_fresh_start_would_make(changes, ground):
    kernel, ruleset = Kernel(), Ruleset(NAT, DIRECT)
    wanted: dict[str, Pool] = {}
    for change in changes:
        step = ruleset.step({name: pool and normal(pool) for name, pool in change.items()}, ground, DEVICES)
        kernel.do(step.commands)
        ruleset.take(step)
        wanted.update(change)
        wanted = {name: pool for name, pool in wanted.items() if pool is not None}
    fresh_kernel, fresh = Kernel(), ruleset.afresh()
    step = fresh.step({name: normal(pool) for name, pool in wanted.items()}, ground, DEVICES)
    fresh_kernel.do(step.commands)
    assert kernel.tables == fresh_kernel.tables
    assert without_order(kernel.seen()) == without_order(fresh_kernel.seen())


def without_order(seen: dict) -> dict:
    """Counters may remember servers that have gone."""
    sets = {place: found for place, found in seen["sets"].items() if not place[1].startswith(COUNTERS)}
    return {"chains": seen["chains"], "sets": sets, "timeouts": seen["timeouts"]}


@settings(max_examples=30, deadline=None)
@given(pools("p1"), pools("p2"))
def test_what_has_not_changed_needs_no_command(first, second):
    ruleset = Ruleset(NAT, DIRECT)
    wanted = {pool.name: normal(pool) for pool in (first, second) if pool}
    ruleset.take(ruleset.step(wanted, GROUND, DEVICES))
    assert ruleset.step(wanted, GROUND, DEVICES).commands == ()


def test_one_of_many_servers_is_few_edits():
    ruleset = Ruleset(NAT, DIRECT)
    servers = tuple(
        Member(address=Address.parse(f"10.1.{n // 250}.{n % 250 + 1}"), port=80, weight=1) for n in range(1000)
    )
    vip = Address.parse("192.0.2.1")
    pool = Pool(
        name="p1", family=4, protocol="TCP", entrances=(Entrance(first=vip, last=vip, port=80),), members=servers
    )
    ruleset.take(ruleset.step({"p1": normal(pool)}, GROUND, DEVICES))
    fewer = normal(Pool(**{field: getattr(pool, field) for field in pool.__struct_fields__} | {"members": servers[1:]}))
    step = ruleset.step({"p1": fewer}, GROUND, DEVICES)
    assert len(step.commands) <= 3
    assert sum(len(command.elements) for command in step.commands) <= 4


def test_mixed_methods_are_refused_and_idle_servers_of_another_method_left_out():
    base = {
        "name": "p1",
        "family": 4,
        "protocol": "TCP",
        "entrances": (Entrance(first=Address.parse("192.0.2.1"), last=Address.parse("192.0.2.1"), port=80),),
    }
    with pytest.raises(ValueError, match="cannot mix NAT and DR"):
        normal(Pool(**base, members=(member(1, 1, "NAT"), member(2, 1, "DR"))))
    kept = normal(Pool(**base, members=(member(1, 1, "NAT"), member(2, 0, "DR"))))
    assert [each.address.packed[-1] for each in kept.members] == [1]
    sorry = normal(Pool(**base, forwarding=Forwarding(method="DR"), members=(member(3, 1, "NAT"),)))
    assert sorry.forwarding.method == "NAT"


def crowd(*numbers: int) -> Pool:
    vip = Address.parse("192.0.2.9")
    entrance = Entrance(first=vip, last=vip, port=80)
    members = tuple(member(number, 1, "NAT") for number in numbers)
    return Pool(name="p9", family=4, protocol="TCP", entrances=(entrance,), scheduler="rr", members=members)


def counter_edits(ruleset: Ruleset, *numbers: int) -> int:
    """How many elements that count come and go."""
    step = ruleset.step({"p9": normal(crowd(*numbers))}, GROUND, DEVICES)
    ruleset.take(step)
    sets = [(each.set.name, each.elements) for each in step.commands if isinstance(each, AddElements | DeleteElements)]
    return sum(len(elements) for name, elements in sets if name.startswith(COUNTERS))


def test_servers_that_fail_together_and_come_back_cost_no_counters():
    ruleset = Ruleset(NAT, DIRECT)
    assert counter_edits(ruleset, *range(1, 101)) == 300
    assert counter_edits(ruleset) == 0
    assert counter_edits(ruleset, 200) == 3  # the sorry server
    assert counter_edits(ruleset, *range(1, 101)) == 0


def test_a_server_that_has_failed_is_still_known_as_a_client():
    ruleset, kernel = Ruleset(NAT, DIRECT), Kernel()
    for numbers in ((1, 2), (2,), ()):
        step = ruleset.step({"p9": normal(crowd(*numbers))}, GROUND, DEVICES)
        kernel.do(step.commands)
        ruleset.take(step)
        known = kernel.seen()["sets"][NAT, "rs4"]
        assert sorted(key[-1] for key in known) == [1, 2]
    kernel.do(ruleset.step({"p9": None}, GROUND, DEVICES).commands)
    assert kernel.tables == set()


@pytest.mark.parametrize("port", [0, 80])
def test_servers_of_a_mark_are_known_as_clients_by_the_ip_version_that_it_has_now(port):
    ruleset, kernel = Ruleset(NAT, DIRECT), Kernel()
    for family, server in ((4, "10.0.0.1"), (6, "fd00::1"), (4, "10.0.0.1"), (6, "fd00::1")):
        address = Address.parse(server)
        mark, members = Entrance(mark=1, family=family), (Member(address=address, port=port),)
        pool = Pool(name="p1", family=family, protocol="", entrances=(mark,), members=members)
        step = ruleset.step({"p1": normal(pool)}, GROUND, DEVICES)
        kernel.do(step.commands)
        ruleset.take(step)
        known = {place[1]: set(keys) for place, keys in kernel.seen()["sets"].items() if place[1].startswith("rs")}
        assert known == {f"rs{family}": {address.packed}}


def services(count: int, *, alive: bool) -> dict[str, Pool]:
    found = {}
    for number in range(1, count + 1):
        vip = Address.parse(f"192.0.2.{number}")
        pool = structs.replace(crowd(*[number] * alive), name=f"[{vip}]:tcp:80")
        found[pool.name] = structs.replace(pool, entrances=(Entrance(first=vip, last=vip, port=80),))
    return found


def test_of_many_services_that_fail_together_each_shared_map_changes_once():
    ruleset = Ruleset(NAT, DIRECT)
    for alive in (True, False, True):
        step = ruleset.step(services(50, alive=alive), GROUND, DEVICES)
        ruleset.take(step)
        shared = [each.set.name for each in step.commands if isinstance(each, AddElements | DeleteElements)]
        shared = [name for name in shared if not name.startswith("sl_")]
        assert len(shared) == len(set(shared))
    assert set(shared) == {"vs4", "down4"}


def test_two_services_of_one_address_are_for_the_kernel_to_refuse():
    ruleset = Ruleset(NAT, DIRECT)
    twice = {name: structs.replace(crowd(1), name=name) for name in ("p1", "p2")}
    commands = ruleset.step(twice, GROUND, DEVICES).commands
    assert [each.set.name for each in commands if isinstance(each, AddElements)].count("vs4") == 2


def test_other_time_outs_are_other_policies_and_rules_and_nothing_else():
    ruleset, kernel = Ruleset(NAT, DIRECT), Kernel()
    seen = []
    for ground in (GROUND, TIMED, replace(GROUND, timeouts=Timeouts(tcp=5)), GROUND):
        step = ruleset.step({"p9": normal(crowd(1, 2))}, ground, DEVICES)
        kernel.do(step.commands)
        ruleset.take(step)
        assert not seen or not any(isinstance(each, AddElements | DeleteElements) for each in step.commands)
        seen.append(sorted(name for _table, name in kernel.timeouts))
    assert seen == [[], ["tcp4_77_9"], ["tcp4_5_0"], []]


def test_those_of_servers_that_never_come_back_go_in_the_end():
    ruleset = Ruleset(NAT, DIRECT)
    for number in range(1, 60):
        counter_edits(ruleset, number)
        assert len(ruleset.memories["p9"].seen) <= 19


def test_what_all_share_is_made_once():
    ruleset = Ruleset(NAT, DIRECT)
    counter_edits(ruleset, 1, 2)
    frame = ruleset.frame
    counter_edits(ruleset, 1)
    assert ruleset.frame.chains is frame.chains
    ruleset.take(ruleset.step({"p9": None}, GROUND, DEVICES))
    assert not ruleset.frame.chains
    assert not ruleset.needs
