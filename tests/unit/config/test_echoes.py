"""One mistake, one diagnostic."""

from __future__ import annotations

import pytest

from standfast.config.diagnostics import Diagnostic, Severity, Span
from standfast.config.echoes import without_echoes
from standfast.config.load import load_text


def told(line: int, code: str, severity: Severity = "error", start: int = 1, end: int = 9) -> Diagnostic:
    return Diagnostic(severity, code, Span("a.conf", line, start, end), "words")


def brief(found: list[Diagnostic]) -> list[tuple[int, str, Severity]]:
    return [(d.span.line, d.code, d.severity) for d in found]


def test_a_line_that_the_parser_called_wrong_is_not_judged_again():
    found = without_echoes([told(1, "SF1202")], [told(1, "SF3001"), told(2, "SF3001")])
    assert brief(found) == [(1, "SF1202", "error"), (2, "SF3001", "error")]


@pytest.mark.parametrize("code", ["SF1302", "SF1309"])
def test_where_a_value_is_wanted_one_that_was_not_filled_in_is_the_error(code):
    unfilled = told(1, code, "warning", 10, 16)
    assert brief(without_echoes([unfilled], [])) == [(1, code, "warning")]
    assert brief(without_echoes([unfilled], [told(1, "SF3001", "error", 10, 16)])) == [(1, code, "error")]


def test_another_fault_of_such_a_line_stays():
    unfilled, keyword = told(1, "SF1309", "warning", 10, 16), told(1, "SF2101", "error", 1, 9)
    assert brief(without_echoes([unfilled], [keyword])) == [(1, "SF1309", "warning"), (1, "SF2101", "error")]


def test_every_value_of_a_line_is_told_once():
    line = "virtual_server <ADDRESS> <PORT> {"
    loaded = load_text(line + "\nprotocol TCP\nreal_server 192.0.2.1 80 {\n}\n}\n")
    assert [(d.code, d.span.column) for d in loaded.diagnostics if d.severity == "error"] == [
        ("SF1309", 16),
        ("SF1309", 26),
    ]


def test_a_parameter_in_a_template_engines_placeholder_is_the_engines():
    loaded = load_text("global_defs {\n  router_id {{ $name }}\n}\n")
    assert [d.code for d in loaded.diagnostics] == ["SF1310"]


def test_a_block_without_its_brace_is_not_called_empty_too():
    loaded = load_text("global_defs {\n  smtp_server 192.0.2.1\n  notification_email a@b.example\n}\n")
    (found,) = loaded.diagnostics
    assert found.code == "SF2103"
    assert found.hint == "write `notification_email {`, and `a@b.example` on a line of its own"


def test_a_name_may_stand_in_what_was_not_included():
    text = "vrrp_sync_group G {\n  group {\n    a\n  }\n}\ninclude conf.d/*.conf\n"
    (missing,) = [d for d in load_text(text).diagnostics if d.code == "SF4111"]
    assert missing.hint == "does it stand in what line 6 should include?"


def test_a_comment_of_another_language_is_told_once():
    text = "vrrp_instance a {\n  interface eth0 //\uff0ca\n  priority 100\n  virtual_router_id 5 // b c\n"
    loaded = load_text(text + "  no_virtual_ipaddress // {x}\n}\n")
    found = [(d.code, d.severity, d.span.line) for d in loaded.diagnostics]
    assert found[:2] == [("SF1205", "warning", 2), ("SF1205", "warning", 4)]
    assert loaded.config is not None
    assert loaded.config.instances[0].vrid == 5
