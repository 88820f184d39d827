from __future__ import annotations

import os

import pytest

from standfast.lab.balanced import BalancedStory, Scene
from standfast.lab.lab import Lab


def scene(**changes) -> Scene:
    usual = {"name": "web2 dies", "requests": 40, "failed": 0, "served": "web1 40"}
    return Scene(**usual | {"outage_ms": 100, "bound_ms": 200, "failures_allowed": False} | changes)


def test_late_or_failing_is_not_survived_unless_failures_are_excusable():
    assert scene().survived
    assert not scene(outage_ms=201).survived
    assert not scene(outage_ms=float("inf")).survived
    assert not scene(failed=1).survived
    assert scene(failed=1, failures_allowed=True).survived


@pytest.mark.netns
@pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")
def test_one_configuration_for_both_balancers():
    with Lab() as lab:
        story = BalancedStory(lab, lambda _seconds, _words: None, interval_s=0.2)
        assert "lb_backend nftables" in story.config
        assert story.config.count("real_server") == 3
        assert "advert_int 0.2\n" in story.config
