"""The command line as data, read from its declarations: for completions, manual pages and the reference."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """An option, or a positional argument (without names)."""

    names: tuple[str, ...]
    value: str
    """What stands behind it; empty: nothing."""
    words: str
    choices: tuple[str, ...] = ()
    many: bool = False
    optional: bool = False
    """A positional argument that may be left out."""

    @property
    def usage(self) -> str:
        """As it stands in a line of usage."""
        if self.names:
            return f"[{f'{self.names[0]} {self.value}'.rstrip()}]"
        words = f"{self.value}..." if self.many else self.value
        return f"[{words}]" if self.optional else words

    @property
    def is_file(self) -> bool:
        """Is its value the name of a file?"""
        return self.value in ("FILE", "OLD", "NEW")

    @property
    def is_directory(self) -> bool:
        """Is its value the name of a directory?"""
        return self.value == "DIR"


@dataclass(frozen=True, slots=True)
class Command:
    """One command with what it takes."""

    name: str
    """``config show`` for an action of a command."""
    words: str
    """One line."""
    description: str
    options: tuple[Option, ...]
    arguments: tuple[Option, ...]


def commands() -> Iterator[Command]:
    """Every command in the order of ``--help``; of one that has actions, those."""
    from standfast import cli

    yield from _below(cli._parser(()), "")


def _below(parser: argparse.ArgumentParser, before: str) -> Iterator[Command]:
    for chooser in parser._actions:
        if not isinstance(chooser, argparse._SubParsersAction):
            continue
        for choice in chooser._choices_actions:
            below = chooser.choices[choice.dest]
            inner = list(_below(below, f"{before}{choice.dest} "))
            yield from inner or [_command(f"{before}{choice.dest}", below, choice.help or "")]


def _command(name: str, parser: argparse.ArgumentParser, words: str) -> Command:
    shown = [_option(action) for action in parser._actions if action.help != argparse.SUPPRESS]
    options = tuple(option for option in shown if option.names)
    arguments = tuple(option for option in shown if not option.names)
    return Command(name, words, parser.description or f"{words.capitalize()}.", options, arguments)


def _option(action: argparse.Action) -> Option:
    takes = action.nargs != 0
    choices = tuple(map(str, action.choices)) if action.choices else ()
    metavar = action.metavar or action.dest.upper()
    value = "|".join(choices) if choices else metavar if isinstance(metavar, str) else " ".join(metavar)
    return Option(
        names=tuple(action.option_strings),
        value=value if takes else "",
        words=action.help or "",
        choices=choices,
        many=action.nargs in ("+", "*"),
        optional=action.nargs in ("?", "*"),
    )
