from __future__ import annotations

from standfast.config.load import load_text


def loaded(text: str):
    found = load_text(f"global_defs {{\n{text}\n}}\n")
    return found.config.global_defs.firewall, [(d.code, d.severity) for d in found.diagnostics]


def test_the_table_and_its_place():
    settings, codes = loaded("nftables mine\nnftables_priority -9\nnftables_counters")
    assert (settings.table, settings.priority, settings.counters) == ("mine", -9, True)
    assert codes == []


def test_other_ways_of_filtering_are_this_one():
    _, codes = loaded("vrrp_iptables\nvrrp_ipsets keepalived\nnftables_ifindex")
    assert codes == [("SF6202", "note")] * 3
