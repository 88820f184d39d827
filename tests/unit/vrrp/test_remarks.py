from __future__ import annotations

from standfast.vrrp.remarks import Quota


def test_one_line_for_each_subject_and_period():
    quota = Quota(period=60, capacity=8)
    assert quota.allows("a", 0)
    assert not quota.allows("a", 59)
    assert quota.allows("b", 59)
    assert quota.allows("a", 60)
    assert quota.take_suppressed() == 1
    assert quota.take_suppressed() == 0


def test_s32_inventing_senders_costs_neither_memory_nor_lines():
    quota = Quota(period=60, capacity=8)
    assert sum(quota.allows(sender, 1) for sender in range(100_000)) == 8
    assert len(quota) == 8
    assert quota.suppressed == 100_000 - 8
    assert quota.allows("later", 62)
    assert len(quota) == 1
