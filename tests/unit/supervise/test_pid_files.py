from __future__ import annotations

from standfast.supervise.pid_files import PidFiles
from standfast.supervise.rundir import Process


def test_files_follow_the_processes(tmp_path):
    files = PidFiles({"parent": tmp_path / "p", "vrrp": tmp_path / "v"})
    files.write([Process("parent", 1, 0), Process("vrrp", 2, 0)])
    assert ((tmp_path / "p").read_text(), (tmp_path / "v").read_text()) == ("1\n", "2\n")
    files.write([Process("parent", 1, 0), Process("vrrp", 3, 0)])
    assert (tmp_path / "v").read_text() == "3\n"
    files.write([Process("parent", 1, 0)])
    assert not (tmp_path / "v").exists()
    files.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "p").symlink_to(tmp_path / "victim")
    PidFiles({"parent": tmp_path / "p"}).write([Process("parent", 1, 0)])
    assert (tmp_path / "victim").read_text() == "precious"


def test_one_that_cannot_be_written_is_said(tmp_path):
    files = PidFiles({"parent": tmp_path / "no" / "p"})
    (words,) = files.write([Process("parent", 1, 0)])
    assert words == f"{tmp_path}/no/p: No such file or directory"
    assert files.write([Process("parent", 1, 0)]) == [], "said once"
    (tmp_path / "no").mkdir()
    assert files.write([Process("parent", 1, 0)]) == []
    assert (tmp_path / "no" / "p").read_text() == "1\n"
    files.remove()
