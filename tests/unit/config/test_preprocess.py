"""What the cases on disk do not show: limits, frames and the order of work."""

from __future__ import annotations

import pytest

from standfast.config.parser import Parsed, parse, parse_text
from standfast.config.preprocess import Limits
from standfast.config.source import MemoryReader


def raw(parsed: Parsed) -> list[str]:
    return [statement.raw for statement in parsed.tree.statements]


def codes(parsed: Parsed) -> list[str]:
    return [found.code for found in parsed.diagnostics]


def test_the_chain_tells_how_a_word_came_to_be():
    text = "$X=1\n$T= \\\n  word ${X} \\\n\n~SEQ(N, 1, 2) $T\n"
    frames = parse_text(text, name="a.conf").tree.statements[1].via
    assert [(frame.what, str(frame.span)) for frame in frames] == [
        ("$X defined here", "a.conf:1:1"),
        ("$T used here", "a.conf:5:15"),
        ("turn 2 of ~SEQ(N, 1, 2)", "a.conf:5:1"),
    ]


def test_included_text_leads_back_to_its_include():
    reader = MemoryReader({"a": "include b\n", "b": "x {\n"})
    parsed = parse("a", reader=reader)
    assert [str(frame.span) for frame in parsed.diagnostics[0].via] == ["a:1:1"]


def test_the_condition_comes_before_everything_else():
    parsed = parse_text("@a $X=1\n@b $X=2\n@a x $X\n@a ~SEQ(N, 1, 2) y $N\n@b ~SEQ(\n", config_id="a")
    assert raw(parsed) == ["x 1", "y 1", "y 2"]
    assert codes(parsed) == []


def test_a_comment_sign_from_a_parameter_begins_a_comment_unless_quoted():
    assert raw(parse_text('$H=a\\#b\nx $H c\ny "${H}" c\n')) == ["x a", 'y "a#b" c']


def test_the_prefix_of_a_template_goes_before_its_first_line():
    parsed = parse_text("$T= \\\n  one \\\n  two\npre $T\n")
    assert raw(parsed) == ["pre   one", "two"]
    assert [word.span.column for word in parsed.tree.statements[0].words] == [1, 5]


@pytest.mark.parametrize(
    "text",
    [
        "~SEQ(N, 1, 999999999) x\n",
        "~SEQ(A, 1, 90) ~SEQ(B, 1, 90) x\n",
        "~SEQ(A, 1, 90) ~SEQ(B, 1, 90) $C=1\n",
        "~SEQ(A, 1, 90) ~SEQ(B, 1, 90) @no x\n",
        "".join(f"$T{n}= \\\n$T{n + 1} \\\n$T{n + 1}\n" for n in range(12)) + "$T12= \\\nx\n$T0\n",
    ],
)
def test_what_explodes_ends_in_one_fault_and_nothing_starts(text):
    parsed = parse_text(text + "vrrp_instance A {\n", limits=Limits(lines=1000))
    assert codes(parsed) == ["SF1601"]
    assert len(parsed.fatal) == 1


def test_files_that_multiply_end_in_one_fault():
    files = {f"f{n}": f"include f{n + 1}\ninclude f{n + 1}\n" for n in range(20)} | {"f20": "x\n"}
    assert codes(parse("f0", reader=MemoryReader(files), limits=Limits(files=50))) == ["SF1601"]
    deep = {f"f{n}": f"include f{n + 1}\n" for n in range(60)}
    assert "SF1601" in codes(parse("f0", reader=MemoryReader(deep)))


@pytest.mark.parametrize(
    "text",
    ["$A=@^no $A\n$A\n", "$A= \\\n$B\n$B= \\\n$A\n$A\n", "$A= \\\n~SEQ(N, 1, 2) $A\n$A\n", "$A=~SEQ(N, 1, 1) $A\n$A\n"],
)
def test_recursion_in_any_form_is_refused(text):
    assert set(codes(parse_text(text))) == {"SF1304"}


def test_a_line_may_have_1023_bytes():
    fits, long = "a " + "x" * 1021, "b " + "x" * 1022
    parsed = parse_text(f"{fits}\n{long}\nc {{\n}}\n")
    assert [line[:1] for line in raw(parsed)] == ["a", "c"]
    assert codes(parsed) == ["SF1105"]


def test_a_line_of_many_megabytes_is_one_fault():
    assert codes(parse_text(b"x" * 20_000_000)) == ["SF1105"]


def test_the_manuals_example_of_65024_routers_is_no_explosion():
    """Here with one line for each; the limit holds for ten."""
    parsed = parse_text("~SEQ(IF,0,7) ~SEQ(NUM,0,31) ~SEQ(ID,1,254) router ${IF}.${NUM}.${ID}\n")
    assert len(parsed.tree.statements) == 65024
    assert raw(parsed)[-1] == "router 7.31.254"
    assert Limits().lines > 65024 * 20


def test_the_include_check_level_ends_with_its_file():
    files = {"a": "include b\ninclude none\n", "b": "global_defs {\ninclude_check\n}\ninclude none\n"}
    parsed = parse("a", reader=MemoryReader(files))
    assert [(found.code, found.span.file) for found in parsed.diagnostics] == [("SF1506", "b"), ("SF1501", "a")]
    assert [found.span.file for found in parsed.fatal] == ["b"]


