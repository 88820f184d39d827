"""Parts of routes that have a grammar of their own: gateways, next hops, tunnels."""

from __future__ import annotations

import re
from typing import Any

from standfast.config.lines import UINT8
from standfast.config.route_model import Encap
from standfast.config.routing_lines import FAMILIES, RoutingReader
from standfast.config.tree import Word
from standfast.values import Address

MPLS_LABELS = 2**20 - 1
_LOCATOR = re.compile(r"[0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4}){3}")

LEG = ("via", "dev", "weight", "onlink", "encap", "realms")


def via(line: RoutingReader, option: Word) -> Address:
    """``via [inet|inet6] ADDRESS``; with a family it may be another one than the route's."""
    word = line.value(option)
    family = FAMILIES.get(word.text)
    if family is None:
        return line.one_address(word)
    return line.address(line.value(option), family)


def leg(line: RoutingReader, option: Word) -> dict[str, Any]:
    """What stands behind ``nexthop``, up to the next one."""
    fields: dict[str, Any] = {}
    while (text := line.peek()) in LEG:
        word = line.value(option)
        if text == "via":
            fields["via"] = via(line, word)
        elif text == "dev":
            fields["dev"] = line.interface(word)
        elif text == "weight":
            fields["weight"] = line.number(word, 1, 256)
        elif text == "onlink":
            fields["onlink"] = True
        elif text == "encap":
            fields["encap"] = encap(line, word)
        else:
            line.realms(word, fields)
    if "via" not in fields and "dev" not in fields:
        line.refuse("SF3113", option, "a `nexthop` needs `via` or `dev`")
    return fields


def encap(line: RoutingReader, option: Word) -> Encap:
    """``encap ip|ip6 OPTIONS``, ``encap mpls LABEL[/LABEL]``, ``encap ila LOCATOR``."""
    word = line.value(option)
    if word.text in ("ip", "ip6"):
        return _tunnel(line, word)
    if word.text == "mpls":
        labels = line.value(word)
        numbers = [line.number_in(Word(text, labels.span), "mpls", 0, MPLS_LABELS) for text in labels.text.split("/")]
        return Encap(kind="mpls", labels=tuple(numbers))
    if word.text != "ila":
        line.refuse("SF3004", word, f"`encap` knows `ip`, `ip6`, `mpls` and `ila`, not `{word.text}`")
    locator = line.value(word)
    if _LOCATOR.fullmatch(locator.text) is None:
        line.refuse("SF3005", locator, f"`{locator.text}` is no locator such as 2001:db8:1:2")
    return Encap(kind="ila", locator=locator.text)


_TUNNEL = {"id": "id", "dst": "destination", "src": "source", "tos": "tos", "tc": "tos", "ttl": "ttl",
           "hoplimit": "ttl", "flags": "flags"}  # fmt: skip


def _tunnel(line: RoutingReader, kind: Word) -> Encap:
    fields: dict[str, Any] = {}
    while (text := line.peek()) in _TUNNEL:
        word = line.value(kind)
        if text in ("dst", "src"):
            fields[_TUNNEL[text]] = line.address(line.value(word), 4 if kind.text == "ip" else 6)
        else:
            highest = {"id": 2**64 - 1, "flags": 2**16 - 1}.get(text, UINT8)
            fields[_TUNNEL[text]] = line.c_number(line.value(word), text, highest)
    if "id" not in fields and "destination" not in fields:
        line.refuse("SF3113", kind, f"`encap {kind.text}` needs `id` or `dst`")
    return Encap(kind="ip" if kind.text == "ip" else "ip6", **fields)
