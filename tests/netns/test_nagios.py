"""What a monitoring system hears of a daemon that is well, stopped, killed."""

from __future__ import annotations

import pytest
from harness.config import instance
from harness.network import Net, eventually

from standfast.lab.daemons import standfast_command


@pytest.mark.parametrize("solo", [("standfast",)], indirect=True)
def test_a_daemon_that_is_stopped_or_killed_is_never_master(solo: Net):
    daemon = solo.start_master(solo.a, instance())

    def said() -> str:
        words = ["nagios", "--expect", "MASTER", "--run-dir", str(daemon.directory / "run"), "VI_1"]
        return solo.a.run(*standfast_command(), *words, check=False)

    eventually(lambda: said().startswith("STANDFAST OK - VI_1 is MASTER | "), 30, said)
    daemon.freeze()
    assert said().startswith("STANDFAST UNKNOWN - ")
    assert "MASTER" not in said()
    daemon.thaw()
    daemon.kill()
    assert said().startswith("STANDFAST UNKNOWN - ")
    assert "MASTER" not in said()
