from __future__ import annotations

import pytest

from standfast.cli.redact import redact, secrets_of

CONFIG = """authentication {
    auth_type PASS
    auth_pass "hunter 22"
}
auth_hmac {
    key 1 0123456789abcdef0123456789abcdef
}
@lb-a auth_pass other99
smtp_password tops3cret
"""


def test_values_of_secret_keywords():
    assert secrets_of(CONFIG) == {"hunter 22", "0123456789abcdef0123456789abcdef", "other99", "tops3cret"}


@pytest.mark.parametrize("secret", ["hunter", "0123456789abcdef0123456789abcdef", "other99", "tops3cret"])
def test_none_is_left(secret):
    assert secret not in redact(CONFIG, ())
    assert secret not in redact(CONFIG, secrets_of(CONFIG))
    assert "tops3cret" not in redact("log: tops3cret was refused", secrets_of(CONFIG))


def test_everything_else_stays():
    kept = redact(CONFIG, secrets_of(CONFIG)).splitlines()
    assert kept[:2] == CONFIG.splitlines()[:2]
    assert kept[4] == "auth_hmac {"
    assert len(kept) == len(CONFIG.splitlines())


def test_a_quoted_line_in_a_diagnostic():
    assert "abc" not in redact('{"source": "    auth_pass abcdefgh  # x"}', ())


def test_short_ones_are_not_looked_for_elsewhere():
    assert redact("a cat sat", {"a"}) == "a cat sat"
