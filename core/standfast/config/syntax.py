"""The text of one file as a tree that forgets nothing: comments, blank lines, blanks and order are all in it.

Nothing is acted on: parameters stay as they are written, includes are not followed, lines of other machines stay.
So a program can change a file and leave everything else as its owner wrote it::

    text = ConfigText.parse(Path("keepalived.conf").read_bytes())
    set_value(text, ("vrrp_instance VI_1", "priority"), "150")
    Path("keepalived.conf").write_bytes(text.data())

What a configuration *means* is told by :func:`standfast.config.load.load`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from standfast.config.lexer import split_words
from standfast.config.physical import CONDITION, Kind, lines
from standfast.config.text import Line, Text

Path = tuple[str, ...]
"""Where a statement stands, from the outside in: ``("vrrp_instance VI_1", "priority")``. Each step is the first words
of a statement, with its condition if one is meant (``@lb-a priority``)."""


@dataclass(slots=True, eq=False)
class Node:
    """A statement, perhaps with a block behind it."""

    lead: str
    """Everything before it: blanks, comments and line ends since the statement or brace before."""
    raw: str
    """Its words as they are written. A definition or a loop is one statement, however much it contains."""
    opening: str = ""
    """From the last word to the block's ``{``, which is its last character; empty: no block."""
    block: list[Node] = field(default_factory=list)
    closing: str = ""
    """From the block's last statement to its ``}``; empty if it is never closed."""

    @property
    def condition(self) -> str:
        """``@ID`` or ``@^ID``; empty: it counts everywhere."""
        found = CONDITION.match(self.raw)
        return found[0].strip() if found else ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words without the condition, and without their quotes."""
        found = CONDITION.match(self.raw)
        start = found.end() if found else 0
        text = Text(self.raw, Line("", 1, self.raw))
        return tuple(word.text for word in split_words(text, start, len(self.raw)))

    @property
    def keyword(self) -> str:
        """The first word; empty for a brace that belongs to nothing."""
        return next(iter(self.words), "")

    def fits(self, step: str) -> bool:
        """Is this what a step of a path means?"""
        wanted = Node("", step)
        if wanted.condition and wanted.condition != self.condition:
            return False
        return self.words[: len(wanted.words)] == wanted.words

    def text(self) -> str:
        """As it stands in the file."""
        inside = "".join(child.text() for child in self.block)
        return f"{self.lead}{self.raw}{self.opening}{inside}{self.closing}"


@dataclass(slots=True, eq=False)
class ConfigText:
    """A whole file."""

    nodes: list[Node] = field(default_factory=list)
    tail: str = ""
    """What stands behind the last statement."""
    stray: int = 0
    """How many ``}`` close nothing, or blocks are not closed: 0 in a sound file."""

    @classmethod
    def parse(cls, text: str | bytes) -> ConfigText:
        """Read text, whatever stands in it; never raises."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", "surrogateescape")
        return _parsed(text)

    def text(self) -> str:
        """The text; that of an unchanged tree is the text it was read from."""
        return "".join(node.text() for node in self.nodes) + self.tail

    def data(self) -> bytes:
        """The same as the bytes of a file."""
        return self.text().encode("utf-8", "surrogateescape")

    def find(self, *path: str) -> list[Node]:
        """Every statement at this place, in order; () is everything at the top level."""
        found = self.nodes
        for number, step in enumerate(path):
            among = found if not number else [child for node in found for child in node.block]
            found = [node for node in among if node.fits(step)]
        return list(found)

    def walk(self) -> Iterator[tuple[int, Node]]:
        """Every statement with its depth, in the order of the text."""
        yield from _walk(self.nodes, 0)


def _walk(nodes: list[Node], depth: int) -> Iterator[tuple[int, Node]]:
    for node in nodes:
        yield depth, node
        yield from _walk(node.block, depth + 1)


def _parsed(text: str) -> ConfigText:
    result = ConfigText()
    open_: list[Node] = []
    current, done = result.nodes, 0
    for start, end in _cuts(text):
        lead, piece = text[done:start], text[start:end]
        done = end
        if piece == "{":
            if not current or current[-1].opening:
                current.append(Node(lead, ""))
                lead = ""
            current[-1].opening = f"{lead}{{"
            open_.append(current[-1])
            current = current[-1].block
        elif piece == "}" and open_:
            open_.pop().closing = f"{lead}}}"
            current = open_[-1].block if open_ else result.nodes
        else:
            result.stray += piece == "}"
            current.append(Node(lead, piece))
    result.tail = text[done:]
    result.stray += len(open_)
    return result


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """The places of statements and braces in the text."""
    start = 0
    for line in lines(text):
        at = start + len(line.before)
        if line.kind not in (Kind.BLANK, Kind.COMMENT):
            for first, last in line.cuts():
                yield at + first, at + last
        start = at + len(line.code) + len(line.after) + len(line.ending)
