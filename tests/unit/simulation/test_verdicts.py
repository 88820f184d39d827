from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.matching import Node
from standfast.simulation.verdicts import simulate

NODE = """vrrp_script chk {{
    script /bin/true
    weight {weight}
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    priority {priority}
    {more}
    track_script {{
        chk
    }}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
}}
"""


def node(name: str, priority: int, weight: int = -60, more: str = "") -> Node:
    return Node(name, load_text(NODE.format(priority=priority, weight=weight, more=more)))


def only(*nodes: Node, limit: int = 4096):
    (verdict,) = simulate(nodes, limit).routers
    return verdict


def row(verdict, *bad: str):
    return next(row for row in verdict.rows if bad in row.bad)


def test_a_pair_that_fits():
    verdict = only(node("a", 150), node("b", 100))
    assert (verdict.name, verdict.vrid, verdict.machines, verdict.situations) == ("VI_1", 51, ("a", "b"), 16)
    assert row(verdict).masters == ("a",)
    assert row(verdict, "script chk on a").masters == ("b",)
    assert row(verdict, "script chk on a").conditions == ("90", "100")
    assert row(verdict, "interface eth0 on a").conditions == ("FAULT (eth0 is down)", "100")
    assert verdict.cut == ""
    problems = {each.problem for each in verdict.rows if each.problem}
    assert problems == {"nobody is MASTER: all are in FAULT"}
    assert not verdict.bad


def test_situations_that_come_to_the_same_stand_in_one_row():
    verdict = only(node("a", 150), node("b", 100))
    both = row(verdict, "interface eth0 on a", "script chk on a")
    assert both is not row(verdict, "interface eth0 on a")
    assert sum(len(each.bad) for each in verdict.rows) == 16


def test_weights_that_are_too_small():
    verdict = only(node("a", 150, weight=-20), node("b", 100, weight=-20))
    assert "script chk on a (weight -20) never changes who is MASTER" in verdict.notes
    problem = row(verdict, "script chk on a").problem
    assert verdict.bad
    assert problem == "a is MASTER with script chk on a bad, though all is well on b"


def test_nopreempt_keeps_the_wrong_one():
    verdict = only(node("a", 150), node("b", 100, more="nopreempt"))
    assert row(verdict, "script chk on a").problem.startswith("a is MASTER with script chk on a bad")


def test_two_masters():
    verdict = only(node("a", 150), node("b", 100, more="version 3"))
    assert row(verdict).problem == "a and b are MASTER at once"
    assert verdict.bad


def test_ties_and_take_overs_for_good_are_told():
    tie = only(node("a", 150, weight=-50), node("b", 100, weight=-50))
    assert any("script chk on a bad the highest priority is that of several machines" in note for note in tie.notes)
    stays = only(node("a", 150, more="nopreempt"), node("b", 100))
    assert any("stays MASTER when all is well again" in note for note in stays.notes)


def test_what_was_not_looked_at_is_said():
    verdict = only(node("a", 150), node("b", 100), limit=5)
    assert verdict.situations == 5
    assert verdict.cut == "4 things can be bad: only situations with at most 1 of them bad at a time were looked at"


GROUPED = """vrrp_instance one {{
    interface eth0
    virtual_router_id 1
    priority {one}
    no_virtual_ipaddress
}}
vrrp_instance two {{
    interface eth1
    virtual_router_id 2
    priority {two}
    no_virtual_ipaddress
}}
vrrp_sync_group G {{
    group {{
        one
        two
    }}
}}
"""


@pytest.mark.parametrize(("two", "told"), [(100, False), (200, True)])
def test_members_of_a_group_that_want_different_masters(two, told):
    a, b = (load_text(GROUPED.format(one=o, two=t)) for o, t in ((150, 150), (100, two)))
    report = simulate([Node("a", a), Node("b", b)])
    notes = [note for router in report.routers for note in router.notes if "sync group" in note]
    assert bool(notes) is told
