"""``HTTP_CHECK``: its options, and what it makes of answers."""

from __future__ import annotations

import json
import ssl

import pytest
import trustme

from standfast.contract.checking import Code
from standfast.net.tls import TlsSetting
from standfast.testing import servers
from standfast.values import MILLISECOND
from standfast_checkers.http_check import HttpCheck, HttpCheckOptions

WHOLE = """
path /health?x=1
method POST
header Authorization "Bearer s3cret"
header X-One: 1
body "ping pong"
virtualhost www.example.com
status_code 200 204
expect_text "all well"
expect_json $.status ok
expect_json $['n'][0]
max_latency 0.5
max_redirects 2
http2
tls
ca /ca.pem
"""


def test_options(check):
    assert check.codes("HTTP_CHECK", WHOLE) == []
    assert check.options("HTTP_CHECK", WHOLE) == HttpCheckOptions(
        path="/health?x=1",
        method="POST",
        headers=(("Authorization", "Bearer s3cret"), ("X-One", "1")),
        body="ping pong",
        virtualhost="www.example.com",
        status_codes=((200, 200), (204, 204)),
        text=("all well",),
        json=(("$.status", "ok"), ("$['n'][0]", None)),
        max_latency=500 * MILLISECOND,
        max_redirects=2,
        http2=True,
        tls=TlsSetting(verify=True, ca="/ca.pem", protocols=("h2", "http/1.1")),
    )
    assert check.options("HTTP_CHECK", "") == HttpCheckOptions()
    assert check.options("HTTP_CHECK", "tls\nverify off").tls == TlsSetting(protocols=("http/1.1",))


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("method GE:T", ["SF6602"]),
        ("header a:b: c", ["SF6602"]),
        ("header Host x", ["SF6602"]),
        ("path health", ["SF6602"]),
        ("expect_json status ok", ["SF6603"]),
        ("expect_json $..a", ["SF6603"]),
        ("verify", ["SF4504"]),
        ("max_latency 0", ["SF3002"]),
        ("status_code 99", ["SF3309"]),
    ],
)
def test_wrong_values(check, inside, found):
    assert check.codes("HTTP_CHECK", inside) == found


def document(value: object, status: int = 200) -> bytes:
    return servers.page(json.dumps(value).encode(), status)


LONG = 10_000_000
"""Microseconds: where an answer comes, a busy machine may take its time."""


async def ask(around, behaviour, options: HttpCheckOptions, patience: int = 300_000, context=None):
    async with servers.tcp_server(behaviour, context=context) as server:
        result = await HttpCheck(options, server.target(connect_timeout=patience), around).check()
    return result, server


@pytest.mark.parametrize(
    ("answer", "options", "code", "words"),
    [
        (servers.page(b"x"), {}, Code.OK, "status 200 for /"),
        (servers.page(status=204), {}, Code.OK, "status 204 for /"),
        (servers.page(status=500), {}, Code.STATUS, "status 500 for /"),
        (servers.page(status=302, headers="Location: /x\r\n"), {}, Code.STATUS, "status 302 for /"),
        (servers.page(b"all well"), {"text": ("well", "all")}, Code.OK, "status 200 for /"),
        (servers.page(b"all ill"), {"text": ("well",)}, Code.CONTENT, "`well` does not stand in /"),
        (document({"a": [True]}), {"json": (("$.a[0]", "true"),)}, Code.OK, "status 200 for /"),
        (document({"a": [True]}), {"json": (("$.a[0]", None),)}, Code.OK, "status 200 for /"),
        (document({"a": "no"}), {"json": (("$.a", "yes"),)}, Code.CONTENT, '$.a is "no", not yes'),
        (document({}), {"json": (("$.a", None),)}, Code.CONTENT, "there is no $.a in the answer"),
        (servers.page(b"{"), {"json": (("$.a", None),)}, Code.CONTENT, "the answer is no JSON"),
        (servers.page(b"[" * 100_000), {"json": (("$.a", None),)}, Code.CONTENT, "the answer is no JSON"),
        (servers.page(b"x"), {"http2": True}, Code.PROTOCOL, ""),
    ],
)
async def test_answers(around, answer, options, code, words):
    result, _ = await ask(around, servers.answering(answer), HttpCheckOptions(**options), patience=LONG)
    assert (result.code, result.verdict) == (code, "good" if code == Code.OK else "bad")
    assert words in result.words


