from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from standfast.config.operation_model import DumpFiles
from standfast.dumps.place import UnsafePlace, path_of, remove_safely, write_safely

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="gives directories to others")


@pytest.mark.parametrize(
    ("said", "process", "expected"),
    [
        ("", "", "/run/x/keepalived.data"),
        ("", "parent", "/run/x/keepalived_parent.data"),
        ("/a/b/", "check", "/a/b/keepalived_check.data"),
        ("/a/b.txt", "parent", "/a/b_parent.txt"),
        ("rel", "parent", "/run/x/rel_parent"),
    ],
)
def test_names(said, process, expected):
    assert path_of(DumpFiles(state=said), "state", Path("/run/x"), process=process) == Path(expected)


def test_names_with_the_instance():
    files = DumpFiles(with_instance=True)
    assert path_of(files, "json", Path("/d"), owner="ns_one") == Path("/d/keepalived.ns_one.json")
    assert path_of(files, "json", Path("/d")) == Path("/d/keepalived.json")


def test_written_with_the_mask(tmp_path):
    write_safely(tmp_path / "dump", b"words", umask=0o177)
    assert (tmp_path / "dump").read_bytes() == b"words"
    assert stat.S_IMODE((tmp_path / "dump").stat().st_mode) == 0o600
    write_safely(tmp_path / "dump", b"more", umask=0o022)
    assert (tmp_path / "dump").read_bytes() == b"more"
    assert [each.name for each in tmp_path.iterdir()] == ["dump"]


def test_a_link_is_replaced_and_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "dump").symlink_to(victim)
    write_safely(tmp_path / "dump", b"words", umask=0o177)
    assert victim.read_text() == "precious"
    assert not (tmp_path / "dump").is_symlink()


def test_a_hard_link_is_left_alone(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    os.link(victim, tmp_path / "dump")
    write_safely(tmp_path / "dump", b"words", umask=0o177)
    assert victim.read_text() == "precious"


def test_a_directory_that_others_may_change_is_refused(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(UnsafePlace, match="others may write"):
        write_safely(tmp_path / "dump", b"", umask=0o177)
    tmp_path.chmod(0o1777)  # as /tmp: nobody can take away what is not theirs
    write_safely(tmp_path / "dump", b"", umask=0o177)


@ROOT
def test_a_directory_of_somebody_else_is_refused(tmp_path):
    theirs = tmp_path / "theirs"
    (theirs / "sub").mkdir(parents=True)
    os.chown(theirs, 4242, 4242)
    with pytest.raises(UnsafePlace, match="belongs to user 4242"):
        write_safely(theirs / "sub" / "dump", b"", umask=0o177)


@ROOT
def test_a_link_of_somebody_else_on_the_way_is_refused(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "way").symlink_to("real")
    os.chown(tmp_path / "way", 4242, 4242, follow_symlinks=False)
    with pytest.raises(UnsafePlace, match="belongs to user 4242"):
        write_safely(tmp_path / "way" / "dump", b"", umask=0o177)


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "dump").mkdir()
    with pytest.raises(IsADirectoryError):
        write_safely(tmp_path / "dump", b"words", umask=0o177)
    assert [each.name for each in tmp_path.iterdir()] == ["dump"]


def test_removed_is_removed(tmp_path):
    (tmp_path / "dump").write_text("old")
    remove_safely(tmp_path / "dump")
    remove_safely(tmp_path / "dump")
    remove_safely(tmp_path / "no" / "dump")
    assert list(tmp_path.iterdir()) == []
