"""Texts of configurations."""

from __future__ import annotations

from collections.abc import Sequence

VIP = "10.9.0.100"
VIP6 = "fe80::9:100"


def instance(
    *lines: str,
    name: str = "VI_1",
    priority: int | str = 100,
    vrid: int = 51,
    version: int = 3,
    interval: float = 0.1,
    interface: str = "eth0",
    vips: Sequence[str] = (f"{VIP}/24",),
) -> str:
    """One ``vrrp_instance``; further lines as they would stand in the block."""
    settings = [
        f"interface {interface}",
        f"virtual_router_id {vrid}",
        f"version {version}",
        f"advert_int {interval}",
        f"priority {priority}",
        *lines,
        "virtual_ipaddress {",
        *(f"    {vip}" for vip in vips),
        "}",
    ]
    return "\n".join([f"vrrp_instance {name} {{", *(f"    {line}" for line in settings), "}", ""])


def global_defs(*lines: str) -> str:
    """A ``global_defs`` block; several of them add up."""
    return "\n".join(["global_defs {", *(f"    {line}" for line in lines), "}", ""])
