"""What is said of interfaces: how often to announce on them, how their link is watched."""

from __future__ import annotations

from standfast.config.group_entries import NamesEntry
from standfast.config.interface_entries import DelayEntry, LinkbeatEntry
from standfast.config.keywords.values import LONGEST
from standfast.config.kinds import Seconds, interface
from standfast.config.schema import Block, Entries, Keyword

INTERVAL = Seconds(0, LONGEST)

GARP_GROUP = Block(
    "garp_group",
    doc="Interfaces that share one limit of gratuitous ARP and unsolicited neighbour advertisements.",
    example="garp_group {\n    garp_interval 0.005\n    interfaces {\n        eth0 eth1\n    }\n}",
    repeat="each",
    keywords=(
        Keyword("garp_interval", INTERVAL, "Least time between two gratuitous ARP.", "garp_interval 0.005", "none"),
        Keyword("gna_interval", INTERVAL, "Least time between two neighbour advertisements.", "gna_interval 0.005",
                "none"),
        Keyword("interface", interface(), "An interface of the group.", "interface eth0", repeat="each"),
        Entries("interfaces", NamesEntry("INTERFACE", interfaces=True), "Interfaces of the group.",
                "interfaces {\n    eth1 eth2\n}"),
    ),
)  # fmt: skip

INTERFACES = (
    Entries("linkbeat_interfaces", LinkbeatEntry(), "Interfaces whose link is to be watched.",
            "linkbeat_interfaces {\n    eth0 MII\n}",
            differs="Nothing is polled: the kernel tells of a lost carrier at once, on every interface."),
    Entries("interface_up_down_delays", DelayEntry(), "Changes of a link that last shorter are not seen. Without UP "
            "it is 0, not the same as DOWN. DOWN is cut to what peers wait at least.",
            "interface_up_down_delays {\n    eth0 2 0.5\n}"),
)  # fmt: skip
