from __future__ import annotations

import pytest

from standfast.config.load import load_text


@pytest.mark.parametrize(
    ("line", "value", "codes"),
    [
        ("garp_interval 0", 0, []),
        ("garp_interval 4294.967295", 4294967295, []),
        ("gna_interval 4295", None, ["SF3002"]),
        ("gna_interval -1", None, ["SF3001"]),
    ],
)
def test_limits(line, value, codes):
    loaded = load_text(f"garp_group {{\ninterface eth0\n{line}\n}}\n")
    (group,) = loaded.settings.blocks["garp_group"]
    assert group.get(line.split()[0]) == value
    assert [d.code for d in loaded.diagnostics if d.code not in ("SF5001", "SF4143")] == codes
