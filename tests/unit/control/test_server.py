from __future__ import annotations

import socket
from contextlib import AsyncExitStack

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


@pytest.mark.parametrize("said", [b"", encode(Request(do="watch"))], ids=["silent", "watching"])
async def test_those_that_hang_do_not_keep_others_out(place, nursery, said):
    async def patient(request: Request):
        yield encode({"did": request.do})
        if request.do == "watch":
            await trio.sleep_forever()

    nursery.start_soon(server.serve, place[0], patient)
    async with AsyncExitStack() as hanging:
        for _ in range(70):
            stream = await hanging.enter_async_context(await trio.open_unix_socket(place[1]))
            await stream.send_all(said)
        with trio.fail_after(4.5):  # a silent one is given up after 5 s
            assert await ask(place[1], encode(Request(do="status"))) == [{"did": "status"}]


async def test_those_that_have_not_asked_go_before_those_that_watch(place, nursery):
    asked = trio.Event()

    async def patient(_request: Request):
        yield b"first\n"
        await asked.wait()
        yield b"second\n"

    nursery.start_soon(server.serve, place[0], patient)
    async with AsyncExitStack() as everybody:
        watcher, *silent = [
            await everybody.enter_async_context(await trio.open_unix_socket(place[1])) for _ in range(server.CLIENTS)
        ]
        await watcher.send_all(encode(Request(do="watch")))
        assert await watcher.receive_some(100) == b"first\n"
        await everybody.enter_async_context(await trio.open_unix_socket(place[1]))
        with trio.fail_after(4.5):
            assert await silent[0].receive_some(100) == b""
            asked.set()
            assert await watcher.receive_some(100) == b"second\n"
