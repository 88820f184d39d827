from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.script_model import Identity, ScriptCall
from standfast.scripts import protocol
from standfast.scripts.protocol import Ended, Kill, Start, Ways, decode_for_client, decode_for_spawner, encode

CALL = ScriptCall(argv=("/bin/x", "a b"), identity=Identity(user="nobody"))


def test_orders_and_answers_come_through():
    order = Ways(secure=True, umask=0o22).start(7, CALL, limit=5, at_stop="end")
    assert decode_for_spawner(encode(order)) == order
    assert (order.argv, order.identity.user, order.secure, order.umask) == (("/bin/x", "a b"), "nobody", True, 0o22)
    ended = Ended(number=7, status=3)
    assert decode_for_client(encode(ended)) == ended


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended(number=1, status=0), "exit status 0"),
        (Ended(number=1, signal=9, timed_out=True), "timed out (signal 9)"),
        (Ended(number=1, problem="there is none"), "there is none"),
    ],
)
def test_an_end_in_words(ended, words):
    assert ended.words == words


def test_bytes_that_are_not_text_stop_nothing():
    order = Start(number=1, argv=("/bin/x", "M\udcfcller"))
    assert decode_for_spawner(encode(order)).argv[1] == "M\\xfcller"


@given(st.binary())
def test_nonsense_is_refused_in_one_way(data):
    for decode in (decode_for_spawner, decode_for_client):
        try:
            decode(data)
        except (msgspec.DecodeError, msgspec.ValidationError):
            continue


def test_numbers_are_not_used_twice(monkeypatch):
    first = protocol.first_number()
    monkeypatch.setattr(protocol.time, "time_ns", lambda: 10**18 + 1_000_000)
    later = protocol.first_number()
    assert abs(later - first) > 2**20 or later != first
    assert decode_for_spawner(encode(Kill(number=first))).number == first
    assert 0 < first < 2**63
