from __future__ import annotations

import pytest

from standfast.config.load import load_text


def codes(text: str) -> list[str]:
    return [d.code for d in load_text(f"global_defs {{\n{text}\n}}\n").diagnostics]


def test_first_wins_for_what_is_opened_or_run():
    for name, waits in (("snmp_socket", ["SF5001"]), ("nftables_ipvs", [])):
        assert codes(f"{name} a\n{name} b") == [*waits, "SF2111"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("smtp_server mail\nnotification_email {\na@example.com b@example.com\n}", []),
        ("smtp_connect_timeout 4295", ["SF3002"]),
        ("smtp_connect_timeout 0", ["SF3002"]),
        ("startup_script /bin/true\nstartup_script_timeout 0", ["SF3002"]),
        ("smtp_alert maybe", ["SF3004"]),
        ("snmp_vs_stats_update_interval 31", ["SF3002", "SF5001"]),
        ("enable_snmp_vrrp\nenable_dbus", ["SF5001", "SF5001"]),
        ("lvs_flush_on_stop all", ["SF3004"]),
        ("dbus_service_name vrrp", ["SF3004", "SF5001"]),
    ],
)
def test_values_are_checked_also_where_nothing_acts_on_them_yet(text, found):
    assert codes(text) == found


@pytest.mark.parametrize("name", ["notify_fifo", "startup_script", "script_user", "lvs_timeouts", "dbus_service_name"])
def test_a_keyword_alone_costs_only_its_line(name):
    loaded = load_text(f"global_defs {{\n{name}\n}}\n")
    assert [d.code for d in loaded.diagnostics] == ["SF2108"]
    assert loaded.stops == []


def test_a_relay_alone_stops_everything_as_in_keepalived():
    loaded = load_text("global_defs {\nsmtp_server\n}\n")
    assert [d.code for d in loaded.stops] == ["SF2108"]
