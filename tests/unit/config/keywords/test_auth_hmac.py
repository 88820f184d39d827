from __future__ import annotations

from standfast.config.keywords.auth_hmac import AUTH_HMAC


def test_keys_repeat_and_nothing_acts_on_it_yet():
    assert AUTH_HMAC.find("key").repeat == "each"
    assert not AUTH_HMAC.acted_on
