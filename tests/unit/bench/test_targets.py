from __future__ import annotations

import pytest
from _common.figures import Summary
from _common.targets import Target, ratio


def summary(p50, *, minimum=0.0, p95=None, p99=None):
    return Summary(10, minimum, p50, p95 or p50, p99 or p95 or p50, p99 or p95 or p50)


@pytest.mark.parametrize(
    ("target", "ours", "theirs", "met"),
    [
        (Target(ratio=2.5), summary(0.5), summary(0.2), True),
        (Target(ratio=2.5), summary(0.51), summary(0.2), False),
        (Target(ratio=2.5, p50=0.4), summary(0.5), summary(0.2), False),
        (Target(p95=1.5), summary(0.5, p95=1.6), summary(0.2), False),
        (Target(ratio=1.1, statistic="p99"), summary(10, p99=11.2), summary(10, p99=10.1), False),
        (Target(ratio=1.1, statistic="p99"), summary(20, p99=11.0), summary(10, p99=10.1), True),
        (Target(never_early=True), summary(0.5, minimum=-0.01), summary(0.5), False),
        (Target(never_early=True), summary(0.5, minimum=-0.001), summary(0.5), True),
    ],
)
def test_every_bound_must_hold(target, ours, theirs, met):
    assert target.met(ours, theirs) is met


def test_nothing_to_divide_by_is_no_ratio():
    assert ratio("p50", summary(1.0), None) is None
    assert ratio("p50", summary(1.0), summary(0.0)) is None


def test_a_target_says_itself():
    assert str(Target(ratio=2.5, p50=0.6, never_early=True)) == "<= 2.5x, <= 0.6, never early"
    assert str(Target()) == "-"
