"""The shape in which checkers are declared."""

from __future__ import annotations

from standfast.config.keywords.checkers import CHECKERS
from standfast.config.schema import Keyword


def test_each_is_declared_under_its_name():
    assert {kind.block.name for kind in CHECKERS.values()} == set(CHECKERS)
    assert len(CHECKERS) == 10


def test_all_that_connect_can_be_told_where():
    for kind in CHECKERS.values():
        names = {each.name for each in kind.block if isinstance(each, Keyword)}
        assert ("connect_ip" in names) == kind.connects, kind.block.name
        assert "alpha" in names or kind.block.name == "FILE_CHECK"
