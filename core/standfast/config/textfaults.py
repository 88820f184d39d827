"""What editors, web pages and word processors do to text: byte order marks, look-alike characters, wrong encodings."""

from __future__ import annotations

import re
from itertools import islice

from standfast.config.diagnostics import Span
from standfast.config.notices import Notices
from standfast.config.source import Document
from standfast.config.text import BLANKS, Text

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
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
LOOKED_AT = 4096
"""Characters that tell what kind of file it is."""
FEW = 16
"""As many control characters may come from an accident."""
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_PASSWORD = re.compile(r"[ \t\f\r\v]*\S*(?:auth_pass|password|auth_hmac)\S*[ \t\f\r\v]+\S*\Z")


def is_no_configuration(document: Document, notices: Notices) -> bool:
    """Say so, once, of a file of which nothing can be read: two bytes for each character, binary data, a web page."""
    start = "\n".join(islice(document.lines, 400))[:LOOKED_AT]
    if start.startswith(("\udcff\udcfe", "\udcfe\udcff")) or _is_two_bytes(start):
        code, message = "SF1108", "the file is UTF-16, not UTF-8: nothing of it can be read"
        hint = "convert with `iconv -f UTF-16 -t UTF-8`"
    elif len(_CONTROL.findall(start)) > max(FEW, len(start) // 10):
        code, message = "SF1109", "the file is binary data, not text: nothing of it is read"
        hint = "is it the right file?"
    elif start.lstrip(BLANKS + "\r\n" + BOM)[:14].lower().startswith(("<!doctype html", "<html")):
        code, message = "SF1109", "the file is a web page, not a configuration: nothing of it is read"
        hint = "did a download save an error page?"
    else:
        return False
    notices.add(code, Span(document.name, 1, 1, 2), message, hint=hint, source="")
    return True


def _is_two_bytes(start: str) -> bool:
    """Every other byte is NUL, or many of them are; those between are not."""
    less, more = sorted((start[::2].count("\0"), start[1::2].count("\0")))
    return more > 0 and more * 3 >= len(start) and less * 4 <= more


def check_document(document: Document, notices: Notices) -> None:
    """Faults of the file as a whole."""
    name, lines = document.name, document.lines
    if lines[0].startswith(BOM):
        message = "the file begins with a byte order mark (U+FEFF), which keepalived takes for part of the first word"
        source = lines[0].strip("\r" + BOM)
        notices.add("SF1102", Span(name, 1, 1, 2), message, hint="save the file as UTF-8 without BOM", source=source)
    _check_line_ends(document, notices)
    _check_encoding(document, notices)


def _check_line_ends(document: Document, notices: Notices) -> None:
    crlf = [number for number, line in enumerate(document.lines, 1) if line.endswith("\r")]
    if crlf:
        text = document.lines[crlf[0] - 1][:-1]
        span = Span(document.name, crlf[0], len(text) + 1, len(text) + 2)
        message = f"{len(crlf)} of {len(document.lines)} lines end in CR LF, which is accepted"
        notices.add("SF1103", span, message, hint="convert with `dos2unix`", source=text)


def _check_encoding(document: Document, notices: Notices) -> None:
    bad = [number for number, line in enumerate(document.lines, 1) if not line.isascii() and _NOT_UTF8.search(line)]
    if not bad:
        return
    text = document.lines[bad[0] - 1]
    at = next(i for i, char in enumerate(text) if _NOT_UTF8.match(char))
    more = f", nor is text in {len(bad) - 1} more lines" if len(bad) > 1 else ""
    message = f"byte 0x{ord(text[at]) & 0xFF:02X} in column {at + 1} is not UTF-8{more}"
    span = Span(document.name, bad[0], at + 1, at + 2)
    notices.add("SF1101", span, message, hint="convert with `iconv -f ENCODING -t UTF-8`", source=text.rstrip("\r"))


def check_line(bare: Text, notices: Notices) -> None:
    """Look-alike characters outside comments and double quotes: the first of each kind, and how many follow."""
    found = [match for match in _STRANGE.finditer(bare.text) if match[1] is not None]
    blanks = [match for match in found if match[1] in BLANK_ALIKE]
    others = [match for match in found if match[1] in ALIKE]
    if blanks:
        char, at = blanks[0][1], blanks[0].start()
        message = f"{BLANK_ALIKE[char]} (U+{ord(char):04X}) in column {at + 1} is part of the word, not a blank"
        hint = "replace it with a space, or delete it" + _more(len(blanks) - 1)
        notices.say("SF1106", bare, at, at + 1, message, hint=hint)
    if others:
        char, at = others[0][1], others[0].start()
        kind, meant = ALIKE[char]
        message = f"{kind} (U+{ord(char):04X}) in column {at + 1} is not the character it looks like"
        notices.say("SF1107", bare, at, at + 1, message, hint=f"replace it with `{meant}`" + _more(len(others) - 1))


def _more(count: int) -> str:
    return f"; {count} more in this line" if count else ""


def check_comment(text: Text, at: int, notices: Notices) -> None:
    """Say so if the comment that begins at ``at`` cuts a word in two, above all a password."""
    bare, sign, behind = text.text[:at], text.text[at], text.text[at + 1 : at + 2]
    inside = bare[-1:] not in ("", *BLANKS)
    if _PASSWORD.match(bare) and (behind not in ("", *BLANKS) or (inside and not behind)):
        left = f"`{bare.split()[-1]}`" if inside else "nothing"
        message = f"`{sign}` begins a comment in the middle of a password: what is left is {left}"
        notices.say("SF1201", text, at, len(text.text), message, hint="write the value in double quotes")
    elif inside and bare[-1] not in "{}=" and behind not in ("", "#", "!", *BLANKS):
        hint = "write the word in double quotes, or put a blank before the comment"
        notices.say("SF1203", text, at, len(text.text), f"`{sign}` begins a comment in the middle of a word", hint=hint)


def check_lone_backslash(bare: Text, notices: Notices) -> None:
    """Say that keepalived takes the backslash at the end of a comment for a statement; it is one without meaning."""
    message = "the backslash at the end of a line is not part of the comment: keepalived takes it for a keyword"
    notices.say("SF1204", bare, len(bare.text) - 1, len(bare.text), message, hint="delete it")
