from __future__ import annotations

import stat

from standfast.config.operation_model import TimedReload
from standfast.supervise.marker import Marker, save


def test_it_is_there_while_something_is_read(tmp_path):
    marker = Marker(TimedReload(marker=str(tmp_path / "reading")), tmp_path / "run")
    assert marker.begin() == ""
    assert (tmp_path / "reading").exists()
    marker.end()
    assert not (tmp_path / "reading").exists()


def test_its_usual_place_and_none(tmp_path):
    Marker(TimedReload(marker=""), tmp_path).begin()
    assert [each.name for each in tmp_path.iterdir()] == ["reload"]
    nothing = Marker(TimedReload(), tmp_path / "none")
    assert nothing.begin() == ""
    nothing.end()


def test_one_that_cannot_be_made_is_said(tmp_path):
    assert "`reload_file`" in Marker(TimedReload(marker=str(tmp_path / "no" / "x")), tmp_path).begin()


def test_a_copy_of_everything(tmp_path):
    (tmp_path / "a").write_text("one\n")
    (tmp_path / "b").write_text("two\n")
    files = [str(tmp_path / "a"), str(tmp_path / "b")]
    assert save(str(tmp_path / "kept"), files, 1_700_000_000.5) == ""
    (copy,) = (tmp_path / "kept").iterdir()
    assert copy.read_text() == f"# {files[0]}\none\n\n# {files[1]}\ntwo\n"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


def test_a_copy_that_cannot_be_kept(tmp_path):
    (tmp_path / "kept").write_text("")
    assert "config_save_dir" in save(str(tmp_path / "kept"), [], 0)
