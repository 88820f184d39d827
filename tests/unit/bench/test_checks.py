from __future__ import annotations

import pytest
from _common.checks import Load
from _common.checks_program import FULL, QUICK

from standfast.config.load import load_text


@pytest.mark.parametrize("load", [load for load in (*FULL, *QUICK) if load.servers <= 1000], ids=lambda load: load.case)
def test_both_sides_get_a_configuration_with_nothing_to_complain_of(load):
    loaded = load_text(load.config())
    assert [found for found in loaded.diagnostics if found.code != "SF5001"] == []
    (service,) = loaded.balancing.virtual_servers
    targets = {checker.target for server in service.real_servers for checker in server.checkers}
    assert len(targets) == load.servers


def test_ten_thousand_addresses_are_ten_thousand():
    text = Load("TCP", 10_000, 10).config()
    assert len({line for line in text.splitlines() if line.startswith("real_server")}) == 10_000
