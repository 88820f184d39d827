"""Cuts logical lines into pieces: comments off, statements apart at braces, statements into words."""

from __future__ import annotations

import re

from standfast.config.notices import Notices
from standfast.config.text import BLANKS, Piece, Text
from standfast.config.tree import Word

_ENGINE = r"\{\{(?:[^{}]|\{[^{}]*\})*\}\}|\{%(?:(?!\{%).)*?%\}|<%(?:(?!<%).)*?%>"
"""What template engines (Jinja, Go, Helm; ERB) replace. Quotes and single pairs of braces may stand inside."""
_COMMENT = re.compile(rf'"[^"]*(?:"|\Z)|{_ENGINE}|\\[#!]|[#!]')
_ESCAPED = re.compile(r'"[^"]*(?:"|\Z)|\\([#!])')
_WORD = re.compile(r'"([^"]*)"|[^ \t\f\r\v"]+|"')
_CUT = re.compile(rf'"[^"]*(?:"|\Z)|\$\{{[^{{}}"]*\}}|{_ENGINE}|[{{}}]')
_NAME_REFERENCE = re.compile(r"\$\{[A-Za-z_]\w*(?:[ \t]+\w+)*\}", re.ASCII)
_PLACEHOLDER = re.compile(r'"[^"]*(?:"|\Z)|<[A-Za-z_][\w .:-]*>')
_SLASHES = re.compile(r'"[^"]*(?:"|\Z)|(?:(?<=[ \t\f\r\v{}])|\A)//[^ \t\f\r\v"]*')
_PATH = re.compile(r"//[\w.-]+(?:/[\w./-]*)?", re.ASCII)
_BACKSLASH = re.compile(r"(?<!\\)\\(?:\\\\)*\Z")
_FRESH = re.compile(r"[{}][ \t\f\r\v]*(@|~(?:SEQx?|LST)\b|\$[A-Za-z_]\w*=|include[rmwba]?[ \t])")
_TRAILING_BRACE = re.compile(r"[{}][ \t\f\r\v]*\Z")


def comment_start(text: str) -> int:
    """Where the comment begins, or -1. Double quotes protect, also one that is not closed; so does a backslash."""
    if "#" not in text and "!" not in text:
        return -1
    return next((found.start() for found in _COMMENT.finditer(text) if found[0] in ("#", "!")), -1)


def code_end(text: str) -> tuple[int, int]:
    """Where the code of a physical line ends, and where a backslash stands that belongs to it all the same, or -1.

    A backslash at the very end of a line is never part of a comment: lines of a template go on by it. In all other
    lines keepalived glues it to the last word, whatever stands between.
    """
    at = comment_start(text)
    if "\\" not in text:
        return (len(text) if at < 0 else at), -1
    line = text.rstrip(BLANKS) if at < 0 else text
    if not _BACKSLASH.search(line):
        return (len(text) if at < 0 else at), -1
    last = len(line) - 1
    return len(text[: last if at < 0 else at].rstrip(BLANKS)), last


def unescape(text: Text) -> Text:
    r"""Turn ``\#`` and ``\!`` outside double quotes into the character alone."""
    if "\\#" not in text.text and "\\!" not in text.text:
        return text
    old = text.explicit_marks()
    parts: list[str] = []
    marks: list[tuple[int, int]] = []
    start = 0
    for found in _ESCAPED.finditer(text.text):
        if found[1] is not None:
            at = found.start()
            parts += text.text[start:at], found[1]
            marks += [*old[start:at], (old[at][0], old[at + 1][1])]
            start = found.end()
    rest = text.text[start:]
    return Text("".join(parts) + rest, text.line, text.via, marks + old[start : len(text.text)])


def split_words(text: Text, start: int, end: int) -> tuple[Word, ...]:
    """Words of ``start:end``. A quoted run is always a word of its own; after an unmatched quote everything is lost."""
    words: list[Word] = []
    for found in _WORD.finditer(text.text, start, end):
        if found.lastindex:
            words.append(Word(found[1], text.span(*found.span()), True))
        elif found[0] != '"':
            words.append(Word(found[0], text.span(*found.span())))
        elif words:
            break
    return tuple(words)


