"""Mutations of good configurations: what people do to them by accident, and where the fault then is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

KEYWORD = re.compile(r"\s*([A-Za-z_][A-Za-z_]{3,})\b")
NUMBER = re.compile(r"^(?!.*auth_pass).*\s\d+$")
"""At the end of a line; a password may be anything."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A changed text and the lines (from 1) where the fault may be named."""

    what: str
    text: str
    places: frozenset[int]


def blocks_around(lines: list[str]) -> list[tuple[int, ...]]:
    """For each line the lines (from 0) of the ``{`` that are open there, and of its own."""
    result: list[tuple[int, ...]] = []
    stack: list[int] = []
    for number, line in enumerate(lines):
        opens, closes = line.count("{"), line.count("}")
        if closes and stack and not opens:
            result.append(tuple(stack))
            stack.pop()
            continue
        if opens > closes:
            stack.append(number)
        result.append((*stack, number))
    return result


def typo(word: str, rng: random.Random) -> str:
    """A letter doubled, lost, changed, or two swapped; never the same word."""
    while True:
        at = rng.randrange(1, len(word))
        changed = rng.choice(
            (
                word[:at] + word[at - 1] + word[at:],
                word[:at] + word[at + 1 :],
                word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
                word[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :],
            )
        )
        if changed != word:
            return changed


def misspell(lines: list[str], rng: random.Random) -> Mutation:
    """A typo in a keyword or in the name of a block."""
    number = rng.choice([n for n, line in enumerate(lines) if is_statement(lines, n) and KEYWORD.match(line)])
    found = KEYWORD.match(lines[number])
    assert found is not None
    word = typo(found[1], rng)
    changed = lines[number][: found.start(1)] + word + lines[number][found.end(1) :]
    return _changed("typo", lines, number, changed)


def drop_close(lines: list[str], rng: random.Random) -> Mutation:
    """A ``}`` that is not there: the block it ended, or one around it."""
    number = rng.choice([n for n, line in enumerate(lines) if line.strip() == "}"])
    places = blocks_around(lines)[number]
    left = lines[:number] + lines[number + 1 :]
    return Mutation("dropped }", "\n".join(left), frozenset(p + 1 for p in (*places, number, number - 1)))


def drop_open(lines: list[str], rng: random.Random) -> Mutation:
    """A ``{`` that is not there."""
    number = rng.choice([n for n, line in enumerate(lines) if line.rstrip().endswith("{")])
    return _changed("dropped {", lines, number, lines[number].rstrip()[:-1].rstrip())


def add_close(lines: list[str], rng: random.Random) -> Mutation:
    """A ``}`` too many, somewhere."""
    number = rng.randrange(1, len(lines))
    around = blocks_around(lines)
    ends = _ends(lines, around[number - 1])
    changed = [*lines[:number], "}", *lines[number:]]
    after = next((n for n in range(number + 1, len(changed)) if is_statement(changed, n)), number)
    places = {number + 1, after + 1, *(p + 1 for p in around[number - 1]), *(end + 2 for end in ends)}
    return Mutation("added }", "\n".join(changed), frozenset(places))


def move(lines: list[str], rng: random.Random) -> Mutation | None:
    """A statement that ended up in another block; None if it fell where it was."""
    number = rng.choice([n for n in range(len(lines)) if is_statement(lines, n) and "{" not in lines[n]])
    around = blocks_around(lines)
    rest = lines[:number] + lines[number + 1 :]
    target = rng.randrange(len(rest) + 1)
    there = blocks_around(rest)
    new = there[target - 1] if target else ()
    if (target and "}" in rest[target - 1]) or (target and "{" not in rest[target - 1]):
        new = new[:-1]
    old = tuple(p - (p > number) for p in around[number][:-1])
    if new == old:
        return None
    changed = [*rest[:target], lines[number], *rest[target:]]
    places = {target + 1, *(p + 1 + (p >= target) for p in (*new, *old))}
    return Mutation("moved", "\n".join(changed), frozenset(places))


def simple_statements(lines: list[str]) -> list[int]:
    """Statements without a block."""
    return [n for n in range(len(lines)) if is_statement(lines, n) and "{" not in lines[n]]


def lose_argument(lines: list[str], rng: random.Random) -> Mutation:
    """A keyword without what belongs behind it."""
    chosen = [
        n for n in range(len(lines)) if is_statement(lines, n) and "{" not in lines[n] and len(lines[n].split()) > 1
    ]
    number = rng.choice(chosen)
    return _changed("lost argument", lines, number, lines[number].split()[0])


def spoil_number(lines: list[str], rng: random.Random) -> Mutation:
    """A letter in a number."""
    chosen = [
        n for n in range(len(lines)) if is_statement(lines, n) and re.search(r"^(?!.*auth_pass).*\s\d+$", lines[n])
    ]
    number = rng.choice(chosen)
    return _changed("spoilt number", lines, number, lines[number] + rng.choice("xOl"))


def lose_quote(lines: list[str], rng: random.Random) -> Mutation | None:
    """A quote that is not closed."""
    chosen = [n for n, line in enumerate(lines) if line.count('"') == 2]
    if not chosen:
        return None
    number = rng.choice(chosen)
    at = lines[number].rindex('"')
    return _changed("lost quote", lines, number, lines[number][:at] + lines[number][at + 1 :])


def is_statement(lines: list[str], number: int) -> bool:
    """Does a keyword begin the line, and not an entry of a list?"""
    stripped = lines[number].strip()
    if not stripped or stripped[0] in "}#!@$~" or not KEYWORD.match(stripped):
        return False
    around = [lines[n].split()[0] for n in blocks_around(lines)[number][:-1]]
    lists = ("virtual_ipaddress", "track_", "unicast_peer", "group", "virtual_routes", "virtual_rules", "static_")
    lists += ("notification_email", "virtual_server_group", "interfaces", "linkbeat", "interface_up")
    return not (around and around[-1].startswith(lists) and around != ["track_file"])


def _changed(what: str, lines: list[str], number: int, line: str) -> Mutation:
    around = blocks_around(lines)[number]
    changed = [*lines[:number], line, *lines[number + 1 :]]
    return Mutation(what, "\n".join(changed), frozenset(p + 1 for p in around))


def _ends(lines: list[str], around: tuple[int, ...]) -> Iterator[int]:
    """Where the open blocks end."""
    every = blocks_around(lines)
    for opened in around:
        inside = [n for n, places in enumerate(every) if opened in places]
        yield inside[-1] if inside else opened


MUTATIONS: tuple[Callable[[list[str], random.Random], Mutation | None], ...] = (
    misspell, misspell, drop_close, drop_open, add_close, move, move, lose_argument, spoil_number, lose_quote,
)  # fmt: skip
"""Typos and moved lines are the most frequent."""


def mutate(text: str, rng: random.Random) -> Mutation | None:
    """One mutation; None if the one that was drawn is not possible or changes nothing."""
    try:
        return rng.choice(MUTATIONS)(text.rstrip("\n").split("\n"), rng)
    except IndexError:
        return None
