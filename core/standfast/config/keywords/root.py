"""The top level, and with it the whole schema."""

from __future__ import annotations

from standfast.config.keywords.global_defs import GLOBAL_DEFS
from standfast.config.keywords.vrrp_instance import VRRP_INSTANCE
from standfast.config.kinds import Flag, Seconds, Text
from standfast.config.schema import Block, Keyword
from standfast.config.vocabulary import declarations
from standfast.values import SECOND

PROCESS = (
    Keyword("net_namespace", Text("NAME"), "Run in this network namespace.", "net_namespace blue", "where it is "
            "started",
            repeat="first"),
    Keyword("instance", Text("NAME"), "Name of this daemon, where several run on one machine.", "instance blue", "none",
            repeat="first"),
    Keyword("use_pid_dir", Flag(), "Use a run directory of one's own even without `instance` or `net_namespace`.",
            "use_pid_dir", "off"),
    Keyword("child_wait_time", Seconds(0, 4294967295 * SECOND, places=0), "How long to wait for processes at the end "
            "before killing them.", "child_wait_time 5", "5"),
)  # fmt: skip


def build_schema() -> Block:
    """A new schema of everything core knows; plugins attach their blocks to it."""
    return Block(
        "",
        doc="The top level of a configuration.",
        example=VRRP_INSTANCE.example,
        keywords=(*PROCESS, GLOBAL_DEFS.copy(), VRRP_INSTANCE.copy(), *declarations()),
    )
