from __future__ import annotations

import io
import os
import sys

import pytest

from standfast.cli import main

UGLY = b"vrrp_instance a\n{\ninterface eth0 # up\n}\n"
FINE = b"vrrp_instance a {\n    interface eth0 # up\n}\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.conf"
    path.write_bytes(UGLY)
    return path


def test_a_file_is_laid_out_in_place_and_keeps_its_mode(path):
    path.chmod(0o640)
    assert main(["fmt", str(path)]) == 0
    assert path.read_bytes() == FINE
    assert path.stat().st_mode & 0o7777 == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_fine_is_not_written(path):
    path.write_bytes(FINE)
    os.utime(path, (1, 1))
    assert main(["fmt", "--check", str(path)]) == 0
    assert main(["fmt", str(path)]) == 0
    assert path.stat().st_mtime == 1


def test_check_names_the_file_and_changes_nothing(path, capsys):
    assert main(["fmt", "--check", str(path)]) == 1
    assert capsys.readouterr().out == f"{path}\n"
    assert path.read_bytes() == UGLY


def test_diff_shows_what_would_change(path, capsys):
    assert main(["fmt", "--diff", str(path)]) == 1
    assert "+    interface eth0 # up\n" in capsys.readouterr().out
    assert path.read_bytes() == UGLY


def test_a_file_with_unsound_blocks_is_left_alone(path, capsys):
    path.write_bytes(UGLY[:-2])
    assert main(["fmt", str(path)]) == 2
    err = capsys.readouterr().err
    assert "error[SF2001]" in err
    assert f"{path}:1:1" in err
    assert "left as it is: its braces do not fit together" in err
    assert path.read_bytes() == UGLY[:-2]


def test_the_worst_of_several_files_decides(path, tmp_path, capsys):
    assert main(["fmt", "--check", str(path), str(tmp_path / "gone")]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err


def test_a_symbolic_link_stays_one(path, tmp_path):
    link = tmp_path / "link.conf"
    link.symlink_to(path)
    assert main(["fmt", str(link)]) == 0
    assert link.is_symlink()
    assert path.read_bytes() == FINE


def test_standard_input_goes_to_standard_output(monkeypatch, capsysbinary):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(UGLY)))
    assert main(["fmt", "-"]) == 0
    assert capsysbinary.readouterr().out == FINE