async def test_what_is_asked(around, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    options = HttpCheckOptions(
        path="/a%20b?c=d", method="PUT", body="ping", headers=(("X-One", "1"),), virtualhost="www.example"
    )
    result, server = await ask(around, servers.answering(servers.page(b"x")), options, patience=LONG)
    assert result.verdict == "good"
    head = server.asked[0].decode()
    assert head.startswith("PUT /a%20b?c=d HTTP/1.1\r\n")
    for line in ("Host: www.example", "X-One: 1", "User-Agent: standfast", "Content-Length: 4"):
        assert f"\r\n{line.lower()}\r\n" in head.lower()


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (servers.hangs_up, Code.RESET),
        (servers.resetting(), Code.RESET),
        (servers.half_open(), Code.TIMEOUT),
        (servers.half_open(servers.page(b"x" * 10)[:-5]), Code.TIMEOUT),
        (servers.wrong_length(b"abc", 9), Code.PROTOCOL),
        (servers.garbage(), Code.PROTOCOL),
        (servers.endless_headers(), Code.PROTOCOL),
        (servers.endless_body(), Code.CONTENT),
        (servers.talking(b"220 mail\r\n"), Code.PROTOCOL),
    ],
)
async def test_servers_that_misbehave(around, behaviour, code):
    result, _ = await ask(around, behaviour, HttpCheckOptions())
    assert (result.verdict, result.code) == ("bad", code), result.words


async def test_latency_has_a_ceiling(around):
    slow = servers.slowly(servers.page(b"x"), 0.01)
    result, _ = await ask(around, slow, HttpCheckOptions(max_latency=200 * MILLISECOND))
    assert (result.code, result.words) == (Code.TIMEOUT, "no whole answer within 0.2 s (`max_latency`)")
    result, _ = await ask(
        around, servers.answering(servers.page(b"x")), HttpCheckOptions(max_latency=5000 * MILLISECOND)
    )
    assert result.verdict == "good"


@pytest.mark.parametrize(
    ("location", "most", "code", "words"),
    [
        ("/end", 1, Code.OK, "status 200"),
        ("/again", 3, Code.STATUS, "more than 3 redirects"),
        ("http://elsewhere.example/", 2, Code.STATUS, "redirected to another host, elsewhere.example"),
        ("http://www.example:1/", 2, Code.REFUSED, "connection refused"),
        ("gopher://www.example/", 2, Code.PROTOCOL, ""),
    ],
)
async def test_redirects_stay_on_this_server(around, location, most, code, words):
    def answer(asked: bytes) -> bytes:
        if asked.startswith(b"GET /end"):
            return servers.page(b"x")
        return servers.page(status=302, headers=f"Location: {location}\r\n")

    options = HttpCheckOptions(max_redirects=most, virtualhost="www.example")
    result, _ = await ask(around, servers.answering(answer), options, patience=LONG)
    assert result.code == code, result.words
    assert words in result.words


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize(
    ("verify", "host", "sni", "code"),
    [
        (True, "web.example", "", Code.OK),
        (True, "", "", Code.OK),
        (True, "other.example", "", Code.TLS),
        (True, "other.example", "web.example", Code.OK),
        (False, "other.example", "", Code.OK),
    ],
)
async def test_certificates_are_verified(around, authority, tmp_path, verify, host, sni, code):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("web.example", "127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    setting = TlsSetting(verify=verify, ca=str(tmp_path / "ca.pem") if verify else "", protocols=("http/1.1",))
    options = HttpCheckOptions(tls=setting, virtualhost=host, sni_name=sni)
    result, _ = await ask(around, servers.answering(servers.page(b"x")), options, patience=LONG, context=context)
    assert result.code == code, result.words
    assert ("certificate_days" in result.details) == (code == Code.OK)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("shown", "code", "words"),
    [
        ("certificate {mine}\nkey {its_key}", Code.OK, ["status 200 for /"]),
        ("certificate {foreigner}", Code.TLS, ["no handshake: tlsv1 alert unknown ca"]),
        ("", Code.TLS, ["no handshake: tlsv13 alert certificate required",
                        "no handshake: sslv3 alert handshake failure"]),
    ],
)  # fmt: skip
async def test_a_server_that_wants_to_see_a_certificate(check, around, demanding, version, shown, code, words):
    options = check.options("HTTP_CHECK", f"tls\nca {{ca}}\n{shown}".format(**vars(demanding)))
    async with demanding.serving(version) as target:
        result = await HttpCheck(options, target, around).check()
    assert (result.verdict, result.code) == ("good" if code == Code.OK else "bad", code), result.words
    assert result.words in words


@pytest.mark.parametrize("shown", ["certificate /no/such.pem", "certificate {mine}", "certificate {mine}\nkey {ca}"])
async def test_a_certificate_that_cannot_be_shown_is_no_fault_of_the_server(check, around, demanding, shown):
    options = check.options("HTTP_CHECK", f"tls\nca {{ca}}\n{shown}".format(**vars(demanding)))
    async with servers.tcp_server(servers.hangs_up) as server:
        result = await HttpCheck(options, server.target(), around).check()
    assert (result.verdict, result.code) == ("none", Code.UNABLE)
    assert result.words.startswith("TLS cannot use ")
    assert server.peers == []
