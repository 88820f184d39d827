"""Every other keyword of the language: known, so that a typo in it is found, but not acted on yet.

One word a keyword; what stands in braces stands in that block. ``name:`` opens a value block, whose lines are
data. As parts of standfast grow, names move from here to declarations of their own (:mod:`standfast.config.keywords`).
"""

from __future__ import annotations

from collections.abc import Iterator

from standfast.config.keywords.common import AnyLine
from standfast.config.kinds import Flag, Kind, Text, Unread
from standfast.config.schema import Block, BlockRepeat, Declaration, Entries, Keyword

INTERFACES = """
    static_ipaddress: static_routes: static_rules:
    linkbeat_interfaces: interface_up_down_delays:
    garp_group { garp_interval gna_interval interface interfaces: }
"""

WAITING = {
    INTERFACES: "helpers for interfaces and static addresses",
}

_NAME = Text("NAME")
_SERVICE = Unread("IP [PORT] | fwmark MARK | group NAME", 1)
_SERVER = Unread("IP [PORT]", 1)
_HEADERS: dict[str, tuple[Kind, BlockRepeat, str]] = {
}
"""Blocks with words before their brace: what they are, what a second one means, and how they look."""

_RETIRED = {
    "nb_get_retry": "retry",
    "host": "a second SMTP_CHECK",
}


def declarations() -> Iterator[Declaration]:
    """Everything in this module, as declarations that are not acted on."""
    for text, waits_for in WAITING.items():
        yield from _read(iter(text.split()), waits_for)


def _read(words: Iterator[str], waits_for: str) -> tuple[Declaration, ...]:
    """The declarations up to the closing brace."""
    result: list[Declaration] = []
    for word in words:
        if word == "}":
            break
        if word == "{":
            opening = result.pop()
            result.append(_block(opening.name, _read(words, waits_for), waits_for))
        elif word.endswith(":"):
            result.append(_list(word[:-1], waits_for))
        else:
            result.append(_leaf(word, waits_for))
    return tuple(result)


def _words(waits_for: str) -> str:
    return f"Known, but not acted on yet: waits for {waits_for}."


def _leaf(name: str, waits_for: str) -> Keyword:
    return Keyword(name, Unread(), _words(waits_for), name, acted_on=False, retired=_RETIRED.get(name, ""))


def _list(name: str, waits_for: str) -> Declaration:
    header, _, example = _HEADERS.get(name, (Flag(), "each", name))
    return Entries(name, AnyLine("..."), _words(waits_for), f"{example} {{\n}}", False, waits_for, header)


def _block(name: str, keywords: tuple[Declaration, ...], waits_for: str) -> Block:
    header, repeat, example = _HEADERS.get(name, (Unread(), "each", name))
    return Block(
        name,
        _words(waits_for),
        f"{example} {{\n}}",
        keywords,
        header,
        repeat,
        "stop",
        acted_on=False,
        waits_for=waits_for,
        retired=_RETIRED.get(name, ""),
    )
