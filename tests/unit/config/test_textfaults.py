from __future__ import annotations

import pytest

from standfast.config.lexer import comment_start
from standfast.config.notices import Notices
from standfast.config.parser import parse_text
from standfast.config.source import Document
from standfast.config.text import Line, Text
from standfast.config.textfaults import check_comment, check_document, check_line


def of_document(data: bytes) -> list[tuple[str, int, int]]:
    notices = Notices()
    check_document(Document.of("a.conf", data), notices)
    return [(found.code, found.span.line, found.span.column) for found in notices.all()]


def test_marks_of_editors():
    assert of_document(b"\xef\xbb\xbfa\n") == [("SF1102", 1, 1)]
    assert of_document(b"a\nbc\r\nd\r\n") == [("SF1103", 2, 3)]
    assert of_document(b"a\nb \xb5s\n\xb5\n") == [("SF1101", 2, 3)]
    assert of_document("grüße\n".encode()) == []
    assert of_document(b"") == []


def of_line(raw: str) -> list[tuple[str, int]]:
    notices = Notices()
    check_line(Text(raw, Line("a.conf", 1, raw)), notices)
    return [(found.code, found.span.column) for found in notices.all()]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("a\u00a0b\u00a0c", [("SF1106", 2)]),
        ("\u3000a", [("SF1106", 1)]),
        ("a\u200bb", [("SF1106", 2)]),
        ("name “x”", [("SF1107", 6)]),
        ("a ｛", [("SF1107", 3)]),
        ("weight –5", [("SF1107", 8)]),
        ('"in “quotes”\u00a0"', []),
        ("router_id bürö-主机", []),
    ],
)
def test_characters_that_look_like_others(raw, found):
    assert of_line(raw) == found


def of_comment(raw: str) -> list[str]:
    notices = Notices()
    check_comment(Text(raw, Line("a.conf", 1, raw)), comment_start(raw), notices)
    return [f"{found.code} {found.message.rpartition(' ')[2]}" for found in notices.all()]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("auth_pass ab#cd", ["SF1201 `ab`"]),
        ("  auth_pass !secret", ["SF1201 nothing"]),
        ("smtp_password x!y", ["SF1201 `x`"]),
        ("auth_pass secret!", ["SF1201 `secret`"]),
        ("auth_pass N@##N000", ["SF1201 `N@`"]),
        ("auth_pass abcd # rest", []),
        ("auth_pass abcd# rest", []),
        ("auth_pass abcd #", []),
        ("auth_pass abcd #rest", []),
        ("interface eth0#lan", ["SF1203 word"]),
        ("interface eth0 #lan", []),
        ("interface eth0# lan", []),
        ("}#end", []),
        ("#### title", []),
        ("# auth_pass ab#cd", []),
    ],
)
def test_comments_that_cut_a_word(raw, found):
    assert of_comment(raw) == found


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_one_fault(encoding):
    found = parse_text("vrrp_instance VI {\n  state BACKUP\n}\n".encode(encoding)).diagnostics
    assert [(d.code, d.severity) for d in found] == [("SF1108", "error")]


def test_a_nul_here_and_there_is_not_utf_16():
    found = parse_text("router_id \0x\nrouter_id a_longer_name\n").diagnostics
    assert [d.code for d in found] == ["SF1104"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x7fELF\x02\x01\x01" + b"\0" * 9 + bytes(range(256)) * 4, "binary"),
        (b"\0" * 5000, "binary"),
        (b"\n<!DOCTYPE HTML>\n<html><body>\n<h1>Not Found</h1>\n</body></html>\n", "web page"),
    ],
)
def test_what_is_no_configuration_at_all_is_one_fault(data, word):
    (found,) = parse_text(data).diagnostics
    assert (found.code, word in found.message) == ("SF1109", True)
