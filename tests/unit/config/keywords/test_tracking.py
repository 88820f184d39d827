from __future__ import annotations

import pytest

from standfast.config.keywords.tracking import TRACKED, track_blocks
from standfast.config.load import load_text


@pytest.mark.parametrize(
    ("block", "line", "value", "codes"),
    [
        ("vrrp_script", "interval 0", 1_000_000, ["SF3002"]),
        ("vrrp_script", "interval 0.0015", 2_000, ["SF3003"]),
        ("vrrp_script", "interval 4295", 1_000_000, ["SF3002"]),
        ("vrrp_script", "timeout x", None, ["SF3001"]),
        ("vrrp_script", "rise 0", None, ["SF3002"]),
        ("vrrp_script", "weight 254", (253, False), ["SF3002"]),
        ("vrrp_script", "init_fail", True, []),
        ("track_file", "weight -254 reverse", (-254, True), []),
        ("track_file", "init_file 99999999999", None, ["SF3002"]),
        ("vrrp_track_process", "quorum 65536", None, ["SF3002"]),
        ("vrrp_track_process", "delay 0", None, ["SF3002"]),
        ("vrrp_track_process", "delay 3600", 3_600_000_000, []),
        ("vrrp_track_process", "param_match exact", None, ["SF3004"]),
    ],
)
def test_limits(block, line, value, codes):
    loaded = load_text(f"{block} x {{\n{line}\n}}\n")
    (settings,) = loaded.settings.blocks[block]
    quiet = ("SF5001", "SF4101", "SF4107")
    assert settings.get(line.split()[0]) == value
    assert [d.code for d in loaded.diagnostics if d.code not in quiet] == codes


def test_every_kind_has_its_list():
    assert [entries.name for entries in track_blocks("it")] == [f"track_{kind}" for kind in TRACKED]
