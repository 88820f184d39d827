from __future__ import annotations

import socket

import msgspec
import pytest
import trio

from standfast.control import server
from standfast.control.protocol import Request, encode


@pytest.fixture
def place(tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        yield listening, str(tmp_path / "s")


async def answer(request: Request):
    yield encode({"did": request.do})
    yield encode({"since": request.since})


async def ask(path: str, said: bytes) -> list[dict]:
    heard = b""
    async with await trio.open_unix_socket(path) as stream:
        await stream.send_all(said)
        with trio.fail_after(10):
            async for piece in stream:
                heard += piece
    return [msgspec.json.decode(line) for line in heard.splitlines()]


async def test_a_request_gets_its_lines_and_then_the_end(place, nursery):
    nursery.start_soon(server.serve, place[0], answer)
    assert await ask(place[1], encode(Request(do="events", since=7))) == [{"did": "events"}, {"since": 7}]


async def test_nonsense_gets_an_answer_too(place, nursery):
    nursery.start_soon(server.serve, place[0], answer)
    (outcome,) = await ask(place[1], b'{"do": "dance"}\n')
    assert outcome["ok"] is False
    assert outcome["words"].startswith("not a request: ")


async def test_who_hangs_up_harms_nobody(place, nursery):
    nursery.start_soon(server.serve, place[0], answer)
    for said in (b"", b"x" * 10_000, b'{"do": "sta'):
        async with await trio.open_unix_socket(place[1]) as stream:
            await stream.send_all(said)
    assert len(await ask(place[1], encode(Request(do="status")))) == 2


async def test_who_does_not_read_is_left(place, nursery, autojump_clock):
    finished = trio.Event()

    async def endless(_request: Request):
        try:
            while True:
                yield b"x" * 1_000_000 + b"\n"
        finally:
            finished.set()

    nursery.start_soon(server.serve, place[0], endless)
    async with await trio.open_unix_socket(place[1]) as stream:
        await stream.send_all(encode(Request(do="watch")))
        await finished.wait()
