from __future__ import annotations

import msgspec

from standfast.scripts.running import RunningScript


def test_a_script_that_nobody_waits_for_survives_the_way_to_status():
    script = RunningScript(of="group G", occasion="FAULT", script="/bin/x y", pid=1, since="2026-01-01T00:00:00+00:00")
    assert msgspec.json.decode(msgspec.json.encode(script), type=RunningScript) == script
    assert msgspec.json.decode(msgspec.json.encode(script))["waiting"] == []
