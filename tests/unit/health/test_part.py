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
    assert [piece async for piece in part.described()] == []
    await part.stop(leave=False)


async def test_what_a_part_says_of_itself_is_json(surroundings):
    class Saying(Part):
        def describe(self) -> object:
            return {"name": "M\udcfcller"}

    part = Saying(Hub(surroundings.setup, HealthConfig()))
    assert b"".join([piece async for piece in part.described()]) == b'{"name":"M\\\\xfcller"}'
