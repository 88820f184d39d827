"""The codes of interfaces that are made and of the firewall around them, added to the table of all codes."""

from __future__ import annotations

from standfast.config.codes import Code, declare

DEVICES = (
    Code("SF6201", "error", "`vrf` ignored",
         "Only unicast without `interface` needs a `vrf`: it says in whose routing table the peers are. An interface "
         "is in one VRF or none, and its instances follow it, also when it is moved."),
    Code("SF6202", "note", "filtered by nftables",
         "iptables and ipsets are not used. The same packets are filtered by one nf_tables table of standfast's own, "
         "which is changed in single transactions and is gone when standfast has stopped. `iptables -L` does not show "
         "it; `nft list ruleset` does."),
    Code("SF6203", "error", "own MAC ignored",
         "In strict mode adverts come from the virtual MAC of RFC 9568 (00:00:5e:00:01 or 02, then the number of the "
         "virtual router), so neither a MAC of one's own nor `vmac_xmit_base` is used."),
)  # fmt: skip

declare(*DEVICES)
