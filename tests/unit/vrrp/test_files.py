from __future__ import annotations

import os
import select
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.model import Config
from standfast.config.tracking_model import TrackedFile, Tracker
from standfast.testing.playbook import instance
from standfast.vrrp import files as module
from standfast.vrrp.files import AGAIN_AFTER, Files, number_of
from standfast.vrrp.trackers import Trackers


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"0\n", 0),
        (b"-300", -300),
        (b" +12 \n", 12),
        (b"0x10", 16),
        (b"-0X1f\n", -31),
        (b"010", 8),
        (b"junk", 0),
        (b"", 0),
        (b"09", 0),
        (b"5apples", 0),
        (b"2147483647", 2147483647),
        (b"2147483648", 7),
        (b"-2147483649", 7),
    ],
)
def test_s47_numbers(data, value):
    assert number_of(data, 7)[0] == value


@given(st.binary(max_size=200), st.integers(-(2**31), 2**31 - 1))
def test_any_content_is_a_number_of_32_bits(data, before):
    assert -(2**31) <= number_of(data, before)[0] < 2**31


class Stage:
    def __init__(self, directory) -> None:
        self.path = directory / "load"
        self.told = []
        self.trackers = Trackers(lambda _instance, _actions: None, self.told.append)
        tracker = Tracker(kind="file", name="load", weight=1)
        self.trackers.configure(Config(instances=(instance(trackers=(tracker,)),)))
        self.files = Files(self.trackers, self.told.append)

    def file(self, **more) -> TrackedFile:
        return TrackedFile(name="load", path=str(self.path), **more)

    def begin(self) -> None:
        self.files.configure((self.file(),), 0)

    @property
    def fact(self):
        return self.trackers.tracking.fact("file", "load")

    def happens(self) -> int:
        assert select.select([self.files.fileno()], [], [], 5)[0]
        self.files.digest(1)
        return self.fact.value


@pytest.fixture
def stage(tmp_path) -> Stage:
    (tmp_path / "watched").mkdir()
    return Stage(tmp_path / "watched")


def test_s47_written_moved_and_removed(stage):
    stage.begin()
    assert (stage.fact.value, "cannot be read" in stage.fact.words) == (0, True)
    stage.path.write_text("-20\n")
    assert stage.happens() == -20
    other = stage.path.with_name("other")
    other.write_text("7")
    stage.files.digest(1)
    other.rename(stage.path)
    assert stage.happens() == 7
    stage.path.unlink()
    assert stage.happens() == 0


def test_a_link_is_read_when_it_is_made(stage, tmp_path):
    stage.begin()
    (tmp_path / "real").write_text("9")
    stage.path.symlink_to(tmp_path / "real")
    assert stage.happens() == 9


def test_a_directory_that_comes_later(stage):
    shutil.rmtree(stage.path.parent)
    stage.begin()
    assert stage.files.retry_at == AGAIN_AFTER
    stage.path.parent.mkdir()
    stage.path.write_text("3")
    stage.files.retry(AGAIN_AFTER)
    assert (stage.fact.value, stage.files.retry_at) == (3, None)


def test_a_directory_that_goes(stage):
    stage.path.write_text("3")
    stage.begin()
    shutil.rmtree(stage.path.parent)
    assert stage.happens() == 0
    assert stage.files.retry_at is not None


def test_a_pipe_is_no_file(stage):
    os.mkfifo(stage.path)
    stage.begin()
    assert "not a regular file" in stage.fact.words


def test_what_is_written_at_the_start(stage, tmp_path):
    stage.files.create((stage.file(initial=5),), 0)
    assert stage.path.read_text() == "5\n"
    stage.files.create((stage.file(initial=6),), 0)
    assert stage.path.read_text() == "5\n"
    stage.files.create((stage.file(initial=6, overwrite=True),), 0)
    assert stage.path.read_text() == "6\n"
    stage.files.create((TrackedFile(name="x", path=str(tmp_path / "missing" / "x"), initial=1),), 0)
    assert "cannot write" in stage.told[-1].words


def test_a_reload_watches_other_files(stage):
    stage.begin()
    stage.files.configure((), 0)
    stage.path.write_text("3")
    stage.files.digest(1)
    assert stage.fact.value == 0


def test_without_inotify_files_are_read_again_and_again(stage, monkeypatch):
    monkeypatch.setattr(module, "_inotify", lambda: None)
    stage.files = Files(stage.trackers, stage.told.append)
    assert stage.files.fileno() is None
    stage.begin()
    stage.path.write_text("4")
    stage.files.digest(1)
    stage.files.retry(AGAIN_AFTER)
    assert stage.fact.value == 4
    assert stage.files.retry_at == 2 * AGAIN_AFTER
