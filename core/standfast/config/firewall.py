"""What ``global_defs`` says of filtering. There is one way to filter, whichever keywords ask for it."""

from __future__ import annotations

from standfast.config.findings import Findings
from standfast.config.interface_model import Firewall
from standfast.config.settings import Settings

OTHER_WAYS = {
    "vrrp_iptables": "the same is filtered by an nftables table of our own, not by iptables",
    "vrrp_ipsets": "the addresses stand in sets of an nftables table of our own, not in ipsets",
    "nftables_ifindex": "interfaces are matched by name, which stays right when one is made again",
}


def firewall(defaults: Settings) -> Firewall:
    """The table, if one is needed."""
    return Firewall(
        table=defaults.get("nftables", ""),
        priority=defaults.get("nftables_priority", -1),
        counters=defaults.get("nftables_counters", False),
    )


def other_filters(defaults: Settings, findings: Findings) -> None:
    """Say of keywords that ask for another way that they get this one."""
    for name, words in OTHER_WAYS.items():
        if name in defaults.scalars:
            findings.note("SF6202", defaults.scalars[name].statement, f"`{name}`: {words}")
