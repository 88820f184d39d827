"""Binding: walks the parsed tree by the schema and gives settings, dropping exactly what keepalived would drop.

One difference is deliberate: an unknown keyword takes its whole block with it, instead of letting the inner
lines take effect outside and the inner brace close the surrounding block.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import structs

from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader, Words
from standfast.config.schema import Block, Declaration, Entries, Keyword, head_with_brace
from standfast.config.settings import Settings, Value
from standfast.config.tree import Statement, Tree
from standfast.config.unknown import Guide
from standfast.containment import at_work


def bind(tree: Tree, root: Block, findings: Findings, *, foreign: Collection[str] = ()) -> Settings:
    """The settings of a whole configuration. ``foreign``: blocks of plugins, whose kinds may raise what they like."""
    binder = _Binder(findings, Guide(root), frozenset(foreign))
    settings = Settings()
    binder.fill(settings, tree.statements, root, ())
    return settings


class _Binder:
    """The walk, with what every step needs."""

    def __init__(self, findings: Findings, guide: Guide, foreign: frozenset[str]) -> None:
        self.findings = findings
        self.guide = guide
        self.foreign = foreign
        self.blocks_by_name: dict[tuple[str, str], Settings] = {}
        self.waiting = 0
        """How many of the blocks around us are not acted on; their contents are not worth a warning each."""

    def fill(self, settings: Settings, statements: Sequence[Statement], block: Block, path: tuple[str, ...]) -> None:
        """Bind ``statements``, which stand in ``block``, into ``settings``."""
        for statement in _with_lost_braces(statements, block, self.findings):
            declaration = block.find(statement.keyword.text)
            if declaration is None:
                self.guide.unknown(statement, block, path, self.findings)
                continue
            settings.seen[declaration.name] = statement
            whose = self.foreign.intersection((*path, declaration.name))
            if not whose:
                self._bind(settings, statement, declaration, path)
                continue
            try:
                with at_work(min(whose)):
                    self._bind(settings, statement, declaration, path)
            except Exception as error:
                message = f"the plugin of `{min(whose)}` fails on this line ({type(error).__name__}: {error})"
                self.findings.error("SF5003", statement, f"{message}; it is left out", hint="tell who wrote the plugin")

    def _bind(self, settings: Settings, statement: Statement, declaration: Declaration, path: tuple[str, ...]) -> None:
        self._retired(statement, declaration)
        if isinstance(declaration, Keyword):
            self._keyword(settings, statement, declaration, path)
        elif isinstance(declaration, Entries):
            self._entries(settings, statement, declaration, path)
        else:
            self._block(settings, statement, declaration, path)

    def _retired(self, statement: Statement, declaration: Declaration) -> None:
        if declaration.retired:
            hint = f"write `{declaration.retired}`"
            self.findings.warning("SF2112", statement, f"`{declaration.name}` is an old name", hint=hint)

    def _keyword(self, settings: Settings, statement: Statement, declaration: Keyword, path: tuple[str, ...]) -> None:
        kind, words = declaration.kind, statement.arguments
        if statement.block is not None:
            self.findings.error("SF2104", statement, f"`{declaration.name}` takes no block; the block is left out")
        if len(words) < kind.least:
            complain = self.findings.stop if declaration.incomplete == "stop" else self.findings.error
            if declaration.quiet and declaration.incomplete == "skip":
                complain = self.findings.warning
            hint = f"as in `{declaration.example}`"
            complain("SF2108", statement, f"`{declaration.name}` needs {kind.syntax} behind it", hint=hint)
            return
        if kind.most is not None and len(words) > kind.most:
            self._surplus(statement, words[kind.most :])
            words = words[: kind.most]
        if declaration.repeat == "first" and declaration.setting in settings.scalars:
            message = f"`{declaration.name}` was set before; the first one counts"
            self.findings.error("SF2111", statement, message)
            return
        self._keep(settings, statement, declaration, words)
        if not declaration.acted_on:
            self.not_acted_on(statement, (*path, declaration.name), declaration.reason)

    def _keep(self, settings: Settings, statement: Statement, declaration: Keyword, words: Words) -> None:
        value = declaration.kind.read(words, Reader(statement, self.findings, declaration.quiet))
        if value is DROPPED:
            value = declaration.fallback
        if value is DROPPED:
            return
        bound = Value(declaration.setting, value, statement)
        settings.sequence.append(bound)
        if declaration.repeat == "each":
            settings.lists.setdefault(bound.setting, []).append(bound)
        else:
            settings.scalars[bound.setting] = bound

    def _entries(self, settings: Settings, statement: Statement, declaration: Entries, path: tuple[str, ...]) -> None:
        name = self._name(statement, declaration)
        if name is DROPPED:
            return
        if declaration.header.least:  # the lines belong to the name
            named = Settings(statement, name)
            settings.blocks.setdefault(declaration.name, []).append(named)
            settings = named
        if declaration.repeat == "first" and declaration.name in settings.lists:
            self.findings.error("SF2111", statement, f"`{declaration.name}` stands there already; the first one counts")
            return
        values = settings.lists.setdefault(declaration.name, [])
        for line in statement.block or ():
            if line.block is not None:
                message = f"a line of `{declaration.name}` takes no block; the block is left out"
                self.findings.error("SF2104", line, message)
            value = declaration.entry.read(Reader(line, self.findings))
            if value is not DROPPED:
                bound = Value(declaration.name, value, line)
                values.append(bound)
                settings.sequence.append(bound)
        if not declaration.acted_on:
            self.not_acted_on(statement, (*path, declaration.name), declaration.reason)

    def _block(self, settings: Settings, statement: Statement, declaration: Block, path: tuple[str, ...]) -> None:
        name = self._name(statement, declaration)
        if name is DROPPED:
            return
        inner = self._settings_for(settings, statement, declaration, name)
        if inner is None:
            return
        settings.sequence.append(Value(declaration.name, inner, statement))
        here = (*path, declaration.name)
        if declaration.acted_on:
            self.fill(inner, statement.block or (), declaration, here)
            return
        self.not_acted_on(statement, here, declaration.reason)
        self.waiting += 1
        self.fill(inner, statement.block or (), declaration, here)
        self.waiting -= 1

    def _name(self, statement: Statement, declaration: Block | Entries) -> object:
        """The value of the block's header."""
        header, words = declaration.header, statement.arguments
        if len(words) < header.least:
            skip = isinstance(declaration, Block) and declaration.unnamed == "skip"
            complain = self.findings.error if skip else self.findings.stop
            message = f"`{declaration.name}` needs {header.syntax} before its `{{`; the block is skipped"
            complain("SF2105", statement, message, hint=f"as in `{declaration.example.splitlines()[0]}`")
            return DROPPED
        if header.most is not None and len(words) > header.most:
            self._surplus(statement, words[header.most :])
            words = words[: header.most]
        return header.read(words, Reader(statement, self.findings))

    def _settings_for(
        self, settings: Settings, statement: Statement, declaration: Block, name: object
    ) -> Settings | None:
        """Where the block's contents go; None if a block of this name was there first."""
        siblings = settings.blocks.setdefault(declaration.name, [])
        if declaration.repeat == "merge" and siblings:
            return siblings[0]
        if declaration.repeat == "first":
            earlier = self.blocks_by_name.get((declaration.name, str(name)))
            if earlier is not None:
                place = earlier.statement.keyword.span if earlier.statement else ""
                message = f"`{declaration.name} {name}` exists already, at {place}; this block is skipped"
                self.findings.error("SF2106", statement, message, hint="give it another name")
                return None
        inner = Settings(statement, name)
        if declaration.repeat == "first":
            self.blocks_by_name[declaration.name, str(name)] = inner
        siblings.append(inner)
        return inner

    def _surplus(self, statement: Statement, words: Words) -> None:
        text = " ".join(word.text for word in words)
        message = f"words without meaning after `{statement.keyword.text}`: `{text}`"
        known = [word.text for word in words if self.guide.knows(word.text)]
        hint = f"does `{known[0]}` belong on a line of its own?" if known else ""
        self.findings.warning("SF2109", statement, message, word=words[0], hint=hint)

    def not_acted_on(self, statement: Statement, path: tuple[str, ...], reason: str = "") -> None:
        """The keyword is known and checked, but has no effect yet."""
        if self.waiting:
            return
        message = f"`{path[-1]}` is known, but not acted on yet"
        self.findings.not_acted_on("/".join(path), statement, message, hint=reason)


def _with_lost_braces(statements: Sequence[Statement], block: Block, findings: Findings) -> Iterator[Statement]:
    """Give a block whose ``{`` is missing the lines that follow it and can only be meant for it.

    keepalived carries on as if the brace were there. The parser cannot know which keywords open blocks.
    """
    open_: Statement | None = None
    lines: list[Statement] = []
    for statement in statements:
        if open_ is not None and _meant_for(open_, statement, block):
            lines.append(statement)
            continue
        if open_ is not None:
            yield open_
            open_ = None
        declaration = block.find(statement.keyword.text)
        if statement.block is None and isinstance(declaration, Block | Entries):
            message = f"`{statement.keyword.text}` needs a `{{`"
            findings.error("SF2103", statement, message, hint=head_with_brace(statement, declaration))
            lines = []
            open_ = structs.replace(statement, block=lines)
            continue
        yield statement
    if open_ is not None:
        yield open_


def _meant_for(open_: Statement, statement: Statement, block: Block) -> bool:
    word = statement.keyword.text
    inner = block.find(open_.keyword.text)
    return block.find(word) is None and (
        isinstance(inner, Entries) or (isinstance(inner, Block) and inner.find(word) is not None)
    )
