from __future__ import annotations

from standfast.metrics.moments import unix


def test_moments():
    assert unix("1970-01-01T00:01:00.500+00:00") == 60.5
    assert unix(None) is None
