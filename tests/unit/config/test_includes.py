from __future__ import annotations

import pytest

from standfast.config.includes import ALL, BRACE, CHECKS, MATCH, READ, STATEMENT, WILDCARD, find, join, level
from standfast.config.source import MemoryReader

READER = MemoryReader({"d/b": "", "d/a": "", "d/script": ""}, {"d/script": "has an execute permission bit"})


def test_files_come_in_the_order_of_the_glob_and_once():
    assert find(READER, "d/{b,?}").files == ["d/b", "d/a"]


@pytest.mark.parametrize(
    ("pattern", "check"),
    [("d/none", MATCH), ("d/none*", WILDCARD), ("d/{a,none}", BRACE), ("d/script", READ), ("none/{x,y}", BRACE)],
)
def test_each_problem_belongs_to_a_check(pattern, check):
    problems = find(READER, pattern).problems
    assert {found for found, _ in problems} == {check}


def test_stricter_forms_check_more():
    assert CHECKS["include"] < CHECKS["includer"] < CHECKS["includem"] < CHECKS["includew"] < CHECKS["includea"] == ALL
    assert CHECKS["includeb"] == {READ, BRACE}


@pytest.mark.parametrize(
    ("text", "keyword", "pattern"),
    [("include a b", "include", "a b"), ("  includea\tx", "includea", "x"), ("include", "include", None)],
)
def test_statements(text, keyword, pattern):
    found = STATEMENT.match(text)
    assert (found[1], found[2]) == (keyword, pattern)


@pytest.mark.parametrize("text", ["includes x", "include_check", "x include y", "includez x"])
def test_what_is_no_include(text):
    assert STATEMENT.match(text) is None


def test_relative_names_start_at_the_including_file():
    assert join("etc/k", "x.conf") == "etc/k/x.conf"
    assert join("etc/k", "/x.conf") == "/x.conf"
    assert join("", "x.conf") == "x.conf"
    assert join("/", "x.conf") == "/x.conf"


@pytest.mark.parametrize(
    ("words", "result", "wrong"),
    [
        ("", ALL, []),
        ("match", {READ, MATCH}, []),
        ("readable", {READ}, []),
        ("match +brace_match -read", {MATCH, BRACE}, []),
        ("+match", {WILDCARD, MATCH}, []),
        ("-wildcard_match", set(), []),
        ("match brace_match", {READ, MATCH}, ["brace_match"]),
        ("nonsense +match", {WILDCARD, MATCH}, ["nonsense"]),
    ],
)
def test_levels(words, result, wrong):
    assert level(words.split(), frozenset((WILDCARD,))) == (result, wrong)
