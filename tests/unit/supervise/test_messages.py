from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.supervise import messages as m


@pytest.mark.parametrize(
    "message", [m.Prepare(generation=2), m.Commit(generation=2), m.Abort(generation=2), m.Stop(now=True)]
)
def test_orders_arrive(message):
    assert m.decode_from_parent(m.encode(message)) == message


@pytest.mark.parametrize(
    "message",
    [m.Can(generation=2), m.Cannot(generation=2, reason="eth9 is gone"), m.Ready(generation=1), m.Stopped(),
     m.Committed(generation=2, changes=("VI_1: priority 100 -> 150",))],
)  # fmt: skip
def test_answers_arrive(message):
    assert m.decode_from_child(m.encode(message)) == message


@given(st.binary(max_size=64))
def test_nonsense_is_one_documented_error(data):
    for decode in (m.decode_from_parent, m.decode_from_child):
        try:
            message = decode(data)
        except msgspec.DecodeError:
            continue
        assert isinstance(message, m.Message)
