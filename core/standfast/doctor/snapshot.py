"""What the doctor looks at, gathered beforehand: plain data, so that rules can be tried without a machine."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Interface(msgspec.Struct, kw_only=True):
    """A network interface that an instance needs."""

    name: str
    present: bool = True
    up: bool = True
    """With carrier."""
    rp_filter: int = 0
    """The larger of its own and that of `all`, as the kernel takes it."""
    arp_ignore: int = 0
    bridge: str = ""
    """The bridge that it is, or is a port of."""
    snooping: bool = False
    querier: bool = False


class Instance(msgspec.Struct, kw_only=True):
    """A virtual router as configured."""

    name: str
    interface: str
    family: int = 4
    interval_ms: float = 1000
    unicast: bool = False
    group: str = "224.0.0.18"
    vmac: bool = False
    elsewhere: bool = False
    """It has addresses on another interface than its own."""
    signed: bool = False


class Chain(msgspec.Struct, kw_only=True):
    """A base chain of the firewall that sees adverts."""

    name: str
    hook: Literal["input", "output", "prerouting", "ingress"]
    drops: bool
    """Its policy."""
    rules: list[tuple[str, str]] = []
    """What the rule is about and what it does, in order: (`vrrp`, `everything`, `other`) and (`accept`, `drop`)."""
    cure: str = ""
    """The command that lets adverts through here; empty: nft's."""


class Snapshot(msgspec.Struct, kw_only=True):
    """The machine in one moment."""

    kernel: tuple[int, int] = (6, 1)
    fault: str = ""
    """Why the configuration cannot be run; empty: it can."""
    file: str = ""
    instances: list[Instance] = []
    interfaces: list[Interface] = []
    nat: bool = False
    """A virtual server forwards by NAT."""
    ipvs: bool = False
    """Virtual servers are balanced by IPVS."""
    modules: dict[str, bool] = {}
    """What is needed of the kernel -> is it there?"""
    sysctls: dict[str, int] = {}
    lacking: list[str] = []
    """Capabilities."""
    chains: list[Chain] | None = []
    """None: could not be looked at."""
    managers: list[str] = []
    """Programs that run and manage networks, by the kernel's names."""
    synchronised: bool | None = None
    rivals: list[str] = []
    status: dict[str, Any] | None = None
    """As `status --json`; None: nobody answers."""
    problems: list[str] = []
