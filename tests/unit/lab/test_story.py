from __future__ import annotations

import os

import pytest

from standfast.lab.lab import Lab
from standfast.lab.story import Chapter, Story


def test_the_bound_is_inclusive_and_no_answer_is_no_survival():
    assert Chapter("killed", "a", "b", 859, 859).survived
    assert not Chapter("killed", "a", "b", 859.1, 859).survived
    assert not Chapter("killed", "a", "b", float("inf"), 859).survived


@pytest.mark.netns
@pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")
def test_the_bound_is_the_protocol_s_wait_and_a_margin():
    with Lab() as lab:
        story = Story(lab, lambda _seconds, _words: None, interval_s=1)
        assert story.bound_ms == 3000 + 609.375 + 250
        assert "advert_int 1\n" in story.config
