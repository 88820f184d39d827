from __future__ import annotations

import pytest

from standfast.vrrp.remedies import remedy


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("interface eth7", "eth7 being there and up"),
        ("source", "an address of the interface"),
        ("configuration", "standfast reload"),
        ("group", "other member"),
        ("track script web", "rise"),
        ("track process haproxy", "quorum"),
    ],
)
def test_every_fault_has_an_end(key, words):
    assert words in remedy(key)


def test_nothing_is_said_of_what_is_not_known():
    assert remedy("anything") == ""
