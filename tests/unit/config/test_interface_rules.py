from __future__ import annotations

from standfast.config.load import load_text


def load(text):
    loaded = load_text(text)
    return loaded.config, [(d.code, d.span.line) for d in loaded.diagnostics if d.code != "SF5001"]


def group(body):
    return f"garp_group {{\n{body}\n}}\n"


def test_interfaces_are_collected_and_belong_to_the_first_group():
    one = group("garp_interval 0.5\ninterface eth0\ninterfaces {\neth1 eth2\n}")
    config, found = load(one + group("gna_interval 1\ninterfaces {\neth2 eth3\n}"))
    first, second = config.announcement_groups
    assert (first.interfaces, first.garp_interval, second.interfaces) == (("eth0", "eth1", "eth2"), 500_000, ("eth3",))
    assert [code for code, _ in found] == ["SF4144"]


def test_groups_that_limit_nothing_are_removed_and_take_nothing():
    config, found = load(group("interface eth0") + group("garp_interval 1") + group("garp_interval 1\ninterface eth0"))
    assert [g.interfaces for g in config.announcement_groups] == [("eth0",)]
    assert [code for code, _ in found] == ["SF4143", "SF4143"]


def test_each_interface_has_one_line():
    config, found = load("interface_up_down_delays {\neth0 1\neth0 2\n}\nlinkbeat_interfaces {\neth0\neth1 MII\n}\n")
    assert ([d.down for d in config.interface_delays], found) == ([1_000_000], [("SF4144", 3)])
    assert [p.name for p in config.polled_interfaces] == ["eth0", "eth1"]
    assert not config.poll_all_interfaces
