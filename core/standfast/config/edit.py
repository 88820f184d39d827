"""Changes of a file that leave the rest of it as it is: values, statements, blocks."""

from __future__ import annotations

import re

from standfast.config.syntax import ConfigText, Node, Path
from standfast.config.text import BLANKS

_KEYWORD = re.compile(r"(?:@\^?[^ \t\f\r\v]*[ \t\f\r\v]+)?[^ \t\f\r\v]+")
_NEEDS_QUOTES = re.compile(r"[#!{}\s]|^$")
INDENT = "    "


class EditError(ValueError):
    """What was asked for cannot be done; the words say why, and nothing has changed."""


def quoted(value: str) -> str:
    """One word as it must be written, in double quotes if it needs them. Raises EditError if it cannot be written."""
    if '"' in value or "\n" in value or "\0" in value:
        raise EditError(f"this cannot be written in a configuration: {value!r}")
    return f'"{value}"' if _NEEDS_QUOTES.search(value) else value


def set_value(text: ConfigText, path: Path, value: str) -> None:
    """Let the keyword at ``path`` be followed by ``value`` (as written; see :func:`quoted`).

    A keyword that is not there is added at the end of its block. Raises EditError if the block is not there, or if
    the keyword stands there several times.
    """
    value = _one_line(value)
    node = _one(text, path)
    if node is None:
        add(text, path[:-1], f"{path[-1]} {value}".rstrip())
        return
    found = _KEYWORD.match(node.raw)
    keyword = found[0] if found else node.raw
    gap = node.raw[len(keyword) :]
    blanks = gap[: len(gap) - len(gap.lstrip(BLANKS))] or " "
    node.raw = f"{keyword}{blanks}{value}" if value else keyword


def add(text: ConfigText, path: Path, statement: str) -> None:
    """Put a statement, or a block of several lines, at the end of the block at ``path`` (() is the top level).

    Indentation is that of its neighbours. Raises EditError if there is no such block, or ``statement`` is unsound.
    """
    new = ConfigText.parse(statement.strip())
    if new.stray or not new.nodes:
        raise EditError(f"this is not a statement: {statement!r}")
    if text.stray:
        raise EditError("the braces of this file do not fit together")
    block = _block(text, path)
    end = "\r\n" if "\r\n" in text.text() else "\n"
    indent = _indent(text, block, len(path))
    shifted = ConfigText.parse(_shifted(new.text(), indent, end)).nodes
    if block is None:
        shifted[0].lead = text.tail + _break(text.text(), end)
        text.nodes += shifted
        text.tail = end
        return
    block.opening = block.opening or " {"
    before, newline, last = block.closing.rpartition("\n")
    shifted[0].lead = f"{before}{newline or end}{indent}"
    block.closing = f"{end}{last}" if newline else f"{end}{INDENT * (len(path) - 1)}}}"
    block.block += shifted


def remove(text: ConfigText, path: Path) -> None:
    """Take out every statement at ``path`` with its block and the comment behind it on its line.

    Raises EditError if there is none.
    """
    found = text.find(*path)
    if not found:
        raise EditError(f"there is no {_shown(path)}")
    for node in found:
        _take_out(text, node)


def _take_out(text: ConfigText, node: Node) -> None:
    siblings, owner = _place(text, node)
    at = siblings.index(node)
    behind = siblings[at + 1].lead if at + 1 < len(siblings) else owner.closing if owner else text.tail
    kept, line_begin, _ = node.lead.rpartition("\n")
    _, line_end, after = behind.partition("\n")
    if line_end and (line_begin or not node.lead.strip(BLANKS)):  # alone on its line: the line goes
        joined = f"{kept}{line_begin}{after}"
    elif line_end:
        joined = node.lead.rstrip(BLANKS) + behind
    else:
        joined = node.lead + behind.lstrip(BLANKS)
    if at + 1 < len(siblings):
        siblings[at + 1].lead = joined
    elif owner:
        owner.closing = joined
    else:
        text.tail = joined
    del siblings[at]


def _place(text: ConfigText, node: Node) -> tuple[list[Node], Node | None]:
    if node in text.nodes:
        return text.nodes, None
    owner = next(each for _, each in text.walk() if node in each.block)
    return owner.block, owner


def _one(text: ConfigText, path: Path) -> Node | None:
    found = text.find(*path)
    if len(found) > 1:
        raise EditError(f"{_shown(path)} stands there {len(found)} times")
    return found[0] if found else None


def _block(text: ConfigText, path: Path) -> Node | None:
    if not path:
        return None
    block = _one(text, path)
    if block is None:
        raise EditError(f"there is no {_shown(path)}")
    return block


def _indent(text: ConfigText, block: Node | None, depth: int) -> str:
    for node in reversed(block.block if block else ()):
        _, newline, blanks = node.lead.rpartition("\n")
        if newline and not blanks.strip(BLANKS):
            return blanks
    return INDENT * depth


def _shifted(statement: str, indent: str, end: str) -> str:
    first, *rest = statement.split("\n")
    return end.join([first.rstrip("\r"), *(f"{indent}{line.rstrip()}" if line.strip() else "" for line in rest)])


def _break(before: str, end: str) -> str:
    return "" if not before or before.endswith("\n") else end


def _one_line(value: str) -> str:
    if "\n" in value or "\0" in value:
        raise EditError("a value is one line")
    return value.strip()


def _shown(path: Path) -> str:
    return " / ".join(f"`{step}`" for step in path)
