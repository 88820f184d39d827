from __future__ import annotations

from standfast.config.keywords.auth_hmac import AUTH_HMAC


def test_keys_repeat():
    assert AUTH_HMAC.find("key").repeat == "each"
    assert AUTH_HMAC.acted_on
