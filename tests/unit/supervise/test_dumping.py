from __future__ import annotations

import os
import signal

from standfast.supervise.dumping import SIGNALS


def test_the_numbers_are_keepalived_s():
    assert SIGNALS == {10: "data", 12: "stats", 36: "json", 63: "stats-clear"}


def test_signals_have_dumps_written_one_after_the_other(daemon):
    daemon.start()
    for number in (signal.SIGUSR1, signal.SIGUSR1, signal.SIGRTMIN + 2):
        os.kill(daemon.process.pid, number)
    daemon.eventually((daemon.run_dir / "keepalived_parent.data").exists)
    # The fake speaker answers no question: what is not known is not written.
    daemon.eventually(
        lambda: {each["message"].split()[1] for each in daemon.logged("dump.unknown")} >= {"data", "json"}
    )
    assert not (daemon.run_dir / "keepalived.json").exists()
    assert daemon.vrrp()["state"] == "running"


def test_the_log_level_changes_at_run_time(daemon):
    daemon.start()
    assert daemon.order(do="log-level")["words"] == "info"
    assert "0.3" in daemon.order(do="log-level", level="debug", lasting=0.3)["words"]
    daemon.eventually(lambda: len(daemon.logged("log.level")) == 2)
    assert daemon.order(do="log-level")["words"] == "info"
