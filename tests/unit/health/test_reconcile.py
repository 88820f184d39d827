"""What changes lead from one set of pools to another, and what pools a configuration asks for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from standfast.config.load import load_text
from standfast.contract.balancing import Entrance, Member, Pool
from standfast.health.reconcile import plan, pools_of, services_of
from standfast.values import Address


def pool(name: str, *weights: int) -> Pool:
    members = tuple(
        Member(address=Address.parse(f"10.0.0.{number}"), weight=weight) for number, weight in enumerate(weights)
    )
    return Pool(name=name, family=4, protocol="TCP", entrances=(), members=members)


POOLS = st.dictionaries(st.sampled_from("abcd"), st.lists(st.integers(0, 2), max_size=3)).map(
    lambda made: {name: pool(name, *weights) for name, weights in made.items()}
)


@given(POOLS, POOLS)
def test_a_plan_leads_there_and_touches_nothing_else(old, new):
    have = dict(old)
    for change in plan(old, new):
        assert change.old != change.new
        if change.old is not None:
            assert have.pop(change.old.name) == change.old
        if change.new is not None:
            have[change.new.name] = change.new
    assert have == new
    assert plan(new, new) == ()


def test_what_goes_goes_first():
    steps = plan({"a": pool("a", 1), "b": pool("b", 1)}, {"b": pool("b", 2), "c": pool("c")})
    assert [(each.old and each.old.name, each.new and each.new.name) for each in steps] == [
        ("a", None), ("b", "b"), (None, "c"),
    ]  # fmt: skip


TEXT = """
virtual_server_group web {
    192.0.2.10 80
    192.0.2.20-29 81
    fwmark 5 inet
}
virtual_server group web {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
    }
}
virtual_server fwmark 7 {
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 {
    }
}
"""


def test_entrances_of_groups_and_marks():
    services = services_of(load_text(TEXT).balancing, 0)
    pools = pools_of(list(services.values()))
    one, first, last = (Address.parse(f"192.0.2.{each}") for each in (10, 20, 29))
    assert pools["[web]:tcp"].entrances == (
        Entrance(first=one, last=one, port=80),
        Entrance(first=first, last=last, port=81),
        Entrance(mark=5, family=4),
    )
    assert pools["[web]:tcp"].group == "web"
    assert pools["FWM 7"].entrances == (Entrance(mark=7, family=4),)
    assert pools["FWM 7"].protocol == ""
