from __future__ import annotations

import pytest

from standfast.config.load import load_text

DEFINED = """
vrrp_script s {
    script /bin/true
}
track_file f {
    file /run/f
}
vrrp_track_process p {
    process a
}
"""
BODY = "interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {{\n192.0.2.1/24\n}}\n"
VI = f"vrrp_instance a {{{{\n{BODY}priority {{0}}\n{{1}}\n}}}}\n"
GROUP = "vrrp_sync_group g {{\ngroup {{\na\nb\n}}\n{0}\n}}\n"
OTHER = "vrrp_instance b {\ninterface eth9\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.2/24\n}\n}\n"


def trackers(priority, lines, group=""):
    loaded = load_text(DEFINED + VI.format(priority, lines) + OTHER + group)
    quiet = ("SF5001", "SF4107")
    found = [d.code for d in loaded.diagnostics if d.code not in quiet]
    kept = [(t.name, t.weight) for t in loaded.config.instances[0].trackers]
    return kept, found, [(t.name, t.weight) for g in loaded.config.sync_groups for t in g.trackers]


@pytest.mark.parametrize(
    ("lines", "member", "owner"),
    [
        ("track_interface {\neth1 weight 5\n}", [("eth1", 0)], []),
        ("track_script {\ns weight 5\n}", [], []),
        ("track_process {\np weight 5\n}", [], []),
        ("track_file {\nf\n}", [("f", 0)], [("f", 0)]),
        ("track_file {\nf weight 2\n}", [], []),
    ],
)
def test_weights_of_members_and_owners(lines, member, owner):
    assert trackers(100, lines)[1] == []
    assert trackers(100, lines, GROUP.format(""))[:2] == (member, ["SF4106"])
    assert trackers(255, lines)[:2] == (owner, ["SF4106"])
    assert trackers(100, lines, GROUP.format("sync_group_tracking_weight"))[1] == []


def test_without_weight_nothing_is_lost():
    assert trackers(255, "track_script {\ns\n}", GROUP.format(""))[:2] == ([("s", 0)], [])


def test_weights_of_a_group_go_if_a_member_is_the_owner():
    group = GROUP.format("track_script {\ns weight 9\n}")
    assert trackers(100, "", group) == ([], [], [("s", 9)])
    assert trackers(255, "", group) == ([], ["SF4106"], [("s", 0)])


def test_the_own_interface_is_watched_anyway():
    assert trackers(100, "track_interface {\neth0\neth1\n}")[:2] == ([("eth1", 0)], ["SF4105"])
