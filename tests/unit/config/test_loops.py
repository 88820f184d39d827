from __future__ import annotations

import pytest

from standfast.config.loops import HEAD, BadLoopError, loop


def turns(kind: str, arguments: str) -> list[tuple[str, ...]]:
    made = loop(kind, arguments)
    assert made.length == len(list(made.turns))
    return list(made.turns)


def single(kind: str, arguments: str) -> list[str]:
    return [value for (value,) in turns(kind, arguments)]


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ("N, 3", "1 2 3"),
        ("N,-2", "-1 -2"),
        ("N, 0", "1 0"),
        ("N, 2, 4", "2 3 4"),
        ("N, 4, 2", "4 3 2"),
        ("N, 0, 2, 5", "0 2 4"),
        ("N, 5, -2, 0", "5 3 1"),
        ("N, 0x1e, 037", "30 31"),
        ("N, +7, 7", "7"),
    ],
)
def test_numbers(arguments, values):
    assert single("SEQ", arguments) == values.split()


def test_hexadecimal():
    assert single("SEQx", "N, 9, 0x10") == ["9", "a", "b", "c", "d", "e", "f", "10"]


def test_lists():
    assert single("LST", "V, a, b c") == ["a", "b", "c"]
    assert turns("LST", "{A, B}, {1, x}, {2}") == [("1", "x"), ("2", "")]
    assert loop("LST", "{A, B}, {1, x}").names == ("A", "B")
    assert single("LST", "V") == []


@pytest.mark.parametrize(
    ("kind", "arguments", "code"),
    [
        ("SEQ", "N, 1, 0, 2", "SF1402"),
        ("SEQ", "N, 1, -1, 2", "SF1402"),
        ("SEQ", "N", "SF1401"),
        ("SEQ", "N, 1, 2, 3, 4", "SF1401"),
        ("SEQ", "N, x", "SF1401"),
        ("SEQ", "N, 08", "SF1401"),
        ("SEQ", "N, 1.5", "SF1401"),
        ("SEQ", "1N, 2", "SF1401"),
        ("SEQ", "N, 1," + " " * 60 + "2", "SF1401"),
        ("SEQ", "", "SF1401"),
        ("SEQx", "N, -1, 2", "SF1401"),
        ("LST", "", "SF1401"),
        ("LST", "{A, B}, {1, 2, 3}", "SF1401"),
        ("LST", "{A}, 1", "SF1401"),
    ],
)
def test_malformed_heads(kind, arguments, code):
    with pytest.raises(BadLoopError) as caught:
        loop(kind, arguments)
    assert caught.value.code == code


def test_a_loop_of_any_length_is_cheap_until_it_is_run():
    assert loop("SEQ", "N, 999999999999").length == 999999999999


def test_heads():
    assert HEAD.match("  ~SEQ (N, 1, 2) rest")[2] == "N, 1, 2"
    assert HEAD.match("~LST({A}, {1})x")[1] == "LST"
    assert HEAD.match("~SEQ no") is None
