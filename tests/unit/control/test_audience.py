from __future__ import annotations

import trio

from standfast.control.audience import Audience


async def sit(audience, asked, task_status):
    with audience.seat() as seat:
        seat.asked = asked
        task_status.started(seat)
        await trio.sleep_forever()


async def test_who_has_not_asked_makes_room_before_who_has(nursery):
    audience = Audience(2)

    async def take_a_seat(asked, task_status=trio.TASK_STATUS_IGNORED):
        await sit(audience, asked, task_status)

    asked = await nursery.start(take_a_seat, True)
    idle = await nursery.start(take_a_seat, False)
    assert len(audience) == 2
    third = await nursery.start(take_a_seat, True)
    assert (asked.scope.cancel_called, idle.scope.cancel_called, third.scope.cancel_called) == (False, True, False)
    await nursery.start(take_a_seat, True)
    assert asked.scope.cancel_called
    assert len(audience) == 2
