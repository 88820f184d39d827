from __future__ import annotations

from standfast.config.codes import CODES
from standfast.config.codes_routing import INTERFACES, ROUTING, STATIC


def test_pages_are_in_the_table_and_are_sentences():
    for code in (*ROUTING, *STATIC, *INTERFACES):
        assert CODES[code.code] is code
        assert code.page.endswith(".")
