from __future__ import annotations

import pytest

from standfast.doctor.steps import Step, about, decided

DROP, LET_IN = Step("everything", "drop"), Step("vrrp", "accept")


@pytest.mark.parametrize(
    ("chains", "rules"),
    [
        ({"in": [LET_IN, DROP]}, [("vrrp", "accept"), ("everything", "drop")]),
        ({"in": [Step("everything", "jump", "x"), DROP], "x": [LET_IN]}, [("vrrp", "accept"), ("everything", "drop")]),
        ({"in": [Step("vrrp", "jump", "x")], "x": [DROP]}, [("vrrp", "drop")]),
        (
            {"in": [Step("everything", "jump", "x"), DROP], "x": [Step("vrrp", "return"), DROP]},
            [("everything", "drop")],
        ),
        ({"in": [Step("vrrp", "goto", "x"), DROP], "x": [LET_IN]}, [("vrrp", "accept")]),
        ({"in": [Step("vrrp", "goto", "x"), DROP], "x": []}, []),
        (
            {"in": [Step("everything", "jump", "y"), DROP], "y": [Step("vrrp", "goto", "x"), LET_IN], "x": []},
            [("everything", "drop")],
        ),
        ({"in": [Step("everything", "jump", "in"), DROP]}, [("everything", "drop")]),
        ({"in": [Step("everything", "jump", "nowhere")]}, []),
        ({}, []),
    ],
)
def test_the_way_of_an_advert(chains, rules):
    assert decided(chains, "in") == rules


@pytest.mark.parametrize(
    ("fits", "verdict", "what"),
    [
        ([], "drop", "everything"),
        ([True, False], "accept", "vrrp"),
        ([True, False], "drop", None),
        ([True, True], "drop", "vrrp"),
        ([False], "accept", None),
    ],
)
def test_what_a_rule_is_about(fits, verdict, what):
    assert about(fits, verdict) == what
