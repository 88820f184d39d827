from __future__ import annotations

from standfast.config.keywords.groups import TRACK_GROUP, VRRP_SYNC_GROUP


def test_groups_are_named_and_the_first_of_a_name_counts():
    for block in (VRRP_SYNC_GROUP, TRACK_GROUP):
        assert (block.repeat, block.unnamed, block.header.least) == ("first", "skip", 1)
        assert block.find("group").repeat == "first"


def test_a_group_has_no_notify_deleted():
    assert VRRP_SYNC_GROUP.find("notify_deleted") is None
