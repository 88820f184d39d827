"""The public surface: a change here is a change for people who wrote plugins."""

from __future__ import annotations

import types

from standfast import api
from standfast.config.load import load_text
from standfast.plugins import with_plugins

FOR_BLOCKS = {
    "Address", "Block", "Choice", "Custom", "DROPPED", "DiagnosticCode", "Dropped", "Entries", "Findings", "Flag",
    "Integer", "IpAddress", "Keyword", "Reader", "Record", "Register", "Registry", "Script", "ScriptCall", "Seconds",
    "Settings", "Statement", "Switch", "Text", "User", "Identity", "Words", "declare", "did_you_mean", "hookimpl",
    "interface", "MILLISECOND", "SECOND", "seconds", "Family", "Declaration",
}  # fmt: skip
FOR_CHECKERS = {
    "ALPHA", "CONTRACT", "CheckError", "CheckResult", "Checker", "CheckerType", "Code", "Pace", "Place", "RealServer",
    "ScriptEnd", "Surroundings", "TARGET", "Target", "TlsCredentials", "WatchingChecker", "bad", "checker_block",
    "good", "nothing", "pacing", "script_argument", "unable",
}  # fmt: skip
FOR_LOAD_BALANCERS = {
    "AddressRange", "Counters", "Entrance", "Failure", "Forwarding", "Group", "LoadBalancer", "LvsGlobals",
    "MarkEntry", "Member", "Objection", "Persistence", "Pool", "PoolChange", "PoolStatistics", "Repair", "SorryServer",
    "SyncDaemon", "VirtualServer",
}  # fmt: skip
FOR_NOTIFIERS = {
    "AddressProvider", "AnyEvent", "Cadence", "CheckChange", "Claim", "DaemonChange", "DualMaster", "Event",
    "GroupTransition", "LowerPriorityMaster",
    "Manner", "NotDelivered", "Notice", "Notifier", "NotifierType", "PriorityChange", "QuorumChange", "Remark",
    "SECRET", "Secret", "ServerChange", "TargetPlace", "TrackerChange", "Transition", "is_trouble",
}  # fmt: skip
PUBLIC = FOR_BLOCKS | FOR_CHECKERS | FOR_LOAD_BALANCERS | FOR_NOTIFIERS


class Installed:
    """An entry point as an installed distribution has it."""

    name = "redis"

    def load(self) -> object:
        plugin = types.ModuleType("redis_check")

        @api.hookimpl
        def standfast_register_blocks(register: api.Register) -> None:
            keyword = api.Keyword("database", api.Integer(0, 15), doc="Which one.", example="database 0")
            block = api.Block("REDIS_CHECK", doc="Asks for a PONG.", example="REDIS_CHECK { }", keywords=(keyword,))
            register(block, below="virtual_server/real_server")

        plugin.standfast_register_blocks = standfast_register_blocks  # type: ignore[attr-defined]
        return plugin


def test_the_public_surface_is_what_is_promised():
    assert set(api.__all__) == PUBLIC
    assert all(hasattr(api, name) for name in PUBLIC)


def test_a_block_made_of_public_names_alone_is_checked_like_cores_own():
    schema, faults = with_plugins([Installed()])
    assert faults == []
    text = "virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n REDIS_CHECK {\n databse 1\n }\n }\n}\n"
    messages = [found.message for found in load_text(text, schema=schema).diagnostics]
    assert "unknown keyword `databse` in `REDIS_CHECK`" in messages
