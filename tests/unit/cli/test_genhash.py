"""``standfast genhash``, beside keepalived's own where that is installed."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trio
import trustme

from standfast.cli import main
from standfast.testing import servers
from standfast.testing.servers import Serving

BODY = b"hello world\n"
MD5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()


@contextmanager
def serving(behaviour: servers.Behaviour, context: ssl.SSLContext | None = None) -> Iterator[Serving]:
    """A server in a thread, as the command has a loop of its own."""
    ready: list[Serving] = []
    begun = threading.Event()
    scope = trio.CancelScope()
    token: list[trio.lowlevel.TrioToken] = []

    async def serve() -> None:
        with scope:
            async with servers.tcp_server(behaviour, context=context) as server:
                token.append(trio.lowlevel.current_trio_token())
                ready.append(server)
                begun.set()
                await trio.sleep_forever()

    thread = threading.Thread(target=trio.run, args=(serve,))
    thread.start()
    try:
        assert begun.wait(60)
        yield ready[0]
    finally:
        token[0].run_sync_soon(scope.cancel)
        thread.join(60)


def genhash(server: Serving, capsys, *more: str) -> tuple[int, str, str]:
    status = main(["genhash", "-s", server.host, "-p", str(server.port), "-t", "30", *more])
    told = capsys.readouterr()
    return status, told.out.strip(), told.err


def test_the_digest_alone_on_standard_output(capsys):
    with serving(servers.answering(servers.page(BODY))) as server:
        assert genhash(server, capsys, "-u", "/x", "-V", "www.example") == (0, MD5, "")
        status, out, err = genhash(server, capsys, "-v", "-P", "1.1")
    assert (status, out) == (0, MD5)
    assert "GET / HTTP/1.1" in err
    assert "status 200, 12 bytes" in err
    assert b"Host: www.example\r\n" in server.asked[0]
    assert b"GET /x " in server.asked[0]


def test_over_tls(capsys):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("www.example").configure_cert(context)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with serving(servers.answering(servers.page(BODY)), context) as server:
        assert genhash(server, capsys, "-S", "-V", "www.example")[:2] == (0, MD5)
        assert genhash(server, capsys, "-S", "-I", "-V", "www.example")[:2] == (0, MD5)
    assert names == [None, "www.example"]


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [(servers.hangs_up, "connection"), (servers.garbage(), "no HTTP status line"), (servers.resetting(), "reset")],
)
def test_without_a_page_it_is_1_and_said_why(capsys, behaviour, words):
    with serving(behaviour) as server:
        status, out, err = genhash(server, capsys)
    assert (status, out) == (1, "")
    assert words in err


def test_a_name_that_is_none(capsys):
    assert main(["genhash", "-s", "no-such-name.invalid"]) == 1
    assert "no-such-name.invalid" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_wrong_ports_are_wrong_usage(port, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["genhash", "-s", "127.0.0.1", "-p", port])
    assert ended.value.code == 2


@pytest.mark.keepalived
@pytest.mark.parametrize("protocol", ["1.0", "1.0c", "1.1"])
@pytest.mark.parametrize(
    "answer",
    [
        servers.page(BODY),
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\nContent-Length: 30\r\n\r\nhello",
        b"HTTP/1.1 404 No\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_request_and_digest_are_keepaliveds(capsys, answer, protocol):
    with serving(servers.answering(answer)) as server:
        _, ours, _ = genhash(server, capsys, "-u", "/a?b", "-P", protocol)
        command = ["keepalived", "--genhash", "-s", server.host, "-p", str(server.port), "-u", "/a?b", "-P", protocol]
        theirs = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    assert ours == theirs
    assert server.asked[0] == server.asked[1]
