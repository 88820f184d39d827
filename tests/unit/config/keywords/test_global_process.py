from __future__ import annotations

import pytest

from standfast.config.load import load_text


def read(line: str, setting: str):
    loaded = load_text(f"global_defs {{\n{line}\n}}\n")
    return loaded.settings.block("global_defs").get(setting), [d.code for d in loaded.diagnostics]


@pytest.mark.parametrize(
    ("line", "value", "codes"),
    [
        ("vrrp_priority -20", -20, []),
        ("vrrp_priority 20", None, ["SF3002"]),
        ("vrrp_rt_priority 0", 0, []),
        ("vrrp_rt_priority 100", 99, ["SF3002"]),
        ("checker_rt_priority 0", 1, ["SF3002"]),
        ("max_auto_priority", 99, ["SF5001"]),
        ("max_auto_priority -1", -1, ["SF5001"]),
        ("router_id", None, ["SF2108"]),
        ("status_group adm", "adm", []),
        ("json_version 3", None, ["SF3002"]),
    ],
)
def test_limits(line, value, codes):
    assert read(line, line.split()[0]) == (value, codes)


def test_the_old_spelling_writes_the_new_setting():
    assert read("vrrp_rlimit_rtime 5000", "vrrp_rlimit_rttime") == (5000, ["SF2112"])


def test_both_names_of_the_dump_files_are_known():
    for name in ("state_dump_file", "state_file_location"):
        assert read(f"{name} /tmp/x", "state_dump_file") == ("/tmp/x", [])  # noqa: S108 - only a name
