from __future__ import annotations

from standfast.vrrp import auth


def test_the_field_is_padded_and_cut():
    assert auth.password_field(b"secret") == b"secret\0\0"
    assert auth.password_field(b"123456789") == b"12345678"


def test_comparison_is_of_the_whole_field():
    assert auth.password_matches(b"secret\0\0", b"secret")
    assert not auth.password_matches(b"secret\0x", b"secret")
    assert not auth.password_matches(b"\0" * 8, b"secret")
