"""Limits of the keywords of one instance; what they mean together is tested with ``normalise``."""

from __future__ import annotations

import pytest

from standfast.config.load import load_text


def read(line: str, setting: str):
    loaded = load_text(f"vrrp_instance one {{\n{line}\n}}\n")
    (one,) = loaded.settings.blocks["vrrp_instance"]
    stops = ("SF4001", "SF4002", "SF4025", "SF4014", "SF4031", "SF4036")
    return one.get(setting), [d.code for d in loaded.diagnostics if d.code not in stops]


@pytest.mark.parametrize(
    ("line", "value", "codes"),
    [
        ("virtual_router_id 255", 255, []),
        ("virtual_router_id 256", None, ["SF3002"]),
        ("virtual_router_id 0", None, ["SF3002"]),
        ("virtual_router_id 51x", None, ["SF3001"]),
        ("priority 0", 100, ["SF3002"]),
        ("priority 256", 100, ["SF3002"]),
        ("advert_int 0.01", 10_000, []),
        ("advert_int 0.009", None, ["SF3002"]),
        ("advert_int 256", None, ["SF3002"]),
        ("preempt_delay 1000", 1000_000_000, []),
        ("preempt_delay 1000.1", None, ["SF3002"]),
        ("timer_expired_backup", 254, []),
        ("timer_expired_backup 255", None, ["SF3002"]),
        ("interface eth0.1234567890123", None, ["SF3006"]),
        ("mcast_dst_ip 192.0.2.1", None, ["SF3007"]),
        ("skew_resolution ms", None, ["SF3004"]),
        ("checksum none", None, ["SF3004"]),
        ("stop_hold 61", None, ["SF3002"]),
        ("garp_master_repeat 0", 1, ["SF3002"]),
        ("debug 5", None, ["SF3002"]),
        ("no_accept", False, []),
    ],
)
def test_limits(line, value, codes):
    setting = {"no_accept": "accept"}.get(line, line.split()[0])
    assert read(line, setting) == (value, codes)
