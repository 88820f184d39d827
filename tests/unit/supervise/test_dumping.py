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
    daemon.eventually(lambda: len(daemon.logged("dump.unknown")) >= 2)
    assert not (daemon.run_dir / "keepalived.json").exists()
    assert daemon.vrrp()["state"] == "running"
