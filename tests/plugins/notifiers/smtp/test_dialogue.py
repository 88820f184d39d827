from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.api import SECOND, NotDelivered
from standfast.testing.servers import talking, tcp_server
from standfast_notifiers.smtp.dialogue import Dialogue, Replies, connected


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_whatever_a_relay_says_it_is_a_reply_or_refused(pieces):
    replies = Replies()
    try:
        for piece in pieces:
            replies.feed(piece)
            while (reply := replies.take()) is not None:
                assert 200 <= reply.code < 600
                assert reply.lines
    except NotDelivered:
        pass


@given(st.lists(st.tuples(st.integers(200, 599), st.lists(st.text("abc ", max_size=9), min_size=1, max_size=3))))
def test_replies_are_found_however_they_are_cut(wanted):
    said = b""
    for code, lines in wanted:
        for line in lines[:-1]:
            said += f"{code}-{line}\r\n".encode()
        said += f"{code} {lines[-1]}\r\n".encode()
    for size in (1, 7, 4096):
        replies, found = Replies(), []
        for start in range(0, len(said), size):
            replies.feed(said[start : start + size])
            while (reply := replies.take()) is not None:
                found.append((reply.code, list(reply.lines)))
        assert found == wanted


def test_a_reply_without_end_is_refused():
    with pytest.raises(NotDelivered, match="no end"):
        Replies().feed(b"250-" + b"x" * 100_000)


@pytest.mark.parametrize(
    ("said", "words", "retry"),
    [
        ([b"HTTP/1.1 400 Bad\r\n"], "does not speak SMTP: `HTTP/1.1 400 Bad`", True),
        ([b"554 go away\r\n"], "greeting is `554 go away`", True),
        ([b"220 x\r\n", b"250 x\r\n", b"550 you?\r\n"], "MAIL FROM is `550 you?`", False),
        ([b"220 x\r\n", b"250 x\r\n", b"451 later\r\n"], "MAIL FROM is `451 later`", True),
        ([b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"550 who?\r\n"], "RCPT TO is `550 who?`", False),
        ([b"220 x\r\n", b"250 x\r\n", b"250 x\r\n", b"250 x\r\n", b"554 no\r\n"], "DATA is `554 no`", False),
        ([b"220 x\r\n", b"250 x\r\n", b"250 x\r\n"], "hung up", True),
    ],
)
async def test_refusals(said, words, retry):
    async with tcp_server(talking(*said)) as server:
        with pytest.raises(NotDelivered) as refused:
            await _conversation(server.port)
        assert words in str(refused.value)
        assert refused.value.retry == retry


async def _conversation(port: int) -> None:
    dialogue = Dialogue(await connected("127.0.0.1", port, SECOND), SECOND)
    try:
        await dialogue.greeting()
        await dialogue.hello("lb", extended=False)
        await dialogue.send("a@b", ["c@d"], b".\r\n")
    finally:
        await dialogue.stream.aclose()
