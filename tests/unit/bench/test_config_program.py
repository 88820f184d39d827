from __future__ import annotations

import sys

from _common.config_program import MANUAL, Cost, measure, series, verdicts

from standfast.config.load import load_text


def cost(cpu: float, *, rss: float = 100, finished: bool = True) -> Cost:
    return Cost(cpu, cpu, rss, 0, finished)


def test_the_texts_are_good_configurations():
    loaded = load_text(series(20))
    assert [found.code for found in loaded.diagnostics] == []
    assert loaded.config is not None
    assert len(loaded.config.instances) == 20
    small = MANUAL.replace("0,7", "0,1").replace("0,31", "0,1").replace("1,254", "1,3")
    assert len(load_text(small).config.instances) == 12


def test_what_a_command_costs():
    ended = measure([sys.executable, "-c", "sum(range(10**6))"], 30)
    assert ended.finished
    assert ended.cpu_s > 0
    assert ended.rss_mb > 1
    assert not measure(["sleep", "60"], 0.1).finished


def test_targets():
    growth = {"2000": {"standfast": cost(1)}, "4000": {"standfast": cost(2)}}
    good = {**growth, "manual": {"standfast": cost(30), "keepalived": cost(11)}}
    assert all(met for _, met in verdicts(good))
    slow = {**growth, "manual": {"standfast": cost(34, rss=2000), "keepalived": cost(11)}}
    assert [met for _, met in verdicts(slow)] == [False, False, True]
    quadratic = {"2000": {"standfast": cost(1)}, "4000": {"standfast": cost(4)}, "manual": good["manual"]}
    assert [met for _, met in verdicts(quadratic)] == [True, True, False]
    given_up = {"manual": {"standfast": cost(30), "keepalived": cost(600, finished=False)}}
    assert "more than 600.0 s" in next(iter(verdicts(given_up)))[0]
