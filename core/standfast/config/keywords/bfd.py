"""``bfd_instance``: a session that finds out fast whether a neighbour can be reached."""

from __future__ import annotations

import re

from standfast.config.kinds import Custom, Dropped, Flag, Integer, IpAddress, Reader, Switch, Text, Words
from standfast.config.schema import Block, Keyword
from standfast.config.track_entries import WeightKind

LONGEST = 4294967
NOTABLE = 10_000
"""Milliseconds above which the session is not what it is for any more."""


_DECIMAL = re.compile(r"\+?([0-9]{1,12})(?:\.([0-9]{0,12}))?")


def _interval(low: int) -> Custom:
    """Decimal milliseconds, kept as microseconds."""

    def read(words: Words, reader: Reader) -> int | Dropped:
        word, name = words[0], reader.statement.keyword.text
        match = _DECIMAL.fullmatch(word.text)
        if match is None:
            return reader.refuse("SF3001", word, f"`{name}` needs a number of milliseconds, not `{word.text}`")
        value = int(match[1]) * 1000 + int(((match[2] or "") + "000")[:3])
        if not low * 1000 <= value <= LONGEST * 1000:
            return reader.refuse("SF3002", word, f"`{name}` must be {low} to {LONGEST} milliseconds, not `{word.text}`")
        if value > NOTABLE * 1000 and low == 1:
            message = f"`{word.text}` are milliseconds: more than {NOTABLE // 1000} seconds for a fast detection"
            reader.findings.note("SF4133", reader.statement, message, word=word)
        return value

    return Custom(f"{low}-{LONGEST} milliseconds", read, most=1)


TTL = Integer(1, 255)

BFD_INSTANCE = Block(
    "bfd_instance",
    doc="A session that tells within milliseconds whether a neighbour can be reached (RFC 5880). It must stand before "
    "the `track_bfd` blocks that use it.",
    example="bfd_instance peer1 {\n    neighbor_ip 192.0.2.3\n}",
    header=Text("NAME", longest=31),
    repeat="first",
    unnamed="stop",
    acted_on=False,
    reason="standfast speaks no BFD: use a short `advert_int` with version 3, or let a `vrrp_script` ask a BFD daemon",
    keywords=(
        Keyword("neighbor_ip", IpAddress(), "The neighbour.", "neighbor_ip 192.0.2.3", "none: it must be given"),
        Keyword("neighbour_ip", IpAddress(), "The same as `neighbor_ip`.", "neighbour_ip 192.0.2.3",
                field="neighbor_ip"),
        Keyword("source_ip", IpAddress(), "Our address.", "source_ip 192.0.2.2", "the kernel's choice"),
        Keyword("min_rx", _interval(1), "Shortest interval that we can receive at.", "min_rx 50", "10"),
        Keyword("min_tx", _interval(1), "Shortest interval that we want to send at.", "min_tx 50", "10"),
        Keyword("idle_tx", _interval(1000), "Interval while the session is down.", "idle_tx 1000", "1000"),
        Keyword("multiplier", Integer(1, 255), "So many packets must be missed before the session is down.",
                "multiplier 5", "5"),
        Keyword("passive", Flag(), "Wait for the neighbour to begin.", "passive", "off"),
        Keyword("ttl", TTL, "TTL of our packets.", "ttl 255", "255; IPv6: 64"),
        Keyword("hoplimit", TTL, "The same as `ttl`.", "hoplimit 255", field="ttl"),
        Keyword("max_hops", Integer(-1, 255), "How much TTL accepted packets may have lost; 255: any.", "max_hops 0",
                "0"),
        Keyword("multihop", Switch(), "The neighbour is behind routers (RFC 5883).", "multihop", "off"),
        Keyword("weight", WeightKind("bfd"), "What the session does to the priority, where `track_bfd` does not say "
                "it. 0: FAULT while it is down.", "weight -20", "0"),
        Keyword("vrrp", Flag(), "Only instances hear of it.", "vrrp", "instances and checks do"),
        Keyword("checker", Flag(), "Only checks hear of it.", "checker", "instances and checks do"),
    ),
)  # fmt: skip
