from __future__ import annotations

import pytest

from standfast.config.load import load_text


def read(line: str, setting: str):
    loaded = load_text(f"global_defs {{\n{line}\n}}\n")
    return loaded.settings.block("global_defs").get(setting), [d.code for d in loaded.diagnostics]


@pytest.mark.parametrize(
    ("line", "value", "codes"),
    [
        ("vrrp_version 4", None, ["SF3004"]),
        ("vrrp_mcast_group4 192.0.2.1", None, ["SF3007"]),
        ("vrrp_mcast_group6 224.0.0.18", None, ["SF3007"]),
        ("vrrp_down_timer_adverts 101", None, ["SF3002"]),
        ("vrrp_startup_delay 0.001", 1000, []),
        ("vrrp_startup_delay 0.0001", None, ["SF3002"]),
        ("vrrp_startup_delay 4294.967295", 4294967295, []),
        ("vrrp_garp_interval 0", None, ["SF3002"]),
        ("vrrp_garp_master_delay 1.5", None, ["SF3003"]),
        ("vrrp_garp_master_delay 4294", 4294_000_000, []),
        ("vrrp_garp_master_delay 4295", None, ["SF3002"]),
        ("vrrp_garp_lower_prio_repeat 0", 0, []),
        ("dynamic_interfaces", "yes", []),
        ("dynamic_interfaces allow_if_changes", "changes", []),
        ("vrrp_check_unicast_src", True, []),
        ("vrrp_check_unicast_src off", False, []),
    ],
)
def test_limits(line, value, codes):
    assert read(line, line.split()[0]) == (value, codes)


def test_the_old_name_writes_the_new_setting():
    assert read("vrrp_vmac_garp_intvl all 30", "vrrp_garp_extra_if") == ((True, 30_000_000), ["SF2112"])


@pytest.mark.parametrize("word", ["vrrp_garp_interval", "vrrp_gna_interval"])
@pytest.mark.parametrize(("value", "hint"), [("0", "leave it out for no spacing"), ("9999999", "")])
def test_who_means_off_by_0_is_told_how(word, value, hint):
    (found,) = load_text(f"global_defs {{\n{word} {value}\n}}\n").diagnostics
    assert (found.code, found.hint) == ("SF3002", hint)
