from __future__ import annotations

from standfast.config.load import load_text

ONE = "vrrp_instance {0} {{\ninterface eth0\nvirtual_router_id {1}\nvirtual_ipaddress {{\n192.0.2.{1}/24\n}}\n}}\n"
TWO = ONE.format("first", 1) + ONE.format("second", 2)


def load(text):
    loaded = load_text(text + TWO)
    return loaded.config, [(d.code, d.span.line, d.hint) for d in loaded.diagnostics if d.code != "SF5001"]


def group(names, name="g", keyword="vrrp_sync_group"):
    return f"{keyword} {name} {{\ngroup {{\n{names}\n}}\n}}\n"


def test_members_may_be_defined_later_and_share_a_line():
    config, found = load(group("first second"))
    assert (config.sync_groups[0].members, found) == (("first", "second"), [])


def test_unknown_and_repeated_members_are_left_out():
    config, found = load(group("first frist\nsecond\nfirst"))
    assert config.sync_groups[0].members == ("first", "second")
    assert found == [("SF4111", 3, "did you mean `first`?"), ("SF4112", 5, "")]


def test_an_instance_is_in_one_group():
    config, found = load(group("first\nsecond") + group("first\nsecond", "h"))
    assert [g.name for g in config.sync_groups] == ["g"]
    assert [(code, line) for code, line, _ in found] == [("SF4112", 9), ("SF4112", 10)]


def test_groups_of_none_and_one():
    config, found = load("vrrp_sync_group g {\n}\n")
    assert (config.sync_groups, [code for code, *_ in found]) == ((), ["SF4113"])
    config, found = load(group("first"))
    assert ([g.members for g in config.sync_groups], [code for code, *_ in found]) == ([("first",)], ["SF4114"])


def test_the_second_list_of_members_is_left_out():
    config, found = load("vrrp_sync_group g {\ngroup {\nfirst second\n}\ngroup {\nthird\n}\n}\n")
    assert (config.sync_groups[0].members, [(c, n) for c, n, _ in found]) == (("first", "second"), [("SF2111", 5)])


def test_track_groups_have_members_too():
    config, found = load(group("first", keyword="track_group") + "track_group h {\n}\n")
    assert [(g.name, g.members) for g in config.track_groups] == [("g", ("first",))]
    assert [code for code, *_ in found] == ["SF4113"]
