from __future__ import annotations

from standfast_notifiers.webhook.content import Content


async def test_all_of_it_each_time():
    content = Content(b"x" * 10)
    for _ in range(2):  # a redirect, or a second try, iterates again
        assert [piece async for piece in content] == [b"x" * 10]
