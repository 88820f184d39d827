"""How script keywords and ``regex`` split their line: other quotes and escapes than ordinary statements have.

The *first split* takes the statement's raw text apart (keyword, command, user, group); the *second split* takes the
command apart into the arguments of the program.
"""

from __future__ import annotations

import re

from standfast.config.lexer import BLANKS

_SIMPLE = {"a": "\a", "b": "\b", "E": "\033", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|c(.)|(.))", re.DOTALL)


class Unsplittable(ValueError):
    """The text cannot be split: a quote without its end, or a backslash as the last character."""


def first_split(raw: str) -> list[str]:
    """Words of a script statement: both quotes, adjacent parts join, backslash pairs stay. Raises Unsplittable."""
    return _split(raw, convert=False)


def second_split(command: str) -> list[str]:
    """Arguments of a command: as the first split, with escapes converted. Raises Unsplittable."""
    return _split(command, convert=True)


def _split(text: str, *, convert: bool) -> list[str]:
    words: list[str] = []
    word: list[str] | None = None
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            taken, length = _escape(text, at, convert)
            word = [*(word or ()), taken] if word is None else _grown(word, taken)
            at += length
            continue
        at += 1
        if quote:
            if char == quote:
                quote = ""
            elif word is not None:
                word.append(char)
        elif char in "\"'":
            quote, word = char, [] if word is None else word
        elif char not in BLANKS + "\n":
            word = _grown([] if word is None else word, char)
        elif word is not None:
            words.append("".join(word))
            word = None
    if quote:
        raise Unsplittable(f"quote without its end: {quote}")
    return words if word is None else [*words, "".join(word)]


def _grown(word: list[str], part: str) -> list[str]:
    word.append(part)
    return word


def _escape(text: str, at: int, convert: bool) -> tuple[str, int]:
    """The text that a backslash sequence stands for, and its length."""
    if at + 1 == len(text):
        raise Unsplittable("backslash at the end")
    if not convert:
        return text[at : at + 2], 2
    found = _ESCAPE.match(text, at)
    assert found is not None  # noqa: S101 - the last alternative takes any character
    octal, hexadecimal, control, other = found.groups()
    if octal:
        return chr(int(octal, 8) & 0xFF), len(found[0])
    if hexadecimal:
        return chr(int(hexadecimal, 16)), len(found[0])
    if control:
        return chr(ord(control) & 0x1F), 3
    return _SIMPLE.get(other, other), 2
