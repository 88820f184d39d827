from __future__ import annotations

from standfast.config.keywords.vmac import VMAC
from standfast.config.vmac import WORDS


def test_these_keywords_are_those_that_make_interfaces():
    assert {keyword.name for keyword in VMAC} == WORDS
    assert all(keyword.acted_on for keyword in VMAC)
