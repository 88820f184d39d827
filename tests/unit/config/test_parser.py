from __future__ import annotations

import random

from standfast.config.includes import ALL
from standfast.config.parser import parse, parse_text
from standfast.config.source import MemoryReader


def test_a_file_with_its_includes_becomes_one_tree():
    parsed = parse("etc/a.conf", reader=MemoryReader({"etc/a.conf": "a\ninclude b\nc\n", "etc/b": "b {\n}\n"}))
    assert [s.raw for s in parsed.tree.statements] == ["a", "b", "c"]
    assert parsed.tree.files == ["etc/a.conf", "etc/b"]
    assert [document.data() for document in parsed.documents] == [b"a\ninclude b\nc\n", b"b {\n}\n"]
    assert parsed.diagnostics == []
    assert parsed.fatal == ()


def test_files_on_disk(tmp_path):
    (tmp_path / "a.conf").write_text("include conf.d/*.conf\n")
    (tmp_path / "conf.d").mkdir()
    for name in ("b", "a"):
        (tmp_path / "conf.d" / f"{name}.conf").write_text(f"{name} ${{_PWD}}\n")
    for path in tmp_path.rglob("*.conf"):
        path.chmod(0o644)
    parsed = parse(str(tmp_path / "a.conf"))
    assert [s.raw for s in parsed.tree.statements] == [f"a {tmp_path}/conf.d", f"b {tmp_path}/conf.d"]


def test_no_main_file_means_no_start():
    parsed = parse("none.conf", reader=MemoryReader({}))
    assert [found.code for found in parsed.fatal] == ["SF1001"]
    assert parsed.diagnostics == list(parsed.fatal)
    assert parsed.tree.statements == []


def test_a_main_file_that_cannot_be_read_means_no_start():
    class Failing(MemoryReader):
        def read(self, name: str) -> bytes:
            raise PermissionError(13, "Permission denied")

    parsed = parse("a", reader=Failing({"a": ""}))
    assert "Permission denied" in parsed.fatal[0].message


def test_several_main_files_are_read_with_a_warning():
    parsed = parse("*.conf", reader=MemoryReader({"b.conf": "b\n", "a.conf": "a\n"}))
    assert [s.raw for s in parsed.tree.statements] == ["a", "b"]
    assert [found.code for found in parsed.diagnostics] == ["SF1002"]


def test_the_world_around_comes_in_by_arguments():
    text = "@me ${_INSTANCE} ${_ENV SITE} ${_RANDOM 1 100}\n"
    parsed = parse_text(text, config_id="me", environ={"SITE": "north"}, rng=random.Random(7))
    again = parse_text(text, config_id="me", environ={"SITE": "north"}, rng=random.Random(7))
    assert parsed.tree.statements[0].raw == again.tree.statements[0].raw
    assert parsed.tree.statements[0].raw.startswith("me north ")


def test_checks_from_the_command_line_make_every_include_strict():
    assert parse_text("include none\n").fatal == ()
    assert [found.code for found in parse_text("include none\n", checks=ALL).fatal] == ["SF1506"]


def test_text_is_taken_as_text_or_bytes():
    assert parse_text("ä\n").tree.statements[0].raw == parse_text("ä\n".encode()).tree.statements[0].raw == "ä"
    assert parse_text("x\n").tree.files == ["<text>"]
