from __future__ import annotations

from standfast.config.findings import Findings
from standfast.config.load import load_text
from standfast.config.lvs_groups import families, groups_of

TWO = "virtual_server_group a {\n192.0.2.1 80\nfwmark 5 inet6\n}\nvirtual_server_group b {\nfwmark 7\n}\n"


def test_groups_have_the_ip_versions_that_their_lines_name():
    groups = groups_of(load_text(TWO).settings, Findings())
    assert {name: families(group) for name, group in groups.items()} == {"a": {4, 6}, "b": set()}


def test_of_two_with_one_name_the_first_is_found():
    findings = Findings()
    groups = groups_of(load_text(TWO.replace(" b ", " a ")).settings, findings)
    assert [line.mark for line in groups["a"].marks] == [5]
    assert [d.code for d in findings.diagnostics] == ["SF4510"]
