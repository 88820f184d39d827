"""Options that all programs share."""

from __future__ import annotations

import argparse
from pathlib import Path

from _common.sides import chosen_sides


def parser(description: str) -> argparse.ArgumentParser:
    """With the sides, the short form and the JSON file."""
    made = _every(description, quick="a few samples, in well under a minute")
    made.add_argument(
        "--sides",
        type=_sides,
        default=chosen_sides("standfast,keepalived"),
        metavar="A,B",
        help="which daemons are compared (standfast,keepalived); keepalived,keepalived shows what noise alone does",
    )
    return made


def programming_parser(description: str, *, quick: str, rounds: int) -> argparse.ArgumentParser:
    """With how often a data plane is programmed; ``quick`` says what the short form is."""
    made = _every(description, quick=quick)
    made.add_argument("--rounds", type=int, default=rounds, metavar="N", help=f"samples; the best counts ({rounds})")
    return made


def _every(description: str, *, quick: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--quick", action="store_true", help=quick)
    made.add_argument("--json", type=Path, metavar="FILE", help="also write all samples and what came of them there")
    return made


def _sides(text: str) -> dict[str, str]:
    try:
        return chosen_sides(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
