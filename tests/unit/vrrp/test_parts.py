"""That all parts fit together; what they do together is shown by test_process.py."""

from __future__ import annotations

import os
import socket

import pytest

from standfast.config.model import Config
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.page import SharedPage
from standfast.supervise.setup import ChildSetup, Lines
from standfast.vrrp.parts import Parts


@pytest.fixture
def setup(tmp_path):
    sender, receiver = pair()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with sender, receiver, ours, theirs:
        yield ChildSetup(
            generation=7,
            config=-1,
            channel=ours,
            page=SharedPage(),
            log=LogPipe(sender, "vrrp"),
            control=ours,
            status=ours,
            run_dir=tmp_path,
            resume=False,
            lines=Lines(spawner=theirs),
        )


def in_a_process_of_its_own(check) -> int:
    """Parts are never taken apart again: their sockets go with the process."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            check()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.skipif(os.geteuid() != 0, reason="opens raw sockets")
def test_everybody_knows_whom_they_work_with(setup):
    def check() -> None:
        parts = Parts(setup, Config())
        assert parts.describer.generation == 7
        assert parts.voice.heeded == parts.notifier.hear
        assert parts.kernel.mend == parts.cast.mend
        assert parts.programs is not None
        assert parts.speaker.effects.ask == parts.evidence._ask
        assert parts.tracked.look in parts.cast.watchers
        assert parts.speaker.trackers.tracking.looked_at == {"script", "process"}

    assert in_a_process_of_its_own(check) == 0
