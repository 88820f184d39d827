"""Requests of HTTP_GET and SSL_GET."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("HTTP_GET", "url {\npath /\ntls_compliant\n}", ["SF2102"]),
        ("HTTP_GET", "url {\npath index\n}", ["SF4505"]),
        ("HTTP_GET", "url {\npath /\nstatus_code 99\n}", ["SF3309"]),
        ("HTTP_GET", "url {\npath /\nstatus_code 300-200\n}", ["SF3309"]),
        ("HTTP_GET", "url {\npath /\nstatus_code 600\n}", ["SF3309"]),
        ("HTTP_GET", "url {\npath /\ndigest abc\n}", ["SF3310"]),
        ("HTTP_GET", "url {\npath /\nregex_no_match\n}", ["SF4504"]),
        ("HTTP_GET", "url {\npath /\nregex a b\n}", ["SF2109"]),
        ("HTTP_GET", "url {\npath /\nregex a\nregex_options caseles\n}", ["SF3312"]),
        ("HTTP_GET", "url {\npath /\nregex a\nregex_min_offset 9\nregex_max_offset 5\n}", ["SF4503"]),
        ("HTTP_GET", "url {\npath /\nregex a\nregex_stack 10 5\n}", ["SF3002"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found


def test_status_codes_add_up_and_replace_the_usual_ones(check):
    (url,) = check.options("HTTP_GET", "url {\npath /\nstatus_code 200 x 301-302\nstatus_code 404\n}").urls
    assert url.status_codes == ((200, 200), (301, 302), (404, 404))


@pytest.mark.parametrize(
    ("pattern", "fine"),
    [
        (r"status: (ok|up)", True),
        (r"[)(]", True),
        (r"[]a]", True),
        (r"[[:alpha:](]", True),
        (r"\\(", True),
        (r"a(", False),
        (r"a)", False),
        (r"[a", False),
    ],
)
def test_patterns_that_no_dialect_reads_are_found(check, pattern, fine):
    loaded = check.load("HTTP_GET", f'url {{\npath /\nregex "{pattern}"\n}}')
    assert [d.code for d in loaded.diagnostics if d.code not in ("SF5001", "SF4107")] == ([] if fine else ["SF3311"])


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ('"status: *ok"', "status: *ok"),
        ("'status: *ok'", "status: *ok"),
        ("status:' *ok'", "status: *ok"),
        (r'"a\\sb \"c\""', r'a\sb "c"'),
        (r"a\ b", "a b"),
    ],
)
def test_a_quoted_pattern_may_have_blanks(check, written, pattern):
    (url,) = check.options("HTTP_GET", f"url {{\npath /\nregex {written}\n}}").urls
    assert url.regex == pattern
