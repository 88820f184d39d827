from __future__ import annotations

import socket
import struct

from hypothesis import given
from hypothesis import strategies as st

from standfast.supervise.journal import Journal, encode
from standfast.supervise.logpipe import Record


def record(words="words", **more):
    return Record(time=1.5, level="warning", event="vrrp.transition", words=words, process="vrrp", pid=42, **more)


def parsed(data):
    found, place = {}, 0
    while place < len(data):
        end = data.index(b"\n", place)
        name, equals, value = data[place:end].partition(b"=")
        place = end + 1
        if not equals:
            (length,) = struct.unpack_from("<Q", data, place)
            value = data[place + 8 : place + 8 + length]
            place += 8 + length + 1
        found[name.decode()] = value.decode()
    return found


def test_fields_to_search_by():
    found = parsed(encode(record(instance="VI_1", fields={"old": "BACKUP", "odd-name": 3})))
    assert found["MESSAGE"] == "VI_1: words"
    assert (found["PRIORITY"], found["STANDFAST_EVENT"], found["STANDFAST_INSTANCE"]) == (
        "4",
        "vrrp.transition",
        "VI_1",
    )
    assert (found["STANDFAST_OLD"], found["STANDFAST_ODD_NAME"]) == ("BACKUP", "3")


@given(st.text())
def test_any_words_come_through(words):
    expected = words.encode(errors="backslashreplace").decode()
    assert parsed(encode(record(words)))["MESSAGE"] == expected


def test_a_journal_that_is_not_there(tmp_path):
    assert not Journal(str(tmp_path / "none")).write(record())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "there"))
        assert Journal(str(tmp_path / "there")).write(record())
