"""The tutorials for authors of plugins, followed to the letter by somebody who begins in an empty directory."""

from __future__ import annotations

import os

import pytest
from followed import ROOT, Reader, lend, matches, sessions

PAGES = ROOT / "docs" / "plugins"


@pytest.fixture
def reader(tmp_path) -> Reader:
    """In a directory that has nothing but a clone."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "standfast").symlink_to(ROOT)
    (tmp_path / "no wheels").mkdir()
    return Reader(tmp_path / "empty", tmp_path / "no wheels", lend(tmp_path / "lent"))


@pytest.mark.netns
@pytest.mark.skipif(os.geteuid() != 0, reason="the last step needs root")
@pytest.mark.timeout(900)
def test_a_checker_from_an_empty_directory(reader):
    reader.follow(PAGES / "checker.md")
    # What comes with the wheel: the templates of new projects.
    assert "standfast_other" in reader.run(".venv/bin/standfast plugins new other && ls standfast-other/src")
    # Its README is right when the project lies beside the clone.
    reader.run("cp -r standfast-other .. && cd ../standfast-other")
    readme = (reader.directory / "README.md").read_text()
    install = readme.partition("```sh\n")[2].partition("```")[0]
    assert "passed" in reader.run(install)


@pytest.mark.netns
@pytest.mark.skipif(os.geteuid() != 0, reason="the last step needs root")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", ["notifier.md", "load-balancer.md", "address-provider.md"])
def test_what_begins_with_a_template(reader, page):
    reader.follow(PAGES / page)


def test_what_is_compared():
    assert list(sessions("$ a b\nx\n$ c\n")) == [("a b", ["x"]), ("c", [])]
    assert matches(["a ... c", "...", "z"], "a b c\n1\n2\nz\n")
    assert matches([], "")
    assert not matches(["a"], "b\n")
    assert not matches(["a", "..."], "b\na\n")
