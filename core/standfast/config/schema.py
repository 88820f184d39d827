"""Declarations: what a configuration may contain, each thing declared once.

From one declaration come parsing, limits, defaults, words for ``explain``, the example that a test runs, and
"did you mean". Core's blocks and a plugin's are declared with the same four classes:

    Block("LDAP_CHECK", doc="Binds to a directory server.", example="LDAP_CHECK {}", keywords=(
        Keyword("base", Text("DN"), doc="Where to search.", example="base dc=example"),
    ))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeAlias

from standfast.config.kinds import DROPPED, Flag, Kind, Reader
from standfast.config.tree import Statement

Repeat: TypeAlias = Literal["last", "first", "each"]
"""A keyword given twice: the last one wins, the first one wins (with an error), or all count."""

BlockRepeat: TypeAlias = Literal["merge", "first", "each"]
"""A block given twice: contents are merged, the later one of the same name is skipped, or all count."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """One statement: a name and what may follow it."""

    name: str
    kind: Kind
    doc: str
    example: str
    default: str = ""
    """In words; empty: not set."""
    fallback: object = DROPPED
    """The value used when the argument is wrong; :data:`DROPPED`: as if the keyword were not there."""
    field: str = ""
    """The setting it writes, if that is another keyword's (``preempt`` writes ``nopreempt``)."""
    repeat: Repeat = "last"
    incomplete: Literal["stop", "skip"] = "stop"
    """Without the argument it needs: the end, as for most keywords of keepalived, or an error at this line alone."""
    quiet: bool = False
    """keepalived takes any argument, or none, without a word: what is wrong is a warning here, never an error."""
    acted_on: bool = True
    """False: known and checked, but nothing happens; said once for each file."""
    reason: str = ""
    """Why it is not acted on, and what to do instead, as a sentence."""
    retired: str = ""
    """What to write instead, if the name is an old one."""
    ours: bool = False
    """True if keepalived does not know it."""
    differs: str = ""
    """How it differs from keepalived's keyword of this name, as a sentence; empty: it does not."""
    since: str = "0.1"

    @property
    def setting(self) -> str:
        """The name under which the value is kept."""
        return self.field or self.name


class EntryKind(Protocol):
    """How one line of a value block is read."""

    @property
    def syntax(self) -> str:
        """For people."""

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The option words and what each means."""

    def read(self, reader: Reader) -> Any:
        """The value of ``reader.statement``, or :data:`DROPPED` after a complaint."""


@dataclass(frozen=True, slots=True)
class Entries:
    """A value block: every line is data, none is a keyword."""

    name: str
    entry: EntryKind
    doc: str
    example: str
    acted_on: bool = True
    reason: str = ""
    """As of a keyword."""
    header: Kind = field(default_factory=Flag)
    """The words between the keyword and ``{``."""
    repeat: Literal["each", "first"] = "each"
    """A block given twice: the lines are appended, or the later one is skipped (with an error)."""
    retired: str = ""
    ours: bool = False
    differs: str = ""
    since: str = "0.1"


@dataclass(frozen=True, slots=True)
class Block:
    """A keyword block: a name, perhaps arguments, and statements in braces."""

    name: str
    doc: str
    example: str
    keywords: tuple[Declaration, ...] = ()
    header: Kind = field(default_factory=Flag)
    """The words between the keyword and ``{``."""
    repeat: BlockRepeat = "merge"
    unnamed: Literal["skip", "stop"] = "skip"
    """A block without the name it needs: skipped with an error, or the end (as for any missing argument)."""
    acted_on: bool = True
    reason: str = ""
    """As of a keyword."""
    retired: str = ""
    ours: bool = False
    differs: str = ""
    since: str = "0.1"
    _by_name: dict[str, Declaration] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.ours:  # whatever stands in it is ours as well
            object.__setattr__(self, "keywords", tuple(replace(each, ours=True) for each in self.keywords))
        self._by_name.update((declaration.name, declaration) for declaration in self.keywords)

    def find(self, name: str) -> Declaration | None:
        """The declaration of ``name`` directly in this block."""
        return self._by_name.get(name)

    def names(self) -> tuple[str, ...]:
        """Everything that may start a statement here."""
        return tuple(self._by_name)

    def attach(self, declaration: Declaration) -> None:
        """Add one more declaration (a plugin's). Raises :class:`ValueError` if the name is taken."""
        if declaration.name in self._by_name:
            raise ValueError(f"`{declaration.name}` is already declared in `{self.name or 'the top level'}`")
        self._by_name[declaration.name] = declaration

    def copy(self) -> Block:
        """The same declarations in new blocks, so that what is attached to one schema is not in the next."""
        return replace(self, keywords=tuple(d.copy() if isinstance(d, Block) else d for d in self))

    def __iter__(self) -> Iterator[Declaration]:
        return iter(self._by_name.values())


Declaration: TypeAlias = Keyword | Entries | Block


def walk(block: Block, path: str = "") -> Iterator[tuple[str, Declaration]]:
    """Every declaration below ``block`` with its path (``vrrp_instance/priority``)."""
    for declaration in block:
        here = f"{path}/{declaration.name}" if path else declaration.name
        yield here, declaration
        if isinstance(declaration, Block):
            yield from walk(declaration, here)


def block_at(root: Block, path: str) -> Block:
    """The block at a path. Raises :class:`KeyError` if there is none."""
    block = root
    for name in filter(None, path.split("/")):
        below = block.find(name)
        if not isinstance(below, Block):
            raise KeyError(path)
        block = below
    return block


def first_words(statement: Statement) -> str:
    """The statement as one short text, for messages."""
    return " ".join(word.text for word in statement.words[:4])


def head_with_brace(statement: Statement, declaration: Block | Entries) -> str:
    """Hint for a block that lost its ``{``. What is no name of the block belongs into it."""
    if declaration.header.most != 0 or not statement.arguments:
        return f"write `{first_words(statement)} {{`"
    inside = " ".join(word.text for word in statement.arguments[:4])
    hint = f"write `{statement.keyword.text} {{`"
    return f"{hint}, and `{inside}` on a line of its own" if isinstance(declaration, Entries) else hint
