"""The page of all log events: what the program's own source says, read without running it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "core" / "standfast", *sorted((ROOT / "plugins").glob("*/standfast_*")))
LEVELS = ("debug", "info", "warning", "error")
NAME = re.compile(r"[a-z]+\.[a-z_]+")
_LONGEST = 160

_INTRODUCTION = """# Log events

Every record has a name that stays when its words change: search for it (`STANDFAST_EVENT=` in the journal, `event` in
JSON, behind each line in brackets where the journal gets text). `...` stands for what the moment adds.

| event | level | such as |
| --- | --- | --- |
"""


@dataclass
class Found:
    """One name."""

    levels: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)


def page() -> str:
    """A line for each name."""
    rows = []
    for name, found in sorted(events().items()):
        levels = ", ".join(level for level in LEVELS if level in found.levels) or "by what happened"
        words = next((words for words in found.words if words), "").replace("|", "\\|")
        rows.append(f"| `{name}` | {levels} | {words} |")
    return _INTRODUCTION + "\n".join(rows) + "\n"


def events() -> dict[str, Found]:
    """Name -> what is known of it. A name is the string behind a level in a call, or named `event`."""
    found: dict[str, Found] = defaultdict(Found)
    trees = [ast.parse(path.read_text()) for source in SOURCES for path in sorted(source.rglob("*.py"))]
    constants = {name: value for tree in trees for name, value in _constants(tree)}
    for tree in trees:
        helpers = dict(_helpers(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for name, level, words in _said(node, constants, helpers):
                    found[name].levels |= level
                    found[name].words.append(words)
    return found


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """``SET_LEVEL: Final = "log.level"``."""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and (name := _name(node.value, {})):
            yield node.target.id, name


def _helpers(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """``def _complain(self, event, words)``, which says it at a level of its own: its name, and that level."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef) or "event" not in [each.arg for each in function.args.args[:2]]:
            continue
        for node in ast.walk(function):
            named = {each.arg: each.value for each in node.keywords} if isinstance(node, ast.Call) else {}
            if levels := _levels(named.get("level"), {}):
                yield function.name, levels


def _said(
    function: ast.AST, constants: dict[str, str], helpers: dict[str, set[str]]
) -> Iterator[tuple[str, set[str], str]]:
    values = {
        target.id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        for at, argument in enumerate(node.args):
            levels = _levels(node.args[at - 1], values) if at else helpers.get(called)
            if levels is not None:
                words = node.args[at + 1] if len(node.args) > at + 1 else None
                yield from ((name, levels, _words(words, values)) for name in _names(argument, constants, values))
        named = {each.arg: each.value for each in node.keywords}
        if "words" in named and (name := _name(named.get("event"), constants)):
            yield name, _levels(named.get("level"), values) or set(), _words(named["words"], values)


def _names(node: ast.AST, constants: dict[str, str], values: dict[str, ast.expr]) -> list[str]:
    """Of an event, or of one of two; none: it is something else."""
    if isinstance(node, ast.Name) and isinstance(values.get(node.id), ast.IfExp):
        node = values[node.id]
    both = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)
    return [name for each in both if (name := _name(each, constants))]


def _name(node: ast.AST | None, constants: dict[str, str]) -> str:
    """Of an event; empty: it is something else."""
    if isinstance(node, ast.Name):
        return constants.get(node.id, "")
    said = node.value if isinstance(node, ast.Constant) else None
    return said if isinstance(said, str) and NAME.fullmatch(said) else ""


def _levels(node: ast.AST | None, values: dict[str, ast.expr]) -> set[str] | None:
    """None: this is no level. Empty: it is one that only the moment knows."""
    if isinstance(node, ast.Constant):
        return {node.value} if node.value in LEVELS else None
    if isinstance(node, ast.IfExp):
        both = [_levels(each, values) for each in (node.body, node.orelse)]
        return None if None in both else set().union(*(each for each in both if each))
    if isinstance(node, ast.Name) and "level" in node.id:
        known = _levels(values[node.id], {}) if node.id in values else None
        return known or set()
    return set() if isinstance(node, ast.Attribute) and "level" in node.attr else None


def _words(node: ast.AST | None, values: dict[str, ast.expr]) -> str:
    """As people read it, as far as it stands in the source."""
    if isinstance(node, ast.Name) and node.id in values:
        node = values[node.id]
    if isinstance(node, ast.IfExp):
        node = node.body
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(each.value if isinstance(each, ast.Constant) else "..." for each in node.values)
    else:
        return ""
    if " " not in text:  # a key, no words
        return ""
    text = re.sub(r"(\.\.\.)+", "...", " ".join(text.split()))
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0] + " ..."
