from __future__ import annotations

import pytest

from standfast.config.physical import Kind, lines


@pytest.mark.parametrize(
    ("text", "kind", "cuts"),
    [
        ("\n", Kind.BLANK, []),
        ("  # words\n", Kind.COMMENT, []),
        ("priority 150 ! high\n", Kind.CODE, ["priority 150"]),
        ("a { b } c\r\n", Kind.CODE, ["a", "{", "b", "}", "c"]),
        ('script "x { y"  {', Kind.CODE, ['script "x { y"', "{"]),
        ("x ${A} {", Kind.CODE, ["x ${A}", "{"]),
        ("$A x {", Kind.CONDITION, ["$A x", "{"]),
        ("  @a track_script {", Kind.CONDITION, ["@a track_script", "{"]),
        ("~SEQ(N, 1, 3) a { b }", Kind.WHOLE, ["~SEQ(N, 1, 3) a { b }"]),
        ("$A=x { y", Kind.WHOLE, ["$A=x { y"]),
        ("$A", Kind.CONDITION, ["$A"]),
        ("a\0{", Kind.WHOLE, ["a\0{"]),
        ("x" * 2000 + " {", Kind.WHOLE, ["x" * 2000 + " {"]),
        ("\ufeffa {", Kind.CODE, ["a", "{"]),
    ],
)
def test_what_a_line_is_and_where_it_may_be_cut(text, kind, cuts):
    (line,) = lines(text)
    assert line.kind is kind
    assert line.before + line.code + line.after + line.ending == text
    assert kind in (Kind.BLANK, Kind.COMMENT) or [line.code[a:b] for a, b in line.cuts()] == cuts


def test_a_multi_line_parameter_goes_on_to_the_line_without_a_backslash():
    text = (
        "$A= \\\n  x { \\\n# a comment \\\n  y\nz {\n$B= \\\n\nw {\n$C= # why \\\n  a # b \\\n  c \\\n# no more\nd {\n"
    )
    whole = [line.kind is Kind.WHOLE for line in lines(text)]
    assert whole == [True, True, False, True, False, True, False, False, True, True, True, False, False]


def test_the_comment_of_a_line():
    (line,) = lines('auth_pass "a#b"   # why\n')
    assert (line.code, line.comment) == ('auth_pass "a#b"', "# why")
