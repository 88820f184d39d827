"""A health process's surroundings: sockets, page and log, without a parent."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

import pytest

from standfast.config.health_model import HealthConfig, encode
from standfast.supervise.desk import listen
from standfast.supervise.generation import memory_file
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.page import SharedPage
from standfast.supervise.setup import ChildSetup, Lines


class Surroundings:
    def __init__(self, run_dir, stack):
        self.run_dir = run_dir
        self.parent, channel = self.pair(stack)
        self.spawner, programs = self.pair(stack)
        self.vrrp, verdicts = self.pair(stack)
        log, self.log = map(stack.enter_context, pair())
        self.log.setblocking(False)
        config = memory_file()
        stack.callback(os.close, config)
        os.write(config, encode(HealthConfig()))
        self.setup = ChildSetup(
            generation=1,
            config=config,
            channel=channel,
            page=SharedPage(),
            log=LogPipe(log, "health"),
            control=stack.enter_context(listen(run_dir, "health.ctl", mode=0o600)),
            status=stack.enter_context(listen(run_dir, "health.status", mode=0o660)),
            run_dir=run_dir,
            resume=False,
            lines=Lines(spawner=programs, verdicts=verdicts),
        )

    @staticmethod
    def pair(stack):
        ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in ends:
            end.setblocking(False)
            stack.enter_context(end)
        return ends


@pytest.fixture
def surroundings(tmp_path):
    with ExitStack() as stack:
        yield Surroundings(tmp_path, stack)
