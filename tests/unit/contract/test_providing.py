from __future__ import annotations

from standfast.contract.providing import AddressProvider, Cadence, Claim


def test_what_has_to_be_there():
    assert AddressProvider.__abstractmethods__ == {"instance", "claim", "verify"}
    assert Claim(instance="VI", host="h").addresses == ()
    assert Cadence().settle < Cadence().interval
