"""Replies of web servers, whole and in any pieces; requests as keepalived sends them."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.contract.checking import CheckError, Code
from standfast.net import webpage
from standfast.net.webpage import Page, PageReader, request, shown


def read(*pieces: bytes, keep: bool = True, digest: bool = True) -> Page:
    reader = PageReader(keep=keep, digest=digest)
    for piece in pieces:
        reader.feed(piece)
    return reader.finish()


def code(*pieces: bytes) -> Code:
    with pytest.raises(CheckError) as ended:
        read(*pieces)
    return ended.value.result.code


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("1.0", b"GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:80\r\n\r\n"),
        ("1.0C", b"GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:80\r\n\r\n"),
        ("1.1", b"GET /x HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:80\r\n\r\n"),
    ],
)
def test_requests_are_keepaliveds(protocol, expected):
    assert request("/x", "127.0.0.1:80", protocol) == expected


@pytest.mark.parametrize(
    ("reply", "status", "body"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\nhello", 200, b"hello"),
        (b"HTTP/1.1 404\r\n\r\n", 404, b""),
        (b"HTTP/1.1 503 \r\nbroken header\r\n: x\r\n\r\nhello", 503, b"hello"),
        (b"HTTP/1.0 200 OK\n\nhello", 200, b"hello"),
        (b"ICY 200 OK\r\n\r\nhello", 200, b"hello"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            200,
            b"5\r\nhello\r\n0\r\n\r\n",
        ),
    ],
)
def test_lenient(reply, status, body):
    page = read(reply)
    assert (page.status, page.body, page.size) == (status, body, len(body))
    assert page.digest == hashlib.md5(body, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(("said", "digested"), [("3", b"hel"), ("5", b"hello"), ("9", b"hello"), ("0", b"")])
def test_the_digest_goes_as_far_as_content_length(said, digested):
    """As keepalived's genhash does."""
    page = read(f"HTTP/1.0 200 OK\r\nContent-Length: {said}\r\n\r\nhello".encode())
    assert page.digest == hashlib.md5(digested, usedforsecurity=False).hexdigest()
    assert (page.length, page.size) == (int(said), 5)


def test_what_is_not_asked_for_is_not_kept():
    page = read(b"HTTP/1.0 200 OK\r\n\r\nhello", keep=False, digest=False)
    assert (page.digest, page.body, page.size) == ("", b"", 5)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"", Code.RESET),
        (b"HTTP/1.0 200 OK\r\nServer: x\r\n", Code.PROTOCOL),
        (b"SSH-2.0-OpenSSH\r\n", Code.PROTOCOL),
        (b"HTTP/1.0 20 OK\r\n\r\n", Code.PROTOCOL),
        (b"HTTP/1.0 2000 OK\r\n\r\n", Code.PROTOCOL),
        (b"\0" * 300, Code.PROTOCOL),
        (b"HTTP/1.0 200 OK\r\n" + b"x: y\r\n" * 20000, Code.PROTOCOL),
    ],
)
def test_what_is_no_reply(reply, expected):
    assert code(reply) == expected


def test_a_body_that_is_kept_has_a_limit(monkeypatch):
    monkeypatch.setattr(webpage, "LONGEST_BODY", 10)
    assert code(b"HTTP/1.0 200 OK\r\n\r\n12345", b"678901") == Code.CONTENT
    assert read(b"HTTP/1.0 200 OK\r\n\r\n12345", b"678901", keep=False).size == 11


@given(
    st.binary(max_size=60),
    st.lists(st.integers(0, 150), max_size=6),
    st.sampled_from([b"", b"Content-Length: 7\r\n", b"X: y\r\ncontent-length:9\r\n"]),
)
def test_pieces_make_no_difference(body, cuts, header):
    reply = b"HTTP/1.1 200 OK\r\n" + header + b"\r\n" + body
    places = sorted({min(cut, len(reply)) for cut in cuts} | {0, len(reply)})
    pieces = [reply[a:b] for a, b in itertools.pairwise(places)]
    assert read(*pieces) == read(reply)


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_garbage_is_a_result_never_a_fault(pieces):
    result = None
    try:
        read(*pieces)
    except CheckError as ended:
        result = ended.result
    assert result is None or (result.verdict == "bad" and result.words.isprintable())


def test_shown_is_short_and_printable():
    assert shown(b"a\x00\xff" * 50 + b"\nsecond").endswith("...`")
    assert shown(b"SSH-2.0\r\nmore") == "`SSH-2.0`"
