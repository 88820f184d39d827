from __future__ import annotations

from standfast.config.keywords.common import script, waiting
from standfast.config.kinds import Flag


def test_what_waits_is_not_acted_on():
    keyword = waiting("x", Flag(), "Words.", "x", reason="there is none")
    assert (keyword.acted_on, keyword.reason) == (False, "there is none")
    keyword = script("notify", "Run.")
    assert script("notify", "Run.", acted_on=False).acted_on is False
    assert (keyword.acted_on, keyword.repeat, keyword.kind.least) == (True, "first", 1)
