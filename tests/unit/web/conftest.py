"""Pictures of a daemon, without one."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from standfast.control.picture import Picture
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.page import SharedPage
from standfast.supervise.setup import ChildSetup

KEPT = Path(__file__).parents[1] / "metrics" / "picture.json"


@pytest.fixture
def picture():
    return json.loads(KEPT.read_text())


class Camera:
    """Takes pictures of whatever ``document`` is."""

    def __init__(self, document):
        self.document = document
        self.problems = ()
        self.taken = 0

    def __call__(self, run_dir):
        self.taken += 1
        return Picture(json.loads(json.dumps(self.document)), self.problems)


@pytest.fixture
def surroundings(tmp_path):
    """As much of a health process's as a hub looks at."""
    log, reader = pair()
    with log, reader:
        setup = ChildSetup(
            generation=1,
            config=-1,
            channel=log,
            page=SharedPage(),
            log=LogPipe(log, "health"),
            control=log,
            status=log,
            run_dir=tmp_path,
            resume=False,
        )
        yield SimpleNamespace(setup=setup)


@pytest.fixture
def camera(picture):
    return Camera(picture)
