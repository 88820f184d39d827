"""What editors, web pages and word processors do to text: byte order marks, look-alike characters, wrong encodings."""

from __future__ import annotations

import re

from standfast.config.diagnostics import Frame, Span
from standfast.config.lexer import Line
from standfast.config.notices import Notices
from standfast.config.source import Document

BOM = "\ufeff"

BLANK_ALIKE = {
    "\u00a0": "no-break space",
    "\u2002": "en space",
    "\u2003": "em space",
    "\u2007": "figure space",
    "\u2009": "thin space",
    "\u200b": "zero-width space",
    "\u202f": "narrow no-break space",
    "\u3000": "full-width blank",
    "\ufeff": "byte order mark",
}
ALIKE = {
    "\u201c": ("smart quote", '"'),
    "\u201d": ("smart quote", '"'),
    "\u201e": ("smart quote", '"'),
    "\u2018": ("smart quote", "'"),
    "\u2019": ("smart quote", "'"),
    "\u2010": ("hyphen", "-"),
    "\u2011": ("no-break hyphen", "-"),
    "\u2013": ("en dash", "-"),
    "\u2014": ("em dash", "-"),
    "\u2212": ("minus sign", "-"),
} | {chr(code + 0xFEE0): ("full-width character", chr(code)) for code in range(0x21, 0x7F)}

_STRANGE = re.compile(r'"[^"]*(?:"|\Z)|([' + "".join(map(re.escape, (*BLANK_ALIKE, *ALIKE))) + "])")
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


def check_document(document: Document, notices: Notices) -> None:
    """Faults of the file as a whole."""
    name, lines = document.name, document.lines
    if lines[0].startswith(BOM):
        hint = "save the file as UTF-8 without BOM"
        message = "the file begins with a byte order mark (U+FEFF), which keepalived takes for part of the first word"
        notices.add("SF1102", Span(name, 1, 1, 2), message, hint=hint, source=lines[0].strip("\r" + BOM))
    crlf = sum(line.endswith("\r") for line in lines)
    if crlf:
        first = next(number for number, line in enumerate(lines, 1) if line.endswith("\r"))
        at = len(lines[first - 1])
        message = f"{crlf} of {len(lines)} lines end in CR LF, which is accepted"
        notices.add(
            "SF1103",
            Span(name, first, at, at + 1),
            message,
            hint="convert with `dos2unix`",
            source=lines[first - 1][:-1],
        )
    _check_encoding(document, notices)


def _check_encoding(document: Document, notices: Notices) -> None:
    bad = [number for number, line in enumerate(document.lines, 1) if not line.isascii() and _NOT_UTF8.search(line)]
    if not bad:
        return
    text = document.lines[bad[0] - 1]
    found = _NOT_UTF8.search(text)
    column = found.start() if found else 0
    more = f", nor is text in {len(bad) - 1} more lines" if len(bad) > 1 else ""
    message = f"byte 0x{ord(text[column]) & 0xFF:02X} in column {column + 1} is not UTF-8{more}"
    span = Span(document.name, bad[0], column + 1, column + 2)
    notices.add("SF1101", span, message, hint="convert with `iconv -f ENCODING -t UTF-8`", source=text.rstrip("\r"))


def check_line(bare: str, line: Line, via: tuple[Frame, ...], notices: Notices) -> None:
    """Look-alike characters outside comments and double quotes."""
    for found in _STRANGE.finditer(bare):
        char = found[1]
        if char is None:
            continue
        at = found.start()
        point = f"U+{ord(char):04X}"
        if char in BLANK_ALIKE:
            message = f"{BLANK_ALIKE[char]} ({point}) in column {at + 1} is part of the word, not a blank"
            code, hint = "SF1106", "replace it with a space, or delete it"
        else:
            kind, meant = ALIKE[char]
            message = f"{kind} ({point}) in column {at + 1} is not the character it looks like"
            code, hint = "SF1107", f"replace it with {meant}"
        notices.add(code, line.span(None, at, at + 1), message, hint=hint, source=line.text, via=via)
