"""How script keywords and ``regex`` split their line: other quotes and escapes than ordinary statements have.

The *first split* takes the statement's raw text apart (keyword, command, user, group); the *second split* takes the
command apart into the arguments of the program.
"""

from __future__ import annotations

import re

from standfast.config.text import BLANKS

_SIMPLE = {"a": "\a", "b": "\b", "E": "\033", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REST = r"""|["']|[ \t\f\r\v\n]+|[^\\"' \t\f\r\v\n]+|\\\Z"""
_PAIRS = re.compile(r"\\." + _REST, re.DOTALL)
_ESCAPES = re.compile(r"\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{1,2}|c.|.)" + _REST, re.DOTALL)


class UnsplittableError(ValueError):
    """The text cannot be split: a quote without its end, or a backslash as the last character."""


def first_split(raw: str) -> list[str]:
    """Words of a script statement: both quotes, adjacent parts join, backslash pairs stay. Raises UnsplittableError."""
    return _split(raw, convert=False)


def second_split(command: str) -> list[str]:
    """Arguments of a command: as the first split, with escapes converted. Raises UnsplittableError."""
    return _split(command, convert=True)


def _split(text: str, *, convert: bool) -> list[str]:
    words: list[str] = []
    word: str | None = None
    quote = ""
    for token in (_ESCAPES if convert else _PAIRS).findall(text):
        if token[0] == "\\":
            word = (word or "") + (_unescaped(token) if convert else _pair(token))
        elif quote:
            word, quote = (word, "") if token == quote else ((word or "") + token, quote)
        elif token in ('"', "'"):
            word, quote = word or "", token
        elif token[0] not in BLANKS + "\n":
            word = (word or "") + token
        elif word is not None:
            words.append(word)
            word = None
    if quote:
        raise UnsplittableError(f"quote without its end: {quote}")
    return words if word is None else [*words, word]


def _pair(token: str) -> str:
    if len(token) == 1:
        raise UnsplittableError("backslash at the end")
    return token


def _unescaped(token: str) -> str:
    """What a backslash sequence stands for."""
    code = _pair(token)[1:]
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] == "c" and len(code) > 1:
        return chr(ord(code[1]) & 0x1F)
    return _SIMPLE.get(code, code)


def script_argument(raw: str) -> str:
    """The argument of a keyword whose line is split once, with quotes and escapes. Raises UnsplittableError."""
    words = second_split(raw)
    if len(words) < 2:
        raise UnsplittableError("nothing stands behind the keyword")
    if not words[1]:
        raise UnsplittableError("an empty argument")
    return words[1]
