from __future__ import annotations

from standfast.config.diagnostics import Span
from standfast.config.draft import Draft
from standfast.config.findings import Findings
from standfast.config.settings import Settings, Value
from standfast.config.tree import Statement, Word


def statement(text: str, line: int) -> Statement:
    return Statement((Word(text, Span("f", line, 1, 2)),), text, text)


def draft() -> Draft:
    opening, own = statement("vrrp_instance", 1), statement("priority", 2)
    settings = Settings(opening, "one", seen={"interface": statement("interface", 3)})
    settings.scalars["priority"] = Value("priority", 150, own)
    defaults = Settings(scalars={"vrrp_priority": Value("vrrp_priority", 1, own), "x": Value("x", 2, own)})
    return Draft(settings, opening, defaults, Findings(), name="one")


def test_complaints_go_to_the_line_that_set_or_tried_to_set_it():
    it = draft()
    assert [it.where(name).keyword.span.line for name in ("priority", "interface", "other")] == [2, 3, 1]


def test_an_instance_s_own_setting_beats_the_inherited_one():
    it = draft()
    assert it.inherited("priority", "vrrp_priority") == 150
    assert it.inherited("none", "x") == 2
    assert it.inherited("none", "none", 3) == 3


def test_a_stop_makes_it_unusable():
    it = draft()
    it.error("SF4003", "priority", "just an error")
    assert not it.unusable
    it.stop("SF4001", "virtual_router_id", "no number")
    assert it.unusable
    assert it.findings.stops[0].message == "one: no number"
