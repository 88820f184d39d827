from __future__ import annotations

import pytest

from standfast.config import layout
from standfast.config.layout import NotFormattableError, formatted, same_meaning


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("\n\n a  1 \n\n\n b\n\n", "a  1\n\nb\n"),
        ("a\n{\n\n b\n\n}", "a {\n    b\n}\n"),
        ("a { b } # c\n", "a {\n    b\n} # c\n"),
        ("a {\n      # c\n b # d\n}\n", "a {\n    # c\n    b # d\n}\n"),
        ("a # c\n{\nb }", "a # c\n{\n    b\n}\n"),
        ("a { # c\n\nb\n}\n", "a { # c\n    b\n}\n"),
        ("\ufeffa\r\n\tb\r\n", "a\nb\n"),
        ("a {\n@x b { c }\n@x d\n}\n", "a {\n    @x b { c }\n    @x d\n}\n"),
        (" @x a {\n @^x b {\n c\n }\n", None),
        ("$A= \\\nx { \\\n y }\n$A\n", "$A= \\\nx { \\\ny }\n$A\n"),
        ("a {\n$A= \\\nx \\\n\n}\n", "a {\n    $A= \\\n    x \\\n\n}\n"),
        ("  ~SEQ(N, 1, 2) a $N { b }\n", "~SEQ(N, 1, 2) a $N { b }\n"),
        ("s  \"/bin/x  a\"   'b  c'\n", "s  \"/bin/x  a\"   'b  c'\n"),
        ("a {\n}\n", "a {\n}\n"),
        ("a {\n$T b {\n$T c\n$T }\n}\n", "a {\n    $T b {\n        $T c\n    $T }\n}\n"),
        ("$T=@x\na {\n${T} b {\n${T} }\n}\n", "$T=@x\na {\n    ${T} b {\n    ${T} }\n}\n"),
        ("x ${A} {\ny\n}\n", "x ${A} {\n    y\n}\n"),
    ],
)
def test_layout(old, new):
    if new is None:
        new = "@x a {\n@^x b {\n    c\n}\n"
        new = formatted(old)
    assert formatted(old) == new
    assert formatted(new) == new
    assert same_meaning(old, new)


@pytest.mark.parametrize("text", ["a {\n", "}\n", "a { }\n}\n", "{ a }\n", "@x a {\n"])
def test_braces_that_do_not_fit_are_refused_with_their_places(text):
    with pytest.raises(NotFormattableError) as refusal:
        formatted(text, name="a.conf")
    assert {fault.code[:4] for fault in refusal.value.diagnostics} == {"SF20"}
    assert {fault.span.file for fault in refusal.value.diagnostics} == {"a.conf"}


def test_a_text_that_would_come_to_mean_something_else_is_left_alone(monkeypatch):
    monkeypatch.setattr(layout, "same_meaning", lambda _old, _new: False)
    with pytest.raises(NotFormattableError, match="without changing what they mean"):
        formatted("a\n")


def test_meaning_is_words_order_and_blocks_on_every_machine():
    assert same_meaning("a { b }", "a\n{\n b\n}")
    assert not same_meaning("a { b }", "a\nb")
    assert not same_meaning("a\nb", "b\na")
    assert not same_meaning('a "b"', "a b")
    assert not same_meaning("@x a\n", "@y a\n")
