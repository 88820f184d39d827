from __future__ import annotations

from pathlib import Path

import pytest

from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.page import SharedPage
from standfast.supervise.setup import ChildSetup


def test_a_setup_cannot_be_changed_by_the_child_that_got_it():
    sender, receiver = pair()
    with sender, receiver:
        setup = ChildSetup(
            generation=1,
            config=3,
            channel=sender,
            page=SharedPage(),
            log=LogPipe(sender, "vrrp"),
            control=receiver,
            status=receiver,
            run_dir=Path("/run/standfast"),
            resume=False,
        )
        with pytest.raises(AttributeError):
            setup.generation = 2
