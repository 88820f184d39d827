from __future__ import annotations

from standfast.config.globbing import MAX_ALTERNATIVES, expand, is_wild, matches

FILES = {"": ["conf.d", "a.conf", "b.conf", ".hidden.conf"], "conf.d/": ["2.conf", "1.conf", "x.txt"]}


def found(pattern: str) -> list[str]:
    names = {folder + name for folder, inside in FILES.items() for name in inside}
    return matches(pattern, lambda folder: FILES.get(folder, []), lambda name: name in names)


def test_braces_expand_in_order_and_nest():
    assert expand("x") == ["x"]
    assert expand("{b,a}.conf") == ["b.conf", "a.conf"]
    assert expand("{a,{b,c}d}") == ["a", "bd", "cd"]


def test_a_pattern_that_would_explode_is_taken_as_it_stands():
    pattern = "{a,b}" * 12
    assert MAX_ALTERNATIVES < 2**12
    assert expand(pattern) == [pattern]


def test_stars_match_within_one_part_of_the_path_and_sort():
    assert found("conf.d/*.conf") == ["conf.d/1.conf", "conf.d/2.conf"]
    assert found("*/*.txt") == ["conf.d/x.txt"]
    assert found("?.conf") == ["a.conf", "b.conf"]
    assert found("[!a].conf") == found("[^a].conf") == ["b.conf"]


def test_hidden_files_want_an_explicit_dot():
    assert found("*.conf") == ["a.conf", "b.conf"]
    assert found(".*.conf") == [".hidden.conf"]


def test_a_plain_name_matches_if_it_exists():
    assert not is_wild("a.conf")
    assert found("a.conf") == ["a.conf"]
    assert found("none.conf") == found("*/none.conf") == found("") == []
