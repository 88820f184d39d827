from __future__ import annotations

import json

from standfast.config.diagnostics import Diagnostic, Frame, Span
from standfast.config.render import as_json, render, summary

FAULT = Diagnostic(
    "error",
    "SF2101",
    Span("/etc/standfast/standfast.conf", 12, 5, 12),
    "unknown keyword in `vrrp_instance`: `priorty`",
    "did you mean `priority`?",
    "    priorty 150",
    (Frame("included here", Span("main.conf", 3, 1, 20)), Frame("turn 2 of ~SEQ(N, 1, 3)", Span("main.conf", 1, 1, 5))),
)


def test_for_people():
    assert render(FAULT) == (
        "error[SF2101]: unknown keyword in `vrrp_instance`: `priorty`\n"
        "  --> /etc/standfast/standfast.conf:12:5\n"
        "   |\n"
        "12 |     priorty 150\n"
        "   |     ^^^^^^^\n"
        "   = included here: main.conf:3:1\n"
        "   = turn 2 of ~SEQ(N, 1, 3): main.conf:1:1\n"
        "\n"
        "hint: did you mean `priority`?"
    )


def test_colour_only_when_asked_for():
    assert "\033" not in render(FAULT)
    coloured = render(FAULT, colour=True)
    assert "\033[1;31merror[SF2101]\033[0m" in coloured


def caret(source: str, column: int, end: int) -> tuple[str, str]:
    shown = render(Diagnostic("note", "SF1203", Span("a", 1, column, end), "x", source_line=source)).splitlines()
    return shown[3].removeprefix("1 | "), shown[4].removeprefix("  | ")


def test_the_caret_stands_under_its_word_after_tabs_and_wide_characters():
    assert caret("\tab cd", 5, 7) == ("    ab cd", "       ^^")
    assert caret("主机 ab", 4, 6) == ("主机 ab", "     ^^")


def test_what_does_not_print_is_shown_and_never_reaches_the_terminal():
    assert caret("a\u00a0b", 2, 3) == ("a\u2423b", " ^")
    shown, below = caret("x \udcff\x1b[31m y", 3, 4)
    assert shown == "x \\xff\\x1b[31m y"
    assert below == "  ^^^^"


def test_a_long_line_is_cut_around_the_caret():
    shown, below = caret("x" * 700 + "HERE" + "y" * 400, 701, 705)
    assert len(shown) <= 160
    assert shown[below.index("^") : below.rindex("^") + 1] == "HERE"


def test_a_place_behind_the_text_still_has_a_caret():
    assert caret("ab", 3, 4) == ("ab", "  ^")


def test_without_a_line_there_is_no_caret():
    assert "|" not in render(Diagnostic("error", "SF1001", Span("a", 1, 1, 2), "cannot be read"))


def test_for_programs():
    document = as_json([FAULT])
    assert json.loads(json.dumps(document)) == {
        "schema": "standfast.check/1",
        "diagnostics": [
            {
                "severity": "error",
                "code": "SF2101",
                "file": "/etc/standfast/standfast.conf",
                "line": 12,
                "column": 5,
                "end_column": 12,
                "message": "unknown keyword in `vrrp_instance`: `priorty`",
                "hint": "did you mean `priority`?",
                "via": [
                    {"what": frame.what, "file": frame.span.file, "line": frame.span.line, "column": frame.span.column}
                    for frame in FAULT.via
                ],
            }
        ],
    }


def test_the_summary_counts():
    note = Diagnostic("note", "SF1103", Span("a", 1, 1, 2), "x")
    assert summary([FAULT, note, FAULT]) == "2 errors, 1 note"
    assert summary([]) == ""


def test_other_places_are_told_to_programs_too():
    via = (Frame("included here", Span("main.conf", 7, 3, 9)),)
    (found,) = as_json([Diagnostic("note", "SF1103", Span("a.conf", 1, 1, 2), "m", via=via)])["diagnostics"]
    assert list(found["via"]) == [{"what": "included here", "file": "main.conf", "line": 7, "column": 3}]
