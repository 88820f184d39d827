from __future__ import annotations

import random

import pytest

from standfast.config.diagnostics import Frame, Span
from standfast.config.notices import Notices
from standfast.config.parameters import MAX_SUBSTITUTIONS, Expansion, Parameter, Parameters
from standfast.config.text import Line, Text


class Bench:
    """Parameters with what they complain of."""

    def __init__(self, **values: str) -> None:
        self.notices = Notices()
        self.parameters = Parameters("main", {"SITE": "north"}, random.Random(1), self.notices)
        self.parameters.directory = "/etc/k"
        for name, value in values.items():
            self.parameters.define(Parameter(name, value, Frame(f"${name} defined here", Span("a", 1, 1, 2))))

    def full(self, text: str) -> Expansion:
        return self.parameters.expand(Text(text, Line("a.conf", 9, text)))

    def expand(self, text: str) -> str:
        return self.full(text).text.text

    @property
    def codes(self) -> list[str]:
        return [found.code for found in self.notices.all()]


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${X}", "val"),
        ("a${X}b$X", "avalbval"),
        ("$X, ($X) $X\t$X", "val, (val) val\tval"),
        ('"in $X quotes ${X}"', '"in val quotes val"'),
        ("$X.y $X/z $Xy", "$X.y $X/z $Xy"),
        ("cost $5 and $ and ${", "cost $5 and $ and ${"),
    ],
)
def test_where_references_are_recognised(text, expanded):
    assert Bench(X="val").expand(text) == expanded


def test_expansion_is_late_and_recursive():
    bench = Bench(A="<${B}>", B="1")
    assert bench.expand("$A") == "<1>"
    bench.parameters.define(Parameter("B", "2", None))
    assert bench.expand("$A") == "<2>"
    assert Bench(A="${", B="x").expand("${A}B}") == "x"


def test_inserted_text_stands_where_its_reference_does():
    text = Bench(X="a b").full("  use ${X}!").text
    assert (text.span(6, 9).column, text.span(6, 9).end) == (7, 11)
    assert text.span(9, 10).column == 11
    assert [frame.what for frame in text.via] == ["$X defined here"]


@pytest.mark.parametrize(
    ("values", "text"),
    [({"A": "${A}"}, "$A"), ({"A": "x $B y", "B": "$A"}, "$A"), ({"A": "${B}", "B": "a ${A} b"}, "1 ${B} 2")],
)
def test_what_contains_itself_is_refused(values, text):
    bench = Bench(**values)
    bench.expand(text)
    assert bench.codes == ["SF1304"]


def test_the_same_parameter_twice_is_no_recursion():
    bench = Bench(A="$B $B", B="${C}", C="x")
    assert bench.expand("$A $A") == "x x x x"
    assert bench.codes == []


def test_values_that_double_into_nothing_end():
    bench = Bench(A="${B}" * 40, B="${C}" * 40, C="")
    bench.expand("$A")
    assert bench.codes == ["SF1304"]
    assert MAX_SUBSTITUTIONS < 40 * 40


def test_a_line_never_outgrows_its_limit():
    bench = Bench(A="x" * 600)
    assert bench.expand("${A}${A}") == "x" * 600 + "${A}"
    assert bench.codes == ["SF1305"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a ${NO}", ["SF1301"]),
        ("$NO", ["SF1301"]),
        ("a $NO", ["SF1302"]),
        ("pass$NO", []),
        ('"shell $NO ${NO}"', []),
        ("$X/24", ["SF1303"]),
        ("$NO/24", []),
        ("${X y}", ["SF1306"]),
        ("${_ENV}", ["SF1306"]),
        ("${_ENV A B}", ["SF1306"]),
        ("${_RANDOM 5 2}", ["SF1306"]),
        ("${_RANDOM 1 2 3}", ["SF1306"]),
        ("${_HASH x}", ["SF1306"]),
    ],
)
def test_what_cannot_be_expanded_is_left_and_named(text, codes):
    bench = Bench(X="val")
    assert bench.expand(text) == text
    assert bench.codes == codes


def test_built_in_parameters():
    bench = Bench()
    assert bench.expand("${_PWD} $_INSTANCE ${_ENV SITE} [${_ENV NONE}]") == "/etc/k main north []"
    assert 0 <= int(bench.expand("${_RANDOM}")) <= 32767
    assert int(bench.expand("${_RANDOM 40000}")) >= 40000
    assert bench.expand("${_RANDOM 4 4}") == "4"
    assert bench.expand('"${_HASH}${_BANG}" ${_HASH}') == '"#!" #'


def test_built_in_parameters_can_be_overridden():
    assert Bench(_PWD="/mine").expand("${_PWD}") == "/mine"


def test_a_template_is_expanded_only_at_the_end_of_a_line():
    bench = Bench()
    bench.parameters.define(Parameter("T", "", None, ()))
    found = bench.full("prefix ${T} ")
    assert found.template is bench.parameters.find("T")
    assert found.reference == (7, 11)
    assert bench.full("$T behind").template is None
    assert bench.codes == ["SF1308"]


@pytest.mark.parametrize("value", ["@main x", "~SEQ(N, 1, 2) x $N"])
def test_a_condition_or_loop_from_a_value_is_processed_again(value):
    assert Bench(A=value).full("  $A").again
    assert not Bench(A=value).full("x $A").again


def test_plain_values_are_known_until_redefined():
    bench = Bench(A="eth0", B="a b")
    assert bench.parameters.plain == {"A": "eth0"}
    bench.parameters.define(Parameter("A", "", None, ()))
    assert bench.parameters.plain == {}
