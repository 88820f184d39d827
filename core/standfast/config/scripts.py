"""Script keywords: a command, perhaps a user and a group, split by the rules of scripts and looked at for slips."""

from __future__ import annotations

import os.path
import re
from dataclasses import dataclass

from standfast.config.kinds import DROPPED, Dropped, Reader, Words
from standfast.config.script_model import Identity, ScriptCall
from standfast.config.script_words import UnsplittableError, first_split, second_split

SHELLS = frozenset(("ash", "bash", "busybox", "dash", "env", "ksh", "sh", "zsh"))
_SHELL_SYNTAX = re.compile(r"\|\|?|&&?|;|[0-9]?>>?|[0-9]?>&[0-9]|[0-9]?>>?/\S*|<|&>\S*|\S+;")
"""Words that only a shell understands; a program gets them as plain arguments."""

_ARGUMENT = re.compile(r"MASTER|BACKUP|FAULT|STOP|INSTANCE|GROUP|master|backup|fault|stop|[0-9]+|[-/<>|&$\"'].*")
"""What stands where a user should, but surely is an argument of the command."""


@dataclass(frozen=True, slots=True)
class Script:
    """``COMMAND [USER [[:]GROUP]]``, or the command alone; arguments stand with it inside the quotes."""

    with_user: bool = True
    least: int = 1
    most: int | None = None

    @property
    def syntax(self) -> str:
        """What may stand there."""
        text = "COMMAND [USER [[:]GROUP]]" if self.with_user else "COMMAND"
        return text if self.least else f"[{text}]"

    def read(self, words: Words, reader: Reader) -> ScriptCall | Dropped | None:
        """The program; None if there is none and none is needed."""
        if not words:
            return None
        try:
            first = first_split(reader.statement.raw)
            argv = second_split(first[1])
        except (UnsplittableError, IndexError) as error:
            why = str(error) if isinstance(error, UnsplittableError) else "there is none"
            hint = "put the command with its arguments in double quotes, arguments with blanks in single ones"
            return reader.refuse("SF3201", words[0], f"the command cannot be split: {why}", hint)
        if not argv or not argv[0]:
            return reader.refuse("SF3201", words[0], "the command is empty")
        _look_for_shell(argv, words, reader)
        rest = first[2:]
        if not self.with_user:
            _surplus(rest, words, reader)
            return ScriptCall(argv=tuple(argv))
        return ScriptCall(argv=tuple(argv), identity=_identity(rest, words, reader))


def _look_for_shell(argv: list[str], words: Words, reader: Reader) -> None:
    if os.path.basename(argv[0]) in SHELLS:  # noqa: PTH119 - the text of a command, not a file
        return
    found = [word for word in argv[1:] if _SHELL_SYNTAX.fullmatch(word)]
    if found:
        message = f"`{found[0]}` needs a shell, but the command is run without one: it is a plain argument here"
        hint = "put it in a script, or run `/bin/sh -c '...'`"
        reader.findings.warning("SF3203", reader.statement, message, word=words[0], hint=hint)


def _surplus(rest: list[str], words: Words, reader: Reader) -> None:
    if rest:
        message = f"only the first word is the command, `{' '.join(rest)}` is left out"
        hint = "put the command with its arguments in double quotes"
        reader.findings.warning("SF3204", reader.statement, message, word=words[-1], hint=hint)


def _identity(rest: list[str], words: Words, reader: Reader) -> Identity:
    if not rest:
        return Identity()
    if _ARGUMENT.fullmatch(rest[0]):
        name = reader.statement.keyword.text
        message = f"`{rest[0]}` is taken as the name of a user, not as an argument of the command"
        hint = f'write `{name} "{words[0].text} {" ".join(rest)}"`' if not words[0].quoted else ""
        reader.findings.warning("SF3202", reader.statement, message, word=words[-1], hint=hint)
    elif len(rest) > 2:
        message = f"words without meaning behind the group: `{' '.join(rest[2:])}`"
        reader.findings.warning("SF2109", reader.statement, message, word=words[-1])
    return identity_of(rest)


def identity_of(texts: list[str]) -> Identity:
    """``USER [[:]GROUP]`` from its words."""
    group = texts[1] if len(texts) > 1 else ""
    return Identity(user=texts[0], group=group.removeprefix(":"), supplementary=group.startswith(":"))


@dataclass(frozen=True, slots=True)
class User:
    """``USER [[:]GROUP]``: names of accounts, not numbers."""

    syntax: str = "USER [[:]GROUP]"
    least: int = 1
    most: int | None = 2

    def read(self, words: Words, reader: Reader) -> Identity | Dropped:
        """Who it is."""
        for word in words:
            if not word.text.removeprefix(":"):
                reader.refuse("SF3004", word, f"`{word.text}` is no name of an account")
                return DROPPED
        return identity_of([word.text for word in words])
