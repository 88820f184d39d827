from __future__ import annotations

import os

import pytest

from standfast.config import source
from standfast.config.source import DiskReader, Document, MemoryReader


def test_a_document_keeps_every_byte():
    data = b"\xef\xbb\xbfa\r\n\xff\xfe\0 \x0c\n\n!"
    document = Document.of("a.conf", data)
    assert document.data() == data
    assert len(document.lines) == 4


def test_files_in_memory_are_found_by_any_name_for_them():
    reader = MemoryReader({"etc/a.conf": "a", "etc/d/b.conf": b"b"})
    assert reader.glob("etc/../etc/a.conf") == ["etc/../etc/a.conf"]
    assert reader.glob("etc/*") == ["etc/a.conf", "etc/d"]
    assert reader.glob("/etc/{d/b,a}.conf") == ["/etc/d/b.conf", "/etc/a.conf"]
    assert reader.read("./etc/a.conf") == b"a"
    assert reader.exists("etc/d")
    assert not reader.exists("et")
    assert reader.refusal("none.conf") == "No such file or directory"
    with pytest.raises(FileNotFoundError):
        reader.read("none.conf")


def test_files_on_disk_are_globbed_and_read(tmp_path):
    for name in ("b.conf", "a.conf", "c.txt"):
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(0o644)
    reader = DiskReader()
    assert reader.glob(f"{tmp_path}/*.conf") == [f"{tmp_path}/a.conf", f"{tmp_path}/b.conf"]
    assert reader.glob(f"{tmp_path}/{{c,b}}.*") == [f"{tmp_path}/c.txt", f"{tmp_path}/b.conf"]
    assert reader.read(f"{tmp_path}/a.conf") == b"a.conf"
    assert reader.refusal(f"{tmp_path}/a.conf") == ""
    assert reader.exists(f"{tmp_path}/a.conf")
    assert reader.glob(f"{tmp_path}/none/*") == []


def test_names_without_directory_are_those_of_the_working_directory(tmp_path, monkeypatch):
    (tmp_path / "a.conf").write_text("a")
    monkeypatch.chdir(tmp_path)
    assert DiskReader().glob("*.conf") == ["a.conf"]
    assert DiskReader().absolute("a.conf") == str(tmp_path / "a.conf")


def test_what_is_no_configuration_is_refused_with_the_reason(tmp_path, monkeypatch):
    reader = DiskReader()
    script, pipe, large = tmp_path / "run.conf", tmp_path / "pipe.conf", tmp_path / "large.conf"
    script.write_text("x")
    script.chmod(0o744)
    os.mkfifo(pipe, 0o600)
    large.write_text("x" * 2000)
    large.chmod(0o644)
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 1000)
    assert reader.refusal(str(tmp_path)) == "is a directory"
    assert reader.refusal(str(script)) == "has an execute permission bit"
    assert reader.refusal(str(pipe)) == "is not a regular file"
    assert reader.refusal(str(large)).startswith("is larger than")
    assert reader.refusal(str(tmp_path / "none")) == "No such file or directory"
    assert reader.refusal("nul\0byte")
    with pytest.raises(OSError, match="larger"):
        reader.read(str(large))


def test_a_symbolic_link_to_itself_is_refused(tmp_path):
    loop = tmp_path / "loop.conf"
    loop.symlink_to(loop)
    assert "symbolic links" in DiskReader().refusal(str(loop))
