from __future__ import annotations

import re
from pathlib import Path

import standfast.config
from standfast.config.codes import CODES
from standfast.config.codes_binding import IDENTITY, LATER, MACHINE, NETWORK, STRUCTURE, TIMING, VALUES

OURS = [*STRUCTURE, *VALUES, *IDENTITY, *NETWORK, *TIMING, *LATER, *MACHINE]
PACKAGE = Path(standfast.config.__file__).parents[1]
SOURCES = [*(PACKAGE / "config").rglob("*.py"), PACKAGE / "plugins.py"]


def test_every_code_that_is_used_has_its_page_and_the_other_way_round():
    text = "".join(path.read_text() for path in SOURCES if path.name not in ("codes.py", "codes_binding.py"))
    used = {code for code in re.findall(r'"(SF\d{4})"', text) if code >= "SF2100"}
    assert used == {code.code for code in OURS}


def test_pages_are_sentences():
    for code in OURS:
        assert CODES[code.code] is code
        assert code.page.endswith(".")
        assert not code.title.endswith(".")
