"""``UDP_CHECK``: its own options."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standfast_checkers.udp import UdpOptions


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("UDP_CHECK", "payload ab c 1 2 def", UdpOptions(payload=bytes.fromhex("ab0c0102de0f"))),
        ("UDP_CHECK", "require_reply", UdpOptions(require_reply=True)),
        ("UDP_CHECK", "require_reply 0x", UdpOptions(require_reply=True, reply=b"\0", reply_mask=b"\xf0")),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("UDP_CHECK", "payload zz", ["SF3308"]),
        ("UDP_CHECK", "payload", ["SF2108"]),
        ("UDP_CHECK", "require_reply gg", ["SF3308"]),
        ("UDP_CHECK", "min_reply_length 65536", ["SF3002"]),
        ("UDP_CHECK", "min_reply_length 5", ["SF4504"]),
        ("UDP_CHECK", "require_reply 01\nmin_reply_length 10\nmax_reply_length 5", ["SF4503"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=40), st.sampled_from([1, 2, 4]))
def test_bytes_are_read_however_they_are_spaced(check, data, size):
    digits = data.hex()
    words = " ".join(digits[i : i + size * 2] for i in range(0, len(digits), size * 2))
    assert check.options("UDP_CHECK", f"payload {words}").payload == data
