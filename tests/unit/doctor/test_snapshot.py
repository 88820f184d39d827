from __future__ import annotations

from standfast.doctor.rules import examine
from standfast.doctor.snapshot import Snapshot


def test_an_empty_one_is_well_but_for_the_daemon():
    assert [finding.code for finding in examine(Snapshot())] == ["SF7019"]
