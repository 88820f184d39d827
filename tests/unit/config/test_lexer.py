from __future__ import annotations

import pytest

from standfast.config.lexer import brace_positions, comment_start, fresh_starts, lex, split_words, unescape
from standfast.config.notices import Notices
from standfast.config.text import Line, Text


def text(raw: str) -> Text:
    return Text(raw, Line("a.conf", 1, raw))


def words(raw: str) -> list[str]:
    return [f'"{w.text}"' if w.quoted else w.text for w in split_words(text(raw), 0, len(raw))]


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ("a # b", "a "),
        ("a ! b", "a "),
        ("ab#cd", "ab"),
        ('"a#b" c', '"a#b" c'),
        ('"a#b" c#d', '"a#b" c'),
        ("'a#b'", "'a"),
        ("a\\#b \\! # c", "a\\#b \\! "),
        ('"open # quote', '"open # quote'),
        ("plain", "plain"),
    ],
)
def test_comments_begin_anywhere_but_in_double_quotes(raw, left):
    at = comment_start(raw)
    assert (raw if at < 0 else raw[:at]) == left


def test_a_backslash_before_a_comment_sign_disappears_and_columns_stay():
    done = unescape(text('a\\#b "c\\#d" e'))
    assert done.text == 'a#b "c\\#d" e'
    assert (done.span(1, 2).column, done.span(1, 2).end) == (2, 4)
    assert done.span(len(done.text) - 1, len(done.text)).column == 13


def test_words():
    assert words('router_id  lb-a\t"two words"') == ["router_id", "lb-a", '"two words"']
    assert words('ab"cd ef"gh') == ["ab", '"cd ef"', "gh"]
    assert words("'a b' \\") == ["'a", "b'", "\\"]
    assert words("no\u00a0break") == ["no\u00a0break"]
    assert words('kept "lost words') == ["kept"]
    assert words('"nothing before') == ["nothing", "before"]
    assert words(" \t ") == []


def test_every_word_knows_its_place():
    first, second = split_words(text('  a "b c"'), 0, 9)
    assert str(first.span) == "a.conf:1:3"
    assert (second.span.column, second.span.end) == (5, 10)


def pieces(raw: str) -> list[str]:
    return [piece.raw for piece in lex(text(raw), Notices())]


def test_braces_cut_wherever_they_stand():
    assert pieces("a{ b c }}") == ["a", "{", "b c", "}", "}"]
    assert pieces('a "{" {') == ['a "{"', "{"]
    assert pieces("a ${X} {{ y }} {% z %} {") == ["a ${X} {{ y }} {% z %}", "{"]
    assert pieces('a {{ y("b") or {} }} <% z { %> {') == ['a {{ y("b") or {} }} <% z { %>', "{"]
    assert pieces('name "open {') == ['name "open', "{"]


@pytest.mark.parametrize(
    ("raw", "code", "column"),
    [
        ('a "b', "SF1202", 3),
        ("a <your ip>", "SF1309", 3),
        ("a {{ b }}", "SF1310", 3),
        ("{% if a %}", "SF1310", 1),
        ("x <%= a %>", "SF1310", 3),
        ('x {{ a("b") }}', "SF1310", 3),
        ("a ${b-c}", "SF1301", 3),
        ("a 1 //b", "SF1205", 5),
        ("a {//\uff0cb", "SF1205", 4),
        ("// b", "SF1205", 1),
    ],
)
def test_faults_of_the_text_are_named_with_their_place(raw, code, column):
    notices = Notices()
    lex(text(raw), notices)
    assert [(found.code, found.span.column) for found in notices.all()] == [(code, column)]


@pytest.mark.parametrize(
    "raw",
    [
        'regex "<title>"',
        "mail <a@example.org>",
        'x "{{ y }}"',
        "a < b",
        "${DEFINED_LATER}",
        "path //a/b",
        "a http://b",
        '"// b"',
    ],
)
def test_what_only_looks_like_a_placeholder_draws_no_remark(raw):
    notices = Notices()
    lex(text(raw), notices)
    assert notices.all() == []


@pytest.mark.parametrize(
    ("raw", "starts"),
    [
        ("x { @a b }", [3]),
        ("x { @a b } @c d", [3, 10]),
        ("x { ~SEQ(I, 1, 2) y { @z", [3]),
        ("x { $A=1 } @z", [3]),
        ("x {include y", [3]),
        ("x { y } z", []),
        ('x "{ @a"', []),
        ("x @a {", []),
        ("x { $A } ~TEST", []),
    ],
)
def test_where_a_line_begins_afresh(raw, starts):
    assert fresh_starts(raw) == starts


def test_a_line_of_a_template_is_one_fault():
    notices = Notices()
    lex(text("a {{ b }} {% c %} {{ d }}"), notices)
    (found,) = notices.all()
    assert found.hint.endswith("; 2 more in this line")


def test_no_comment_begins_inside_a_template_engines_placeholder():
    assert comment_start("{% if a != b %} # c") == 16
    assert comment_start("a <%= b # c %>") == -1
    assert comment_start("a # {{ b }}") == 2


def test_placeholders_that_never_end_are_looked_for_once():
    line = "{%" * 100_000 + "{{a" * 100_000 + "<%" * 100_000
    assert brace_positions(line)[:2] == [0, 2]
