from __future__ import annotations

from standfast.config.route_words import ROUTE_OPTIONS, RULE_OPTIONS


def test_every_word_says_how_it_is_written_and_what_it_means():
    for options in (ROUTE_OPTIONS, RULE_OPTIONS):
        for name, (syntax, doc) in options.items():
            assert syntax.split()[0] == name
            assert doc.endswith((".", ")."))
