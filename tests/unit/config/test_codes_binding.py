from __future__ import annotations

import re
from pathlib import Path

import standfast.config
import standfast.config.load  # declares all codes
from standfast.config.codes import CODES
from standfast.config.codes_binding import IDENTITY, LATER, MACHINE, NETWORK, STRUCTURE, TIMING, VALUES

OURS = [*STRUCTURE, *VALUES, *IDENTITY, *NETWORK, *TIMING, *LATER, *MACHINE]
PACKAGE = Path(standfast.config.__file__).parents[1]
PLUGINS = PACKAGE.parents[1] / "plugins"
SOURCES = [
    *(PACKAGE / "config").rglob("*.py"),
    *(PACKAGE / "doctor").rglob("*.py"),
    PACKAGE / "plugins.py",
    *PLUGINS.rglob("*.py"),
]


def test_every_code_that_is_used_has_its_page_and_the_other_way_round():
    text = "".join(path.read_text() for path in SOURCES if not path.name.startswith("codes"))
    used = {code for code in re.findall(r'"(SF\d{4})"', text) if code >= "SF2100"}
    assert used == {code for code in CODES if code >= "SF2100"}


def test_pages_are_sentences():
    for code in OURS:
        assert CODES[code.code] is code
        assert code.page.endswith(".")
        assert not code.title.endswith(".")
