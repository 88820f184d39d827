"""HTTP_GET and SSL_GET against servers that behave well and badly."""

from __future__ import annotations

import hashlib
import ssl

import pytest
import trustme

from standfast.contract.checking import Code
from standfast.net.tls import TlsSetting
from standfast.testing import servers
from standfast_checkers.http_get import HttpGet, HttpOptions, SslGet
from standfast_checkers.url import Url

OK = servers.page(b"hello world\n")
MD5 = hashlib.md5(b"hello world\n", usedforsecurity=False).hexdigest()


def one(**url) -> HttpOptions:
    return HttpOptions(urls=(Url(**{"path": "/health", **url}),))


LONG = 10_000_000
"""Microseconds: where an answer comes, a busy machine may take its time."""


async def ask(around, behaviour, options: HttpOptions, patience: int = 300_000, **target):
    async with servers.tcp_server(behaviour) as server:
        result = await HttpGet(options, server.target(connect_timeout=patience, **target), around).check()
    return result, server


@pytest.mark.parametrize(
    ("answer", "url", "verdict", "code", "words"),
    [
        (OK, {}, "good", Code.OK, "status 200 for /health"),
        (servers.page(status=503), {}, "bad", Code.STATUS, "status 503 for /health"),
        (servers.page(status=301), {"status_codes": ((200, 200), (301, 302))}, "good", Code.OK, "301 for /health"),
        (OK, {"status_codes": ((404, 404),)}, "bad", Code.STATUS, "status 200 for /health"),
        (OK, {"digest": MD5}, "good", Code.OK, "status 200 for /health"),
        (OK, {"digest": "0" * 32}, "bad", Code.CONTENT, f"digest {MD5} for /health, not {'0' * 32}"),
        (OK, {"regex": "WORLD", "regex_options": ("caseless",)}, "good", Code.OK, "status 200 for /health"),
        (OK, {"regex": "moon"}, "bad", Code.CONTENT, "the pattern was not found in /health"),
        (OK, {"regex": "moon", "regex_no_match": True}, "good", Code.OK, "status 200 for /health"),
        (OK, {"regex": "wor", "regex_no_match": True}, "bad", Code.CONTENT, "what must not be there was found"),
        (OK, {"regex": "world", "regex_max_offset": 5}, "bad", Code.CONTENT, "the pattern was not found in /health"),
        (OK, {"regex": "(o+)+$", "regex_min_offset": 1}, "bad", Code.CONTENT, "the pattern was not found in /health"),
        (b"HTTP/1.0 200 OK\n\n", {}, "good", Code.OK, "status 200 for /health"),
    ],
)  # fmt: skip
async def test_answers(around, answer, url, verdict, code, words):
    result, _ = await ask(around, servers.answering(answer), one(**url), patience=LONG)
    assert (result.verdict, result.code) == (verdict, code)
    assert words in result.words


@pytest.mark.parametrize(
    ("behaviour", "code", "words"),
    [
        (servers.hangs_up, Code.RESET, ""),
        (servers.resetting(), Code.RESET, "connection reset"),
        (servers.resetting(b"HTTP/1.0 200 OK\r\n\r\nhalf"), Code.RESET, "connection reset"),
        (servers.half_open(), Code.TIMEOUT, "no answer within 0.3 s"),
        (servers.half_open(b"HTTP/1.0 200 OK\r\n\r\n"), Code.TIMEOUT, "no answer within 0.3 s"),
        (servers.endless_headers(), Code.PROTOCOL, "headers without end"),
        (servers.garbage(), Code.PROTOCOL, "no HTTP status line"),
        (servers.answering(b"HTTP/1.0 200 OK\r\nServer"), Code.PROTOCOL, "ends within its headers"),
        (servers.talking(b"220 mail\r\n"), Code.PROTOCOL, "no HTTP status line: `220 mail`"),
    ],
)
async def test_servers_that_misbehave(around, behaviour, code, words):
    result, _ = await ask(around, behaviour, one(regex="x"))
    assert (result.verdict, result.code) == ("bad", code)
    assert words in result.words


async def test_slow_is_not_late(around):
    """Each wait is limited, not their sum, as in keepalived; `deadline` limits the sum."""
    result, _ = await ask(around, servers.slowly(b"HTTP/1.0 200 OK\r\n\r\nab", 0.01), one(regex="ab"), patience=100_000)
    assert result.verdict == "good"


async def test_a_wrong_length_is_only_told(around):
    result, _ = await ask(around, servers.wrong_length(b"hello", 9), one(), patience=LONG)
    assert result.verdict == "good"
    assert result.details == {"status": 200, "wrong_length": "9 said, 5 sent"}


@pytest.mark.parametrize(("virtualhost", "host"), [("www.example", "www.example"), ("", None)])
async def test_the_host_header(around, virtualhost, host):
    _, server = await ask(around, servers.answering(OK), one(virtualhost=virtualhost), patience=LONG)
    expected = host or f"127.0.0.1:{server.port}"
    assert server.asked == [f"GET /health HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: {expected}\r\n\r\n".encode()]


