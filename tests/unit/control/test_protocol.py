from __future__ import annotations

import msgspec
import pytest

from standfast.control.protocol import Outcome, Request, decode_request, encode


def test_a_request_is_one_line_and_comes_back():
    line = encode(Request(do="stop", now=True))
    assert line.count(b"\n") == 1
    assert decode_request(line) == Request(do="stop", now=True)


@pytest.mark.parametrize("line", [b"", b"{}", b'{"do": "dance"}', b"[]", b"\xff", b'{"do": "stop", "now": "yes"}'])
def test_anything_else_is_refused_in_words(line):
    with pytest.raises(msgspec.DecodeError) as refused:
        decode_request(line)
    assert str(refused.value)


def test_documents_are_encoded_alike():
    assert encode({"a": 1}) == b'{"a":1}\n'
    assert encode(Outcome(ok=False, words="no")) == b'{"ok":false,"words":"no"}\n'
