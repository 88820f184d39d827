from __future__ import annotations

from standfast.config.codes import CODES
from standfast.config.codes_lvs import CHECKERS, GROUPS, MAIL, PLUGINS, SERVERS, SERVICES, VALUES


def test_the_tables_are_declared_and_keep_to_their_ranges():
    assert {code.code[:4] for code in PLUGINS} == {"SF50", "SF66"}
    for table, start in ((VALUES, "SF33"), (CHECKERS, "SF45"), (GROUPS, "SF45"), (SERVICES, "SF45"), (SERVERS, "SF45")):
        assert {code.code[:4] for code in table} == {start}
    for code in (*PLUGINS, *VALUES, *CHECKERS, *GROUPS, *SERVICES, *SERVERS, *MAIL):
        assert CODES[code.code] is code
        assert code.page.endswith(".")