def lex(text: Text, notices: Notices) -> tuple[Piece, ...]:
    """Statements and braces of one logical line, its comment stripped and its parameters expanded."""
    text = unescape(text)
    _look_for_faults(text, notices)
    if "{" not in text.text and "}" not in text.text:
        return _statement(text, 0, len(text.text))
    pieces: list[Piece] = []
    start = 0
    for at in brace_positions(text.text):
        pieces += _statement(text, start, at)
        pieces.append(Piece((), text.text[at], text.span(at, at + 1)))
        start = at + 1
    pieces += _statement(text, start, len(text.text))
    return tuple(pieces)


def _statement(text: Text, start: int, end: int) -> tuple[Piece, ...]:
    words = split_words(text, start, end)
    return (Piece(words, text.text[start:end].strip(BLANKS)),) if words else ()


def brace_positions(text: str) -> list[int]:
    """Where braces cut: not in quotes, and not those of a placeholder that nobody filled in.

    An unclosed quote would hide the brace at the line's end and wreck all that follows; that brace is taken as meant.
    """
    found = [match.start() for match in _CUT.finditer(text) if match[0] in ("{", "}")]
    if text.count('"') % 2 and (trailing := _TRAILING_BRACE.search(text)) and trailing.start() not in found:
        found.append(trailing.start())
    return found


def fresh_starts(text: str) -> list[int]:
    """Where a line begins afresh behind a brace, with what only the beginning of a line can be.

    That is a condition, a loop, a definition or an include; a loop and a definition take the rest of the line.
    """
    if not _FRESH.search(text):
        return []
    found: list[int] = []
    for brace in brace_positions(text):
        start = _FRESH.match(text, brace)
        if start is not None:
            found.append(brace + 1)
            if start[1][0] in "~$":
                break
    return found


def _look_for_faults(text: Text, notices: Notices) -> None:
    """What is wrong with a line as text, whatever it means."""
    raw = text.text
    if '"' in raw and raw.count('"') % 2:
        look_for_quotes(text, notices)
    if "//" in raw:
        _look_for_slashes(text, notices)
    if "<" in raw and ">" in raw:
        _look_for_placeholders(text, notices)
    if "{{" in raw or "{%" in raw or "<%" in raw or "${" in raw:
        _look_for_templates(text, notices)


def look_for_quotes(text: Text, notices: Notices) -> None:
    """Say of a line with an odd number of double quotes where the last one stands."""
    message = "a double quote opens here and is not closed: what follows is lost"
    notices.say("SF1202", text, text.text.rindex('"'), len(text.text), message, hint="close it on the same line")


def _look_for_slashes(text: Text, notices: Notices) -> None:
    """Comments of other languages; ``path //index`` is a path, though."""
    for found in _SLASHES.finditer(text.text):
        if found[0][0] == '"' or (_PATH.fullmatch(found[0]) and len(text.text[: found.start()].split()) == 1):
            continue
        message = "`//` begins no comment: what follows is read as part of the statement"
        notices.say("SF1205", text, found.start(), len(text.text), message, hint="write `#` for a comment")
        return


def _look_for_placeholders(text: Text, notices: Notices) -> None:
    for found in _PLACEHOLDER.finditer(text.text):
        if found[0][0] == "<":
            message = f"placeholder was not filled in: `{found[0]}`"
            notices.say("SF1309", text, *found.span(), message, hint="write the value, without the angle brackets")


def _look_for_templates(text: Text, notices: Notices) -> None:
    """The first placeholder of a line, and how many follow: a template has dozens of such lines."""
    engine = [found for found in _CUT.finditer(text.text) if found[0][:2] in ("{{", "{%", "<%")]
    if engine:
        more = f"; {len(engine) - 1} more in this line" if len(engine) > 1 else ""
        message = f"a template engine's placeholder was not filled in: `{engine[0][0]}`"
        hint = "use the file that the template engine writes" + more
        notices.say("SF1310", text, *engine[0].span(), message, hint=hint)
    for found in _CUT.finditer(text.text):
        if found[0].startswith("${") and not _NAME_REFERENCE.fullmatch(found[0]):
            message = f"this is no parameter: `{found[0]}`"
            hint = "a parameter's name has letters, digits and `_`; was a template not filled in?"
            notices.say("SF1301", text, *found.span(), message, hint=hint)
