from __future__ import annotations

import pytest

from standfast.config.builder import MAX_DEPTH, Builder
from standfast.config.load import load_text
from standfast.config.notices import Notices
from standfast.config.parser import Parsed, parse_text
from standfast.config.tree import Statement


def faults(parsed: Parsed) -> list[tuple[str, int]]:
    return [(found.code, found.span.line) for found in parsed.diagnostics]


def outline(statements: list[Statement]) -> str:
    return " ".join(s.raw + ("" if s.block is None else f"[{outline(s.block)}]") for s in statements)


def test_blocks_know_where_they_open_and_close():
    (block,) = parse_text("a b\n{\n  c\n}\n").tree.statements
    assert (block.opened.line, block.closed.line) == (2, 4)
    assert block.block[0].block is None


def test_an_empty_block_is_not_no_block():
    with_block, without = parse_text("a { }\nb\n").tree.statements
    assert with_block.block == []
    assert without.block is None


def test_a_lost_brace_is_named_at_its_block_and_the_next_block_stands_free():
    parsed = parse_text("vrrp_instance A {\n  state BACKUP\nvrrp_instance B {\n}\n}\n")
    assert faults(parsed) == [("SF2001", 1)]
    assert outline(parsed.tree.statements) == "vrrp_instance A[state BACKUP] vrrp_instance B[]"


def test_only_as_many_braces_are_forgiven_as_were_lost():
    text = "vrrp_instance A {\nvrrp_instance B {\n}\n}\n}\n"
    assert faults(parse_text(text)) == [("SF2001", 1), ("SF2002", 5)]


def test_indentation_tells_which_of_two_blocks_lost_its_brace():
    parsed = parse_text("x {\n  y {\n    1\n  z {\n    2\n  }\n}\n")
    assert faults(parsed) == [("SF2001", 2)]
    assert outline(parsed.tree.statements) == "x[y[1] z[2]]"


def test_without_indentation_the_open_block_is_named():
    parsed = parse_text("x {\ny {\n1\nz {\n2\n}\n}\n")
    assert faults(parsed) == [("SF2001", 1)]


def test_every_block_that_is_open_at_the_end_is_named_in_one_fault():
    (fault,) = parse_text("x 1 {\n  y {\n    z {\n").diagnostics
    assert fault.span.line == 3
    assert "`y` of line 2" in fault.hint
    assert "`x 1` of line 1" in fault.hint


def test_a_brace_too_many_at_the_top_is_ignored():
    parsed = parse_text("a { }\n}\nb\n")
    assert faults(parsed) == [("SF2002", 2)]
    assert outline(parsed.tree.statements) == "a[] b"


def test_a_brace_that_closed_too_early_is_the_fault():
    parsed = parse_text("a {\n  b {\n  }\n  }\n  c\n  d { }\n}\ne\n")
    assert faults(parsed) == [("SF2002", 4)]
    assert outline(parsed.tree.statements) == "a[b[] c d[]] e"
    assert parsed.tree.statements[0].closed.line == 7


def test_a_stray_block_is_skipped_whole():
    parsed = parse_text("{ x { y } }\na { { z } b }\n")
    assert faults(parsed) == [("SF2003", 1), ("SF2003", 2)]
    assert outline(parsed.tree.statements) == "a[b]"


def test_depth_has_a_limit():
    parsed = parse_text("a {\n" * 5000 + "}\n" * 5000)
    assert faults(parsed) == [("SF2004", MAX_DEPTH)]


@pytest.mark.parametrize("text", ["}\n" * 20000, "{\n" * 20000, "a {\n  }\n}\n" * 5000, "global_defs {\n" * 20000])
def test_many_faults_take_no_longer_than_few(text):
    assert parse_text(text).diagnostics


def test_inside():
    builder = Builder(Notices())
    assert not builder.inside("global_defs")


INSTANCE = """vrrp_instance A {
  interface eth0
  virtual_ipaddress {
  192.0.2.1
}
track_script {
  check
}
"""


def test_indentation_is_not_believed_where_it_would_put_a_block_in_an_impossible_place():
    loaded = load_text(INSTANCE + "vrrp_script check {\n  script /bin/true\n}\n")
    assert [(d.code, d.span.line) for d in loaded.diagnostics if d.code < "SF3"] == [("SF2001", 1)]
    assert loaded.settings.blocks["vrrp_instance"][0].blocks == {}
    assert loaded.settings.blocks["vrrp_instance"][0].lists.keys() == {"virtual_ipaddress", "track_script"}


def test_a_brace_without_a_keyword_accounts_for_a_closing_one():
    assert faults(parse_text("global_defs {\n  {\n  router_id a\n}\nvrrp_instance A {\n}\n")) == [("SF2003", 2)]
    text = "global_defs {\n  {\n  router_id a\nvrrp_instance A {\n}\n"
    assert faults(parse_text(text)) == [("SF2003", 2), ("SF2001", 1)]


def test_a_template_engines_comment_opens_nothing():
    parsed = parse_text("{# one #}\nvrrp_instance A { {# two\n}\n}\n")
    assert faults(parsed) == [("SF1310", 1), ("SF2003", 2)]


def test_braces_in_a_row_are_one_fault():
    assert faults(parse_text("}" * 900)) == [("SF2002", 1)]
    assert faults(parse_text("{" * 30)) == [("SF2003", 1)]
    assert faults(parse_text("}\n}\n")) == [("SF2002", 1), ("SF2002", 2)]


def test_blocks_that_nest_too_deep_are_not_called_unclosed_too():
    assert faults(parse_text("a {" * 300)) == [("SF2004", 1)]
