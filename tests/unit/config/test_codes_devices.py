from __future__ import annotations

import re
from pathlib import Path

import standfast.config
from standfast.config import codes_devices
from standfast.config.codes import CODES


def test_every_code_of_the_table_is_used():
    folder = Path(standfast.config.__file__).parent
    used = {
        code
        for name in ("normalise", "vmac", "firewall")
        for code in re.findall(r"SF62\d\d", (folder / f"{name}.py").read_text())
    }
    declared = {code.code for code in codes_devices.DEVICES}
    assert declared == used
    assert declared <= set(CODES)
