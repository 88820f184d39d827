from __future__ import annotations

import re
from pathlib import Path

import standfast.config
from standfast.config import codes_doubts
from standfast.config.codes import CODES

USERS = ("doubts", "machine", "unknown")


def test_every_code_of_the_table_is_used():
    folder = Path(standfast.config.__file__).parent
    used = {code for name in USERS for code in re.findall(r"SF[0-9]{4}", (folder / f"{name}.py").read_text())}
    declared = {code.code for code in (*codes_doubts.INSTANCES, *codes_doubts.MACHINE, *codes_doubts.RETIRED)}
    assert declared <= used
    assert declared <= set(CODES)
