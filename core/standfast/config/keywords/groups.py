"""Groups of instances: those that share one state, and those that a static object decides about."""

from __future__ import annotations

from standfast.config.group_entries import NamesEntry
from standfast.config.keywords.common import script
from standfast.config.keywords.tracking import track_blocks
from standfast.config.kinds import Flag, Switch, Text
from standfast.config.schema import Block, Entries, Keyword


def _members(doc: str) -> Entries:
    return Entries("group", NamesEntry("INSTANCE"), doc, "group {\n    VI_1\n    VI_2\n}", repeat="first")


VRRP_SYNC_GROUP = Block(
    "vrrp_sync_group",
    doc="Instances that are in one state: all MASTER, or all BACKUP, or all FAULT.",
    example="vrrp_sync_group VG_1 {\n    group {\n        VI_1\n        VI_2\n    }\n}",
    header=Text("NAME"),
    repeat="first",
    keywords=(
        _members("The members; they may be defined later in the file. An instance belongs to one group at most."),
        *track_blocks("all members"),
        script("notify_master", "Run when the group becomes MASTER."),
        script("notify_backup", "Run when the group becomes BACKUP."),
        script("notify_fault", "Run when the group enters FAULT."),
        script("notify_stop", "Run at the end."),
        script("notify", "Run on every change, with the arguments GROUP, its name, the state and 0."),
        Keyword("smtp_alert", Switch(), "Send mail on changes.", "smtp_alert", "`smtp_alert_vrrp`"),
        Keyword("sync_group_tracking_weight", Flag(), "Let members have weighted trackers of their own.",
                "sync_group_tracking_weight", "off"),
        Keyword("global_tracking", Flag(), "Old name of `sync_group_tracking_weight`.", "global_tracking",
                field="sync_group_tracking_weight", retired="sync_group_tracking_weight"),
        Keyword("notify_priority_changes", Switch(), "Changes of a member's priority are events too.",
                "notify_priority_changes", "`vrrp_notify_priority_changes`"),
    ),
)  # fmt: skip

TRACK_GROUP = Block(
    "track_group",
    doc="Instances that go to FAULT while a static address, route or rule that names the group is missing.",
    example="track_group uplinks {\n    group {\n        VI_1\n    }\n}",
    header=Text("NAME"),
    repeat="first",
    keywords=(_members("The instances."),),
)

GROUPS = (VRRP_SYNC_GROUP, TRACK_GROUP)
