"""A table without lines, for tens of thousands of rows too.

Rich lays out every cell anew, a third of a millisecond for a row. It is asked only where something must be folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.segment import Segment
    from rich.table import Table
    from rich.text import Text

    Cell: TypeAlias = str | Text

_GAP = 2


class PlainTable:
    """Something that rich can print."""

    def __init__(self, *headings: str) -> None:
        from rich.text import Text

        self._rows: list[tuple[Cell, ...]] = [tuple(Text(heading, style="bold") for heading in headings)]

    def add_row(self, *cells: Cell) -> None:
        """One more, with a cell for each heading."""
        self._rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """At its natural width; folded by rich if that is more than there is."""
        shown = [[(str(cell), _width(str(cell))) for cell in row] for row in self._rows]
        widths = [max(width for _, width in column) for column in zip(*shown, strict=True)]
        folded = any("\n" in text for row in shown for text, _ in row)
        if folded or sum(widths) + _GAP * len(widths) > options.max_width:
            yield self._by_rich()
            return
        for row, cells in zip(self._rows, shown, strict=True):
            padded = [text + " " * (room - width + _GAP) for (text, width), room in zip(cells, widths, strict=True)]
            yield from _segments(console, row, padded)

    def _by_rich(self) -> Table:
        from rich.table import Table

        headings, *rows = self._rows
        table = Table(*map(str, headings), box=None, padding=(0, _GAP, 0, 0), header_style="bold")
        for row in rows:
            table.add_row(*row)
        return table


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
