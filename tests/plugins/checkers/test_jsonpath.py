"""Singular queries of JSONPath."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast_checkers.jsonpath import MISSING, is_value, parsed, value_at

DOCUMENT = {"status": "ok", "checks": [{"name": "db", "up": True}, {"name": "a.b"}], "it's": {'"': 1}, "é": None}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("$", DOCUMENT),
        ("$.status", "ok"),
        ("$.checks[0].name", "db"),
        ("$.checks[-1]['name']", "a.b"),
        ('$["checks"][0]["up"]', True),
        (r"$['it\'s']['\"']", 1),
        (r'$["it\u0027s"]["\""]', 1),
        ("""$["it's"]['"']""", 1),
        ("$.é", None),
        ("$.checks[2]", MISSING),
        ("$.checks[-3]", MISSING),
        ("$.checks.name", MISSING),
        ("$.status[0]", MISSING),
        ("$.none.none", MISSING),
    ],
)
def test_what_is_found(query, found):
    assert value_at(DOCUMENT, parsed(query)) is found or value_at(DOCUMENT, parsed(query)) == found


@pytest.mark.parametrize(
    "query", ["", "status", "$.", "$..a", "$[*]", "$[01]", "$[-0]", "$['a", "$.1", "$[?@.a]", r"$['\x']"]
)
def test_what_is_no_singular_query(query):
    with pytest.raises(ValueError, match=r"."):
        parsed(query)


@pytest.mark.parametrize(
    ("found", "expected", "same"),
    [
        ("ok", "ok", True),
        ("ok", "OK", False),
        ("5", "5", True),
        (5, "5", True),
        (5.0, "5", True),
        (5, "5.5", False),
        (True, "true", True),
        (True, "1", False),
        (1, "true", False),
        (None, "null", True),
        (None, "", False),
        ([1], "[1]", True),
        ({"a": 1}, '{"a": 1}', True),
    ],
)
def test_values(found, expected, same):
    assert is_value(found, expected) is same


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=4),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner),
    ),
    st.data(),
)
def test_every_value_can_be_reached(document, data):
    query, here = "$", document
    while isinstance(here, list | dict) and here:
        key = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else range(len(here))))
        query += f"[{json.dumps(key)}]"
        here = here[key]
    assert value_at(document, parsed(query)) == here


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text):
    try:
        parsed("$" + text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either may happen
