"""Numbers in files, watched."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.config.tracking_model import TrackedFile
from standfast.health.values import Values, read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [(b"7\n", 7), (b" -12 x", -12), (b"+3", 3), (b"", None), (b"x", None), (b"1" * 40, None), (b"5.5", 5)],
)
def test_the_number_that_a_file_begins_with(tmp_path, text, number):
    (tmp_path / "f").write_bytes(text)
    assert read_number(tmp_path / "f") == number


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_file_is_a_number_or_none(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("f") / "f"
    path.write_bytes(data)
    assert read_number(path) is None or abs(read_number(path)) < 10**19


def test_changes_are_reported_until_the_handle_is_gone(tmp_path):
    path = tmp_path / "load"
    path.write_text("3")
    said: list[str] = []
    values = Values([TrackedFile(name="load", path=str(path))], lambda _level, _event, words: said.append(words))
    seen: list[int | None] = []
    handle = values.watch("file", "load", seen.append)
    values.look()
    path.write_text("4")
    values.look()
    path.unlink()
    values.look()
    values.look()
    assert seen == [3, 4, None]
    assert said == [f"track_file load: {path} cannot be read: No such file or directory"]
    path.write_text("5")
    values.look()
    del handle
    gc.collect()
    path.write_text("6")
    values.look()
    assert seen == [3, 4, None, 5]


def test_a_file_that_nobody_defined_and_a_session_are_not_known():
    values = Values([], lambda *_words: None)
    seen: list[int | None] = []
    handles = [values.watch("file", "x", seen.append), values.watch("bfd", "x", seen.append)]
    assert (seen, len(handles)) == ([None, None], 2)