def test_loops_within_loops_are_multiplied_before_they_run():
    parsed = parse_text("~SEQ(A, 1, 2000) ~SEQ(B, 1, 2000) x $A $B\ny\n")
    assert codes(parsed) == ["SF1601"]
    assert "4000000 with the loops around it" in parsed.diagnostics[0].message
    assert parsed.tree.statements == []
    assert codes(parse_text("~SEQ(A, 1, 20) ~SEQ(B, 1, 20) x $A $B\n~SEQ(A, 1, 20) x\n")) == []


def test_a_line_with_nothing_but_a_comment_ends_a_multi_line_parameter():
    parsed = parse_text("$T= \\\n  a \\\n# end\nb\n$T\n")
    assert raw(parsed) == ["b", "a"]


def test_a_multi_line_parameter_goes_on_behind_a_comment_that_ends_in_a_backslash():
    parsed = parse_text("$T= # why \\\n  a # b \\\n  # c \\\n  d\n$T\n")
    assert raw(parsed) == ["a", "d"]
    assert codes(parsed) == []


@pytest.mark.parametrize("line", ["x 100 \\", "x 100 \\ ", "x 100# c \\", "x 100 # c\\", "x 100\\"])
def test_a_backslash_at_the_end_of_a_line_is_glued_to_the_last_word(line):
    parsed = parse_text(f"{line}\ny\n")
    assert raw(parsed) == ["x 100\\", "y"]
    word = parsed.tree.statements[0].words[1]
    assert (word.span.column, word.span.end) == (3, line.rindex("\\") + 2)


@pytest.mark.parametrize("line", ["# c \\\\", "# c \\ ", "#"])
def test_other_backslashes_in_comments_are_comment(line):
    parsed = parse_text(f"{line}\ny\n")
    assert (raw(parsed), codes(parsed)) == (["y"], [])


def test_a_backslash_behind_nothing_but_a_comment_is_named_and_ignored():
    parsed = parse_text("# c \\\nx\n")
    assert (raw(parsed), codes(parsed)) == (["x"], ["SF1204"])
    assert str(parsed.diagnostics[0].span) == "<text>:1:5"


def drawn(text: str) -> list[str]:
    return [statement.raw for statement in parse_text(text).tree.statements if statement.raw.startswith("n ")]


def test_a_seed_makes_random_numbers_repeat_themselves():
    numbers = "n ${_RANDOM 0 1000000000}\n" * 2
    seeded = "global_defs {\nrandom_seed 7\n}\n" + numbers
    assert drawn(seeded) == drawn(seeded)
    assert len(set(drawn(seeded))) == 2
    assert drawn(seeded) != drawn(seeded.replace("7", "8"))


def test_a_seed_in_another_block_or_without_a_number_is_none():
    numbers = "n ${_RANDOM 0 1000000000}\n" * 2
    for block in ("vrrp_instance a {\nrandom_seed 7\n}\n", "global_defs {\nrandom_seed\n}\n"):
        assert drawn(block + numbers) != drawn(block + numbers)


def outline(statements) -> list:
    return [[each.raw, *outline(each.block)] if each.block is not None else each.raw for each in statements]


def test_behind_a_brace_a_line_begins_afresh():
    text = "a { @x one\n}\nb { @y no }\n}\nc @x { @^y three } @y four\nd { $N=4\ne $N }\nf { ~SEQ(I, 5, 6) s $I\n}\n"
    parsed = parse_text(text, config_id="x")
    assert codes(parsed) == []
    a, *_ = parsed.tree.statements
    assert outline(parsed.tree.statements) == [
        ["a", "one"],
        ["b"],
        ["c @x", "three"],
        ["d", "e 4"],
        ["f", "s 5", "s 6"],
    ]
    assert [each.keyword.span.column for each in a.block or ()] == [8]


@pytest.mark.parametrize(
    ("text", "includes"),
    [
        ("x { include b\n}\n", True),
        ("x } include b\n", True),
        ('x "{ include b"\n', False),
        ("x {included b\n}\n", False),
    ],
)
def test_an_include_may_stand_behind_a_brace(text, includes):
    parsed = parse("a", reader=MemoryReader({"a": text, "b": "y\n"}))
    assert ("b" in parsed.tree.files) == includes


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('@other x "y\n', [1]),
        ('$X="y\n', [1]),
        ('x "y\n', [1]),
        ('$T= \\\nx "y \\\nz\n$T\n', [2]),
        ('@other x "y" # don"t\n', []),
    ],
)
def test_a_quote_is_missed_once_also_where_the_line_means_nothing(text, lines):
    found = [d for d in parse_text(text, config_id="main").diagnostics if d.code == "SF1202"]
    assert [d.span.line for d in found] == lines


@pytest.mark.parametrize(
    ("text", "config_id", "words"),
    [
        ("@a x 1\n@b x 2\n@b x 3\n", "vm", "no `@` line is for this node, `vm`: they are for a, b"),
        ("".join(f"@n{number} x\n" for number in range(7)), "vm", "for n0, n1, n2, n3, n4, ..."),
        ("@a x 1\n@b x 2\n", "b", ""),
        ("@^a x 1\n", "vm", ""),
        ("@a x 1\n", "", ""),
    ],
)
def test_a_node_that_no_conditional_line_is_for_is_told(text, config_id, words):
    found = [each for each in parse_text(text, config_id=config_id).diagnostics if each.code == "SF1404"]
    assert [each.span.line for each in found] == ([1] if words else [])
    assert all(each.message.endswith(words) for each in found)