async def test_pages_take_turns(around):
    options = HttpOptions(urls=(Url(path="/a"), Url(path="/b")), retry=0, delay_loop=10, delay_before_retry=30)

    def answer(asked: bytes) -> bytes:
        return servers.page(status=200 if asked.startswith(b"GET /a") else status)

    status = 200
    async with servers.tcp_server(servers.answering(answer)) as server:
        checker = HttpGet(options, server.target(), around)
        told = []
        for status in (200, 200, 200, 500, 500, 200, 200, 200):  # noqa: B007 - the server looks at it
            result = await checker.check()
            told.append((result.verdict, result.again_after, result.words[-2:]))
    assert told == [
        ("none", 10, "/a"), ("good", None, "/b"),
        ("good", None, "/a"), ("bad", 30, "/b"),
        ("bad", 30, "/b"), ("none", 10, "/b"), ("none", 10, "/a"), ("good", None, "/b"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def context(authority) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("web.example", "127.0.0.1").configure_cert(made)
    return made


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def secured(setting: TlsSetting, **url) -> HttpOptions:
    return HttpOptions(urls=(Url(path="/", **url),), tls=setting)


@pytest.mark.parametrize(
    ("verify", "url", "verdict", "words"),
    [
        (False, {"virtualhost": "other.example"}, "good", "status 200 for /"),
        (True, {"virtualhost": "web.example"}, "good", "status 200 for /"),
        (True, {"virtualhost": "web.example:8443"}, "good", "status 200 for /"),
        (True, {}, "good", "status 200 for /"),
        (True, {"sni_name": "web.example", "virtualhost": "x"}, "good", "status 200 for /"),
        (True, {"virtualhost": "other.example"}, "bad", "Hostname mismatch"),
        (False, {"tls_compliant": True}, "good", "status 200 for /"),
    ],
)
async def test_over_tls(around, context, ca_file, verify, url, verdict, words):
    setting = TlsSetting(verify=verify, ca=ca_file if verify else "")
    async with servers.tcp_server(servers.answering(OK), context=context) as server:
        checker = SslGet(secured(setting, **url), server.target(), around)
        results = [await checker.check(), await checker.check()]
    for result in results:
        assert result.verdict == verdict
        assert words in result.words
        assert (result.details.get("certificate_days", 0) > 1000) == (verdict == "good")


async def test_one_context_for_each_setting(around, context):
    async with servers.tcp_server(servers.answering(OK), context=context) as server:
        for _ in range(3):
            await SslGet(secured(TlsSetting()), server.target(), around).check()
        await SslGet(secured(TlsSetting(protocols=("http/1.1",))), server.target(), around).check()
    assert len(around.contexts) == 2


async def test_a_server_without_tls(around):
    async with servers.tcp_server(servers.talking(b"220 mail\r\n")) as server:
        result = await SslGet(secured(TlsSetting()), server.target(), around).check()
    assert (result.verdict, result.code) == ("bad", Code.TLS)


async def test_a_missing_file_is_no_fault_of_the_server(around, context):
    setting = TlsSetting(verify=True, ca="/no/such.pem")
    async with servers.tcp_server(servers.answering(OK), context=context) as server:
        result = await SslGet(secured(setting), server.target(), around).check()
    assert (result.verdict, result.code) == ("none", Code.UNABLE)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("shown", "code", "words"),
    [
        ("certificate {mine}\nkey {its_key}", Code.OK, "status 200 for /"),
        ("certificate {foreigner}\nkey {foreigner}", Code.TLS, "no handshake: tlsv1 alert unknown ca"),
    ],
)
async def test_a_server_that_wants_to_see_a_certificate(check, around, demanding, version, shown, code, words):
    top = f"SSL {{{{\n{shown}\n}}}}\n".format(**vars(demanding))
    options = check.options("SSL_GET", "url {\npath /\n}", top=top)
    async with demanding.serving(version) as target:
        result = await SslGet(options, target, around).check()
    assert (result.code, result.words) == (code, words)


@pytest.mark.parametrize(
    ("behaviour", "over_tls", "code", "words"),
    [
        (servers.hangs_up, False, Code.TLS, "no handshake: "),
        (servers.resetting(waits=False), False, Code.TLS, "no handshake: "),
        (servers.garbage(), False, Code.TLS, "no handshake: "),
        (servers.half_open(), False, Code.TIMEOUT, "no answer within 0.3 s"),
        (servers.hangs_up, True, Code.RESET, "the connection was closed without an answer"),
        (servers.resetting(b"HTTP/1.0 200 OK\r\n\r\nhalf"), True, Code.RESET, "connection reset"),
        (servers.half_open(b"HTTP/1.0 200 OK\r\n\r\n"), True, Code.TIMEOUT, "no answer within 0.3 s"),
        (servers.endless_headers(), True, Code.PROTOCOL, "headers without end"),
        (servers.garbage(), True, Code.PROTOCOL, "no HTTP status line"),
    ],
)
async def test_tls_servers_that_misbehave(around, context, behaviour, over_tls, code, words):
    patience = 300_000 if code == Code.TIMEOUT else LONG
    async with servers.tcp_server(behaviour, context=context if over_tls else None) as server:
        target = server.target(connect_timeout=patience)
        result = await SslGet(secured(TlsSetting(), regex="x"), target, around).check()
    assert (result.verdict, result.code) == ("bad", code), result.words
    assert words in result.words
