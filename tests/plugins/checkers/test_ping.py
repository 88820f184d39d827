"""``PING_CHECK``: its own options."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("PING_CHECK", "connect_port 3", None),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value
