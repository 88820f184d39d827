"""A table without lines, for tens of thousands of rows too.

Rich lays out every cell anew, a third of a millisecond for a row, and on a narrow screen it cuts off what does not fit.
Words go into lines of their own here, and none is ever cut: an address without its end is worse than a crooked table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.segment import Segment
    from rich.text import Text

    Cell: TypeAlias = str | Text

_GAP = 2


class PlainTable:
    """Something that rich can print. Whoever prints it says ``crop=False``: it may be wider than the screen."""

    def __init__(self, *headings: str) -> None:
        from rich.text import Text

        self._rows: list[tuple[Cell, ...]] = [tuple(Text(heading, style="bold") for heading in headings)]

    def add_row(self, *cells: Cell) -> None:
        """One more, with a cell for each heading."""
        self._rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """At its natural width; if that is more than there is, the widest columns are folded."""
        shown = [[str(cell) for cell in row] for row in self._rows]
        columns = list(zip(*shown, strict=True))
        widths = [max(_width(line) for text in column for line in text.split("\n")) for column in columns]
        excess = sum(widths) + _GAP * len(widths) - options.max_width
        if excess > 0:
            widths = _narrowed(widths, list(map(_least, columns)), excess)
        for row, texts in zip(self._rows, shown, strict=True):
            simple = excess <= 0 and not any("\n" in text for text in texts)
            for line in [texts] if simple else _lines(texts, widths):
                yield from _segments(console, row, list(map(_padded, line, widths)))


def _narrowed(widths: Sequence[int], least: Sequence[int], excess: int) -> list[int]:
    """Take from whichever column is the widest at the time, and from none more than its longest word allows."""
    found = list(widths)
    for _ in range(excess):
        able = [number for number, width in enumerate(found) if width > least[number]]
        if not able:
            break
        found[max(able, key=found.__getitem__)] -= 1
    return found


def _least(column: Sequence[str]) -> int:
    """No word is cut, and a heading is one."""
    heading, *rest = column
    return max(_width(heading), max(map(_longest_word, rest), default=0))


def _lines(texts: Sequence[str], widths: Sequence[int]) -> Iterator[Sequence[str]]:
    """A row as lines of the screen."""
    yield from zip_longest(*map(_folded, texts, widths), fillvalue="")


def _folded(text: str, width: int) -> list[str]:
    """Lines of whole words."""
    lines = []
    for written in text.split("\n"):
        if _width(written) <= width:
            lines.append(written)
            continue
        line = ""
        for word in written.split():
            if line and _width(line) + 1 + _width(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def _longest_word(text: str) -> int:
    indent = _width(text) - _width(text.lstrip(" "))
    return indent + max(map(_width, text.split()), default=0)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text) + _GAP)


def _segments(console: Console, row: tuple[Cell, ...], padded: list[str]) -> Iterator[Segment]:
    from rich.segment import Segment

    if console.color_system is None:  # nobody sees a style
        yield Segment("".join(padded) + "\n")
        return
    for cell, text in zip(row, padded, strict=True):
        style = "" if isinstance(cell, str) else cell.style
        yield Segment(text, console.get_style(style) if style else None)
    yield Segment.line()


def _width(text: str) -> int:
    """In cells of a terminal: some letters take two."""
    from rich.cells import cell_len

    return len(text) if text.isascii() else cell_len(text)
