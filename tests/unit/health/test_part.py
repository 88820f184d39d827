from __future__ import annotations

from standfast.config.health_model import HealthConfig
from standfast.control.protocol import Request
from standfast.health.hub import Hub
from standfast.health.part import Part


async def test_a_part_that_does_nothing_agrees_to_everything(surroundings):
    part = Part(Hub(surroundings.setup, HealthConfig()))
    assert await part.prepare(HealthConfig()) == ""
    assert await part.commit(HealthConfig()) == ()
    assert await part.order(Request(do="status")) is None
    assert part.describe() is None
    await part.stop(leave=False)
