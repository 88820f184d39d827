from __future__ import annotations

from fnmatch import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.iproute_names import BUILT_IN, NameTables, entries, known_number


class Files:
    """A pretend disk."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.reads: list[str] = []

    def absolute(self, name):
        return name

    def exists(self, name):
        return name in self.files

    def glob(self, pattern):
        return sorted(name for name in self.files if fnmatch(name, pattern))

    def refusal(self, name):
        return ""

    def read(self, name):
        self.reads.append(name)
        return self.files[name]


def test_what_is_built_in_needs_no_file():
    disk = Files({})
    tables = NameTables(disk)
    assert [tables.number("table", n) for n in ("main", "local", "100", "0x10")] == [254, 255, 100, 16]
    assert (tables.number("protocol", "bird"), tables.number("scope", "link"), disk.reads) == (12, 253, [])
    assert NameTables().number("table", "blue") is None


def test_local_files_replace_those_of_the_vendor_and_additions_add():
    disk = Files(
        {
            "/usr/share/iproute2/rt_tables": b"7 vendor\n",
            "/etc/iproute2/rt_tables": b"# local\n100\tblue # comment\n",
            "/usr/share/iproute2/rt_tables.d/a.conf": b"1 one\n",
            "/etc/iproute2/rt_tables.d/a.conf": b"2 one\n",
            "/etc/iproute2/rt_tables.d/b.conf": b"3 two\n",
        }
    )
    tables = NameTables(disk)
    assert [tables.number("table", n) for n in ("blue", "one", "two", "vendor")] == [100, 2, 3, None]
    assert len(disk.reads) == 3


def test_other_directories():
    tables = NameTables(Files({"/opt/group": b"5 uplinks\n"}), local="/opt")
    assert tables.number("group", "uplinks") == 5


@pytest.mark.parametrize("text", ["", "# 1 a", "a 1", "1", "1 a b", "-1 a"])
def test_lines_that_say_nothing(text):
    assert entries(text) == {}


@given(st.sampled_from(list(BUILT_IN)), st.text())
def test_no_text_raises(kind, text):
    assert known_number(kind, text) is None or known_number(kind, text) >= 0
    assert all(number >= 0 for number in entries(text).values())
