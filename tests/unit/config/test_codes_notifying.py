from __future__ import annotations

import standfast.config.codes_notifying  # noqa: F401 - declares them
from standfast.config.codes import CODES


def test_its_numbers():
    assert [code for code in CODES if code.startswith("SF69")] == [f"SF690{n}" for n in range(1, 10)]
