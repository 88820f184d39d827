"""Addresses, routes and rules that exist as long as the daemon runs, whoever is master."""

from __future__ import annotations

from standfast.config.entries import AddressEntry
from standfast.config.route_entries import RouteEntry
from standfast.config.rule_entries import RuleEntry
from standfast.config.schema import Entries

WAITS = "static addresses, routes and rules"

STATIC = (
    Entries("static_ipaddress", AddressEntry(static=True), "Addresses that are there from start to end.",
            "static_ipaddress {\n    192.0.2.5/24 dev eth0\n}"),
    Entries("static_routes", RouteEntry(static=True), "Routes that are there from start to end.",
            "static_routes {\n    198.51.100.0/24 via 192.0.2.1 dev eth0\n}"),
    Entries("static_rules", RuleEntry(static=True), "Routing rules that are there from start to end.",
            "static_rules {\n    from 192.0.2.0/24 table 100 preference 1000\n}"),
)  # fmt: skip
