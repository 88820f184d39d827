"""The fuzzer's regression corpus, replayed: no traceback, no hang."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from target import run

HERE = Path(__file__).parent
SEEDS = sorted((HERE / "seeds").iterdir())
SLOW_S = 5
"""A seed takes milliseconds; this is far above what a busy machine makes of it."""


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_seed_raises_nothing_and_ends(seed):
    started = time.process_time()
    run(seed.read_bytes())
    assert time.process_time() - started < SLOW_S


def test_what_the_seeds_reach():
    """The corpus would be worth little if everything in it were refused."""
    loaded = [run(seed.read_bytes()) for seed in SEEDS]
    assert sum(1 for each in loaded if each.config is not None and each.config.instances) >= 5
    assert len({found.code for each in loaded for found in each.diagnostics}) >= 40
