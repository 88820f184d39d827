from __future__ import annotations

import os

import pytest

from standfast.cli.machines import Machine, host_id, pairs


def test_files_without_ids_are_read_as_this_host():
    assert host_id() == os.uname().nodename.partition(".")[0]
    assert list(pairs(["a", "b"], [], several=False)) == [Machine("a", "a", host_id()), Machine("b", "b", host_id())]


def test_one_id_is_for_all_and_several_are_for_one_each():
    assert [m.config_id for m in pairs(["a", "b"], ["x"], several=True)] == ["x", "x"]
    assert list(pairs(["a", "b"], ["x", "y"], several=True)) == [Machine("x", "a", "x"), Machine("y", "b", "y")]


def test_one_file_for_several_machines():
    assert list(pairs(["a"], ["x", "y"], several=True)) == [Machine("x", "a", "x"), Machine("y", "a", "y")]


@pytest.mark.parametrize(
    ("files", "ids", "several"),
    [(["a"], ["x", "y"], False), (["a"], ["x"], True), (["a"], [], True), (["a", "b"], ["x", "y", "z"], True)],
)
def test_what_does_not_fit_is_said(files, ids, several):
    with pytest.raises(ValueError, match=r"-i|ids"):
        list(pairs(files, ids, several=several))


def test_a_machine_is_named_by_what_tells_its_file_from_the_others():
    names = [m.name for m in pairs(["/etc/a/keepalived.conf", "/etc/b/keepalived.conf"], [], several=True)]
    assert names == ["a/keepalived.conf", "b/keepalived.conf"]
    assert [m.name for m in pairs(["x/a.conf", "y/b.conf"], [], several=True)] == ["a.conf", "b.conf"]
    assert [m.name for m in pairs(["/a.conf", "/a.conf"], [], several=True)] == ["/a.conf", "/a.conf"]
