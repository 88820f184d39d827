"""Whatever stands in a file: an answer, soon, and never an exception."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from standfast.config.diagnostics import Diagnostic
from standfast.config.parser import Parsed, parse_text
from standfast.config.preprocess import Limits
from standfast.config.render import as_json, render
from standfast.config.script_words import UnsplittableError, first_split, second_split
from standfast.config.source import Document, MemoryReader
from standfast.config.tree import Statement

SAMPLE = r"""
! two routers for one office
global_defs {
    router_id office-a # left rack
    enable_script_security
    include_check +match
}
$IF=eth0
$NETS= \
    ~SEQ(N, 1, 3) 192.0.2.${N}/24 dev $IF \

@main $PRIO=150
@^main $PRIO=100
vrrp_script chk {
    script "/usr/bin/test -e '/run/a b'"
    interval 2
}
vrrp_instance VI_1 {
    state BACKUP
    interface ${IF}
    virtual_router_id 51
    priority $PRIO
    authentication { auth_type PASS
        auth_pass "se#cret" }
    virtual_ipaddress {
        $NETS
    }
    include extra/*.conf
}
~LST({A, B}, {1, x}, {2, y}) virtual_server 192.0.2.$A 80 { delay_loop $A }
include {one,two}.conf
"""
READER = MemoryReader(
    {"one.conf": "one $IF\n", "two.conf": "include one.conf\n$IF\n", "extra/a.conf": "track_script {\n"}
)
SMALL = Limits(lines=2000, depth=12, files=30)

FRAGMENTS = st.sampled_from(
    [
        *(
            "{",
            "}",
            '"',
            "#",
            "!",
            "\\",
            "\n",
            "$",
            "${",
            "${A}",
            "$A",
            "$A=",
            "$A= \\\n",
            "\\\n",
            "@main ",
            "@^x ",
            "@",
        ),
        *(
            "~SEQ(A, 1, 3) ",
            "~SEQ(",
            "~LST({A, B}, {1, 2}) ",
            ")",
            ",",
            " ",
            "\t",
            "\r\n",
            "\0",
            "\ufeff",
            "\u00a0",
            "“",
        ),
        *("include one.conf", "includea x", "include ", "include_check ", "global_defs {", "vrrp_instance x {"),
        *(
            "${_ENV A}",
            "${_RANDOM 1 2}",
            "${_HASH}",
            "<x>",
            "{% x %}",
            "{{ x }}",
            "word",
            "$B",
            "$A=$B",
            "$B=$A",
            "x" * 600,
        ),
    ]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(max_size=4)), max_size=60).map("".join)


def parsed(text: str | bytes) -> Parsed:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "replace")
    return parse_text(data, name="main.conf", reader=READER, config_id="main", rng=random.Random(1), limits=SMALL)


def check(result: Parsed) -> None:
    """What must be true of every answer."""
    for diagnostic in result.diagnostics:
        assert diagnostic.span.line >= 1
        assert diagnostic.span.column < diagnostic.span.end
        render(diagnostic, colour=True).encode()
    as_json(result.diagnostics)
    check_statements(result.tree.statements, {document.name: document for document in result.documents})


def check_statements(statements: list[Statement], documents: dict[str, Document]) -> None:
    for statement in statements:
        assert statement.words
        assert (statement.block is None) == (statement.opened is None)
        for word in statement.words:
            line = documents[word.span.file].lines[word.span.line - 1]
            assert 1 <= word.span.column < word.span.end <= len(line) + 1
        check_statements(statement.block or [], documents)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("$A=@main $A\n$A\n")
@example("$A= \\\n$A $A\\\n$A $A\n$A\n")
@example("$A=$B$B$B$B$B$B$B$B\n$B=$C$C$C$C$C$C$C$C\n$C=${D}${D}${D}${D}\n$D=\nx ${A}${A}\n")
@example("~SEQ(A,1,999999999) ~SEQ(B,1,999999999) x\n")
@example("~SEQ(A,1,99) ~SEQ(A,1,99) ~SEQ(A,1,99) $B=1\n")
@example("{" * 5000 + "}" * 9000)
def test_any_text_gives_an_answer(text):
    check(parsed(text))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(data):
    check(parsed(data))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The sample with characters dropped, doubled, replaced, and lines moved."""
    text = SAMPLE
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text) - 1))
        end = min(len(text), at + draw(st.integers(0, 30)))
        text = text[:at] + draw(st.one_of(st.just(""), FRAGMENTS, st.just(text[at:end] * 2))) + text[end:]
        text = text or "x"
    return text


@settings(max_examples=300, deadline=None)
@given(mutated())
def test_a_damaged_configuration_gives_an_answer(text):
    check(parsed(text))


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=300), mutated().map(lambda text: text.encode("utf-8", "replace"))))
def test_every_document_is_written_back_byte_for_byte(data):
    assert parsed(data).documents[0].data() == data


def faults(text: str) -> list[Diagnostic]:
    return [found for found in parsed(text).diagnostics if found.severity == "error"]


def test_the_sample_itself_has_no_fault_but_the_open_block():
    assert [(found.code, found.span.file) for found in faults(SAMPLE)] == [("SF2001", "main.conf")]


WELL_INDENTED = """global_defs {
    router_id a
}

vrrp_script chk {
    script "/usr/bin/true"
}

vrrp_instance VI_1 {
    interface eth0
    authentication {
        auth_type PASS
    }
    virtual_ipaddress {
        192.0.2.1/24
        192.0.2.2/24
    }
    track_script {
        chk
    }
    advert_int 1
}

virtual_server 192.0.2.1 80 {
    delay_loop 3
    real_server 198.51.100.1 80 {
        TCP_CHECK {
            connect_timeout 3
        }
        weight 1
    }
    real_server 198.51.100.2 80 {
    }
}

vrrp_sync_group G {
    group {
        VI_1
    }
}
"""
CLOSING = [index for index, char in enumerate(WELL_INDENTED) if char == "}"]


def structure_faults(text: str) -> list[Diagnostic]:
    return [found for found in parsed(text).diagnostics if found.code.startswith("SF2")]


def outline(statements: list[Statement]) -> list[object]:
    return [(s.raw, None if s.block is None else outline(s.block)) for s in statements]


def opening_line(closing: int) -> int:
    """The line in which the block of a closing brace begins."""
    depth = 0
    for index in range(closing, -1, -1):
        depth += {"}": 1, "{": -1}.get(WELL_INDENTED[index], 0)
        if depth == 0:
            return WELL_INDENTED.count("\n", 0, index) + 1
    raise AssertionError("the sample is not balanced")


@pytest.mark.parametrize("closing", CLOSING)
def test_a_lost_closing_brace_is_one_fault_at_its_block(closing):
    text = WELL_INDENTED[:closing] + WELL_INDENTED[closing + 1 :]
    assert [(found.code, found.span.line) for found in structure_faults(text)] == [("SF2001", opening_line(closing))]
    assert outline(parsed(text).tree.statements) == outline(parsed(WELL_INDENTED).tree.statements)


@pytest.mark.parametrize("closing", CLOSING)
def test_a_doubled_closing_brace_is_one_fault_at_its_line(closing):
    indent = closing - WELL_INDENTED.rindex("\n", 0, closing) - 1
    text = WELL_INDENTED[: closing + 1] + "\n" + " " * indent + WELL_INDENTED[closing:]
    (fault,) = structure_faults(text)
    assert fault.code == "SF2002"
    top = [statement.raw for statement in parsed(text).tree.statements]
    assert top == [statement.raw for statement in parsed(WELL_INDENTED).tree.statements]


@pytest.mark.parametrize("opening", [index for index, char in enumerate(WELL_INDENTED) if char == "{"])
def test_a_lost_opening_brace_is_at_most_one_fault_of_structure(opening):
    assert len(structure_faults(WELL_INDENTED[:opening] + WELL_INDENTED[opening + 1 :])) == 1


VALUES = st.text("ab1.:/-", min_size=1, max_size=12)
LINES = st.lists(
    st.sampled_from(("$A", "${A}", "$B ", "${B}", "x", " ", "{", "}", '"', ".", "${A}y", "/", ",", "include", "=")),
    min_size=1,
    max_size=8,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(LINES, VALUES, VALUES)
def test_a_prepared_template_line_reads_like_any_other_line(line, a, b):
    """The fast way through a template and the plain way through a file agree in words, places and raw text."""
    definitions = f"$A={a}\n$B={b}\n"
    plainly = parsed(f"{definitions}{line}\n")
    replayed = parsed(f"{definitions}$T= \\\n{line}\n\n$T\n")
    assert shape(plainly.tree.statements, 0) == shape(replayed.tree.statements, 1)


def shape(statements: list[Statement], shift: int) -> list[object]:
    """A tree without its frames, lines counted ``shift`` less."""
    return [
        (s.raw, [(w.text, w.quoted, w.span.column, w.span.end, w.span.line - shift) for w in s.words])
        + ((shape(s.block, shift),) if s.block is not None else ())
        for s in statements
    ]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab \\\"'x0c7n\n", max_size=30), st.sampled_from([first_split, second_split]))
def test_script_words_split_or_say_why(text, split):
    with suppress(UnsplittableError):
        assert all(isinstance(word, str) for word in split(text))
