from __future__ import annotations

from standfast.config.hmac_model import Hmac, HmacKey


def test_signatures_are_enforced_unless_told_otherwise():
    hmac = Hmac(keys=(HmacKey(id=1, secret=b"x" * 32),), active=1, window_s=5)
    assert (hmac.mode, hmac.replay) == ("enforce", "time")
