from __future__ import annotations

import msgspec
import pytest

from standfast.config.record import Record


class Sample(Record, frozen=True):
    number: int = 1


def test_records_do_not_change_and_leave_out_defaults():
    sample = Sample()
    with pytest.raises(AttributeError):
        sample.number = 2
    assert msgspec.json.encode(sample) == b"{}"
    assert msgspec.json.encode(Sample(number=2)) == b'{"number":2}'
