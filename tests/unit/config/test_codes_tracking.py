from __future__ import annotations

from standfast.config.codes import CODES
from standfast.config.codes_tracking import GROUPS, LINES, SCRIPTS, SESSIONS, TRACKERS


def test_pages_are_in_the_table_and_are_sentences():
    for code in (*SCRIPTS, *LINES, *TRACKERS, *GROUPS, *SESSIONS):
        assert CODES[code.code] is code
        assert code.page.endswith((".", "`."))
