"""The shape in which checkers are declared."""

from __future__ import annotations

from standfast.config.keywords.checking import ALPHA, BELOW, TARGET, CheckerType, checker_block, nothing, pacing
from standfast.config.schema import Keyword
from standfast.plugins import installed_plugins

CHECKERS = installed_plugins().checker_types


def test_each_is_declared_under_its_name():
    assert {kind.block.name for kind in CHECKERS.values()} == set(CHECKERS)
    assert len(CHECKERS) >= 10


def test_all_that_connect_can_be_told_where():
    for kind in CHECKERS.values():
        names = {each.name for each in kind.block if isinstance(each, Keyword)}
        assert ("connect_ip" in names) == kind.connects, kind.block.name
        assert "alpha" in names or kind.block.name == "FILE_CHECK"


def test_a_declaration_needs_little():
    kind = CheckerType(checker_block("LDAP_CHECK", "Binds.", (*TARGET, *pacing())), nothing)
    assert (kind.retry, kind.connects, kind.needs_port, kind.record) == (1, True, True, None)
    assert kind.block.example.startswith("LDAP_CHECK {")
    assert kind.block.repeat == "each"
    assert BELOW == "virtual_server/real_server"


def test_what_a_keyword_says_of_its_default_is_the_checkers():
    by_name = {keyword.name: keyword for keyword in pacing(3, "`delay_loop`")}
    assert by_name["retry"].default.endswith("else 3")
    assert by_name["delay_before_retry"].default.endswith("`delay_loop`")
    assert by_name["alpha"] is ALPHA
