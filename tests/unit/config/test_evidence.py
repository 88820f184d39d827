"""`check_before_master` and the checks that it names."""

from __future__ import annotations

import pytest

from standfast.config.load import Loaded, load_text

TCP = "TCP_CHECK {\nconnect_port 80\n}"


def asking(line: str, check: str) -> Loaded:
    web = f"vrrp_check web {{\nconnect_timeout 0.5\n{TCP}\n}}\n"
    return load_text(
        f"vrrp_check gateway {{\n{check}\n}}\n{web}vrrp_instance VI {{\ninterface eth0\nvirtual_router_id 1\n"
        f"virtual_ipaddress {{\n192.0.2.1/24\n}}\ncheck_before_master {{\n{line}\nweb\n}}\n}}\n"
    )


@pytest.mark.parametrize(
    ("line", "check", "late"),
    [
        ("gateway", TCP, True),
        ("gateway", f"deadline 0.6\n{TCP}", True),
        ("gateway", f"deadline 0.5\n{TCP}", False),
        ("gateway within 5", f"connect_timeout 2.5\n{TCP}", False),
        ("gateway reverse", TCP, False),
        ("gateway", f"on_silence fail\n{TCP}", False),
    ],
)
def test_a_no_that_comes_when_nobody_waits_any_more_is_warned_of(line, check, late):
    loaded = asking(line, check)
    assert [found.code for found in loaded.diagnostics] == ["SF4116"] * late


def test_a_check_with_a_fault_in_it_is_not_asked():
    loaded = asking("gateway", "on_silence fail\nMISC_CHECK {\n}")
    assert [check.name for check in loaded.health.checks] == ["web"]
    assert [each.name for each in loaded.config.instances[0].evidence] == ["web"]
