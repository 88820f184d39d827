from __future__ import annotations

import contextlib
from http import HTTPStatus

import h11
import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.web import exchange
from standfast.web.exchange import HEAD_LIMIT, IDLE_S, PATIENCE_S, Response, converse, text

GET = b"GET /x?y=1 HTTP/1.1\r\nHost: h\r\nAccept: a\r\n\r\n"


class Talk:
    """The server's side runs; what it says is collected."""

    def __init__(self, nursery, answer):
        self.asked = []
        self.times = 0
        self.client, self.server = trio.testing.memory_stream_pair()
        self.ended = trio.Event()
        self.answer = answer
        nursery.start_soon(self.run)

    async def run(self):
        async def note(request):
            self.asked.append(request)
            return await self.answer(request)

        def count():
            self.times += 1

        with contextlib.suppress(trio.BrokenResourceError):
            await converse(self.server, note, count)
        await self.server.aclose()
        self.ended.set()

    async def rest(self):
        heard = b""
        with trio.fail_after(600):
            async for piece in self.client:
                heard += piece
        return heard


async def hello(request):
    return text(HTTPStatus.OK, f"hello {request.path}")


@pytest.fixture
def talk(nursery):
    return lambda answer=hello: Talk(nursery, answer)


async def test_requests_one_after_the_other(talk):
    talking = talk()
    await talking.client.send_all(GET * 2 + b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    heard = await talking.rest()
    assert heard.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert heard.endswith(b"hello /last\n")
    assert [each.path for each in talking.asked] == ["/x", "/x", "/last"]
    assert talking.asked[0].headers == {"host": "h", "accept": "a"}
    assert talking.times == 3
    assert b"x-content-type-options: nosniff" in heard.lower()


async def test_head_has_no_body(talk):
    talking = talk()
    await talking.client.send_all(b"HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    heard = await talking.rest()
    assert b"content-length: 9" in heard.lower()
    assert heard.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\nno header\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\n\r\n", b" 400 "),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", b" 413 "),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * (HEAD_LIMIT + 1), b" 431 "),
    ],
)
async def test_what_is_no_request_is_refused(talk, said, status):
    talking = talk()
    await talking.client.send_all(said)
    heard = await talking.rest()
    assert status in heard.split(b"\r\n")[0]
    assert talking.asked == []


@pytest.mark.parametrize(("said", "after"), [(b"", IDLE_S), (b"GET / HT", PATIENCE_S)])
async def test_who_does_not_ask_is_cut_off(talk, autojump_clock, said, after):
    talking = talk()
    if said:
        await talking.client.send_all(said)
    began = trio.current_time()
    assert await talking.rest() == b""
    assert trio.current_time() - began == pytest.approx(after)


async def test_a_request_drop_by_drop_is_cut_off(talk, autojump_clock):
    talking = talk()
    began = trio.current_time()
    with contextlib.suppress(trio.BrokenResourceError):
        for byte in GET:
            await talking.client.send_all(bytes([byte]))
            await trio.sleep(1)
    await talking.ended.wait()
    assert trio.current_time() - began <= PATIENCE_S + 1
    assert talking.asked == []


async def test_who_does_not_read_is_cut_off(nursery, autojump_clock):
    client, server = trio.testing.lockstep_stream_pair()
    ended = trio.Event()

    async def much(_request):
        return Response(HTTPStatus.OK, b"x" * 1_000_000)

    async def run():
        await converse(server, much, lambda: None)
        ended.set()

    nursery.start_soon(run)
    await client.send_all(GET)
    with trio.fail_after(PATIENCE_S + 1):
        await ended.wait()


async def test_a_stream_lasts_until_the_client_goes(talk, autojump_clock):
    closed = trio.Event()

    async def pieces():
        try:
            while True:
                yield b"tick\n"
                await trio.sleep(1)
        finally:
            closed.set()

    async def stream(_request):
        return Response(HTTPStatus.OK, kind="text/event-stream", stream=pieces)

    talking = talk(stream)
    await talking.client.send_all(GET)
    heard = b""
    while heard.count(b"tick") < 3:
        heard += await talking.client.receive_some()
    assert b"connection: close" in heard.lower()
    await talking.client.aclose()
    with trio.fail_after(5):
        await closed.wait()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=200) | st.sampled_from([GET, b"GET / HTTP/1.1\r\n", b"\r\n", b"Host: h\r\n"])))
def test_whatever_is_said_it_answers_or_hangs_up(pieces):
    async def main():
        async with trio.open_nursery() as nursery:
            talking = Talk(nursery, hello)
            with contextlib.suppress(trio.BrokenResourceError):
                for piece in pieces:
                    if piece:
                        await talking.client.send_all(piece)
                await talking.client.send_eof()
            heard = await talking.rest()
            reader = h11.Connection(h11.CLIENT)
            if heard:
                reader.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
                reader.send(h11.EndOfMessage())
                reader.receive_data(heard)
                assert isinstance(reader.next_event(), h11.Response)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_limits_are_small():
    assert exchange.HEAD_LIMIT <= 16_384
