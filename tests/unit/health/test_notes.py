from __future__ import annotations

import stat

from standfast.contract.notifying import Manner
from standfast.health import notes
from standfast.health.delivery import Delivery


def test_what_was_told_survives(tmp_path):
    delivery = Delivery(Manner(), "h", lambda: 0.0, told={"instance VI": "MASTER"}, sequence=7)
    notes.save(tmp_path, {"webhook chat": delivery})
    assert notes.load(tmp_path) == {"webhook chat": notes.Note(sequence=7, told={"instance VI": "MASTER"})}
    assert stat.S_IMODE((tmp_path / notes.FILE).stat().st_mode) == 0o600
    notes.forget(tmp_path)
    assert notes.load(tmp_path) == {}


def test_a_damaged_file_is_none(tmp_path):
    for data in (b"", b"\xff\xfe", b"[]", b'{"a": {"sequence": "x"}}'):
        (tmp_path / notes.FILE).write_bytes(data)
        assert notes.load(tmp_path) == {}
