from __future__ import annotations

from standfast.config.suggest import did_you_mean, suggest

WORDS = ("priority", "preempt_delay", "interface", "PASS", "virtual_router_id")


def test_the_nearest_word_is_suggested():
    assert suggest("priorty", WORDS) == ["priority"]
    assert suggest("virtual-router-id", WORDS) == ["virtual_router_id"]
    assert suggest("pass", WORDS) == ["PASS"]


def test_what_is_like_nothing_gives_nothing():
    assert suggest("xyzzy", WORDS) == []
    assert suggest("priority", ["priority"]) == []
    assert did_you_mean("xyzzy", WORDS) == ""


def test_in_words():
    assert did_you_mean("interfce", WORDS) == "did you mean `interface`?"
