"""The top level, and with it the whole schema."""

from __future__ import annotations

from standfast.config.keywords.bfd import BFD_INSTANCE
from standfast.config.keywords.global_defs import GLOBAL_DEFS
from standfast.config.keywords.groups import GROUPS
from standfast.config.keywords.interfaces import GARP_GROUP, INTERFACES
from standfast.config.keywords.static import STATIC
from standfast.config.keywords.tracking import DEFINITIONS, VRRP_CHECK
from standfast.config.keywords.values import daemon_name
from standfast.config.keywords.virtual_server import TLS, VIRTUAL_SERVER, VIRTUAL_SERVER_GROUP
from standfast.config.keywords.vrrp_instance import VRRP_INSTANCE
from standfast.config.kinds import Custom, Flag, Seconds, Text
from standfast.config.schema import Block, Keyword
from standfast.values import SECOND

NAME = Custom("NAME", daemon_name, least=0, most=1)

DEFAULT_NAMESPACE = "/proc/1/ns/net"
"""Where the machine's first process is, which `ip netns` gives no name."""

PROCESS = (
    Keyword("net_namespace", NAME, "Run in this network namespace.", "net_namespace blue", "where it is "
            "started", repeat="first"),
    Keyword("instance", NAME, "Name of this daemon, where several run on one machine.", "instance blue", "none",
            repeat="first"),
    Keyword("use_pid_dir", Flag(), "Use a run directory of one's own even without `instance` or `net_namespace`.",
            "use_pid_dir", "off"),
    Keyword("child_wait_time", Seconds(0, 4294967295 * SECOND, places=0), "How long to wait for processes at the end "
            "before killing them.", "child_wait_time 5", "5"),
    Keyword("net_namespace_ipvs", Text("NAME", least=0, bare=DEFAULT_NAMESPACE), "Balance in this network namespace, "
            "while checks go out from the daemon's own; without a name in the machine's first one.",
            "net_namespace_ipvs blue", "as `net_namespace`", repeat="first",
            differs="It counts on nftables too."),
    Keyword("namespace_with_ipsets", Flag(), "Use ipsets in a network namespace too.", "namespace_with_ipsets", "off",
            differs="No ipsets are used, but sets of nftables, which every network namespace has."),
    Keyword("linkbeat_use_polling", Flag(), "Watch the links of all interfaces, which is done anyway.",
            "linkbeat_use_polling", "off",
            differs="Nothing is polled: the kernel tells of a lost carrier at once, on every interface."),
)  # fmt: skip


def build_schema() -> Block:
    """A new schema of everything core knows; plugins attach their blocks to it."""
    return Block(
        "",
        doc="The top level of a configuration.",
        example=VRRP_INSTANCE.example,
        keywords=(
            *PROCESS,
            GLOBAL_DEFS.copy(),
            VRRP_INSTANCE.copy(),
            *(
                block.copy()
                for block in (*GROUPS, *DEFINITIONS, BFD_INSTANCE, GARP_GROUP, VIRTUAL_SERVER, VRRP_CHECK, TLS)
            ),
            VIRTUAL_SERVER_GROUP,
            *STATIC,
            *INTERFACES,
        ),
    )
