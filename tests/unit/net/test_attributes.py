from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from standfast.net import attributes as nla
from standfast.net.decode import attributes_of


@given(st.lists(st.tuples(st.integers(0, 100), st.binary(max_size=40)), unique_by=lambda pair: pair[0]))
def test_what_is_written_is_read_back(pairs):
    data = b"".join(nla.attribute(kind, payload) for kind, payload in pairs)
    assert len(data) % 4 == 0
    assert attributes_of(data, 0, len(data), frozenset(range(101))) == dict(pairs)


def test_numbers_have_their_order_and_strings_their_end():
    assert nla.be16(1, 0x0102)[4:6] == b"\1\2"
    assert nla.be64(1, 1)[4:12] == bytes(7) + b"\1"
    assert nla.text(1, "eth0")[4:9] == b"eth0\0"
    assert nla.u32(1, -1)[4:8] == b"\xff" * 4


def test_a_nest_is_marked_as_one():
    assert int.from_bytes(nla.nested(5, [nla.u8(1, 1)])[2:4], "little") & nla.NLA_F_NESTED
