"""Wrong usage: the usage of the command that was meant, what is wrong, and a guess at the word."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, Final, NoReturn

from standfast.config.suggest import did_you_mean

WRONG_USAGE: Final = 2
_OF_OTHERS: Final = {"nagios": 3}
"""Who calls it takes 2 for an alarm."""

_CHOICE: Final = re.compile(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)


class Parser(argparse.ArgumentParser):
    """Of the program and, as argparse makes them of the same class, of every command."""

    def error(self, message: str) -> NoReturn:
        """Say it and exit."""
        self.print_usage(sys.stderr)
        _, *command = self.prog.split()[:2]
        status = _OF_OTHERS.get(command[0], WRONG_USAGE) if command else WRONG_USAGE
        self.exit(status, f"{self.prog}: error: {_guessed(message)}\n")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse has it, but what is left over is the fault of the command that was called."""
        parsed, left = self.parse_known_args(args, namespace)
        if left:
            command = _called(self, parsed)
            hint = did_you_mean(left[0].partition("=")[0], command._option_string_actions)
            command.error(f"unrecognized arguments: {' '.join(left)}{f'; {hint}' if hint else ''}")
        return parsed


def _called(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> argparse.ArgumentParser:
    for chooser in parser._actions:
        if isinstance(chooser, argparse._SubParsersAction):
            return _called(chooser.choices[getattr(parsed, chooser.dest)], parsed)
    return parser


def _guessed(message: str) -> str:
    """With a guess in place of all that would have been possible."""
    if not (found := _CHOICE.fullmatch(message)):
        return message
    name, word, choices = found.groups()
    hint = did_you_mean(word, re.findall(r"'([^']*)'", choices))
    return f"argument {name}: `{word}` is none of its values; {hint}" if hint else message
