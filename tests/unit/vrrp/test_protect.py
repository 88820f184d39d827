from __future__ import annotations

import msgspec

from standfast.testing.playbook import VIP
from standfast.values import SECOND, Address
from standfast.vrrp.protect import Guard

OTHER = msgspec.structs.replace(VIP, address=Address.parse("10.9.0.101"))


def test_the_third_loss_within_ten_seconds_is_too_many():
    guard = Guard()
    assert [guard.judge(VIP, at * SECOND) for at in (0, 4, 9)] == ["readd", "readd", "bounce"]


def test_slow_losses_are_put_back_for_ever():
    guard = Guard()
    assert {guard.judge(VIP, at * 6 * SECOND) for at in range(100)} == {"readd"}


def test_addresses_are_counted_each_by_itself():
    guard = Guard()
    assert [guard.judge(address, 0) for address in (VIP, OTHER, VIP, OTHER)] == ["readd"] * 4


def test_the_third_bounce_within_a_minute_is_a_fault():
    guard = Guard()
    verdicts = [guard.judge(VIP, step * SECOND) for step in range(9)]
    assert [verdict for verdict in verdicts if verdict != "readd"] == ["bounce", "bounce", "fault"]


def test_bounces_far_apart_stay_bounces():
    guard = Guard()
    verdicts = [guard.judge(VIP, (minute * 60 + loss) * SECOND) for minute in range(6) for loss in range(3)]
    assert "fault" not in verdicts
