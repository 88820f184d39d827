from __future__ import annotations

import select

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.vrrp.inotify import CLOSE_WRITE, DELETE, MOVED_TO, Inotify, decode


@pytest.fixture
def inotify():
    made = Inotify()
    yield made
    made.close()


def waiting(inotify) -> list:
    return inotify.read() if select.select([inotify.fileno()], [], [], 5)[0] else []


def test_what_happens_in_a_directory_is_told(inotify, tmp_path):
    number = inotify.watch(str(tmp_path))
    path = tmp_path / "load"
    path.write_text("5")
    assert (number, CLOSE_WRITE, "load") in waiting(inotify)
    path.rename(tmp_path / "other")
    assert (number, MOVED_TO, "other") in waiting(inotify)
    (tmp_path / "other").unlink()
    assert (number, DELETE, "other") in waiting(inotify)


def test_nothing_waits(inotify):
    assert inotify.read() == []


def test_a_directory_that_is_not_there(inotify, tmp_path):
    with pytest.raises(FileNotFoundError):
        inotify.watch(str(tmp_path / "missing"))


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_left_out(data):
    assert all(len(record) == 3 for record in decode(data))
