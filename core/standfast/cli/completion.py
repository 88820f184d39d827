"""``standfast completion``: completion scripts for shells."""

from __future__ import annotations

import argparse

SHELLS = ("bash", "zsh", "fish")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "completion",
        help="print a completion script for a shell",
        description="Print a completion script for a shell. bash: `source <(standfast completion bash)`; zsh: write it "
        "to a file `_standfast` in a directory of `$fpath`; fish: to ~/.config/fish/completions/standfast.fish.",
    )
    parser.add_argument("shell", choices=SHELLS, help="which shell")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    from standfast.cli import grammar, shells

    print(shells.SHELLS[args.shell](list(grammar.commands())), end="")
    return 0
