"""Interfaces that are made for an instance."""

from __future__ import annotations

from standfast.config.kinds import Custom, Flag
from standfast.config.schema import Keyword
from standfast.config.vmac import read_ipvlan, read_vmac

VMAC = (
    Keyword("use_vmac", Custom("[[name] INTERFACE] [MAC] [netlink_notify_msg] [group GROUP]", read_vmac, least=0),
            "Run on a private interface with the virtual MAC. Of a MAC with 5 octets the number of the virtual router "
            "is the sixth.", "use_vmac vrrp.51", "off",
            differs="An interface of this name that is something else is left alone. Settings of the interface below "
            "are put back at the end, and `arp_announce` is set there too."),
    Keyword("use_vmac_addr", Flag(), "The same for addresses on other interfaces.", "use_vmac_addr", "off"),
    Keyword("vmac_xmit_base", Flag(), "Send adverts on the base interface.", "vmac_xmit_base", "off"),
    Keyword("use_ipvlan", Custom("[[name] INTERFACE] [ADDRESS[/LENGTH]] [bridge|private|vepa] [group GROUP]",
                                 read_ipvlan, least=0),
            "Run on an ipvlan interface. For IPv4 it needs an address, which adverts come from.",
            "use_ipvlan 192.0.2.2/24", "off"),
)  # fmt: skip
