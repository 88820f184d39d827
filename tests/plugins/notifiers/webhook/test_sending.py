from __future__ import annotations

import ssl

import pytest
import trio
import trustme

from standfast.api import MILLISECOND, NotDelivered, Secret
from standfast.net.tls import TlsSetting
from standfast.testing.servers import answering, endless_body, page, resetting, tcp_server
from standfast_notifiers.webhook import sending
from standfast_notifiers.webhook.options import HttpOptions
from standfast_notifiers.webhook.sending import Answer, Sender, accepted, checked_url, retry_after


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Tue, 14 Nov 2023 22:13:30 GMT", 10.0),
        ("Tue, 14 Nov 2023 22:13:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("9" * 40, 999_999_999.0),
    ],
)
def test_retry_after(text, seconds):
    assert retry_after(text, 1_700_000_000.0) == seconds


@pytest.mark.parametrize(
    ("status", "retry"),
    [(500, True), (503, True), (429, True), (404, True), (401, True), (302, True), (400, False), (422, False)],
)
def test_what_an_answer_means(status, retry):
    with pytest.raises(NotDelivered) as refused:
        accepted(Answer(status, b"why  not\n", {"retry-after": "3"}))
    assert (refused.value.retry, refused.value.retry_after_s) == (retry, 3.0)
    assert str(status) in str(refused.value)
    accepted(Answer(202, b"", {}))


def test_a_url_from_a_file_is_not_shown():
    assert checked_url("https://x/secret") == "https://x/secret"
    with pytest.raises(ValueError, match="where the URL should be") as refused:
        checked_url("s3cret")
    assert "s3cret" not in str(refused.value)


async def ask(port: int, scheme: str = "http", **options) -> Answer:
    sender = Sender(HttpOptions(**options))
    try:
        return await sender.send("POST", f"{scheme}://127.0.0.1:{port}/hook", b"body", {"Content-Type": "text/x"})
    finally:
        await sender.close()
        assert sending._clients == {}


async def test_a_request():
    async with tcp_server(answering(page(b"ok", 200))) as server:
        answer = await ask(server.port, headers=(("X-Site", "north"),), token=Secret(text="hunter2"))
    assert (answer.status, answer.body) == (200, b"ok")
    head = server.asked[0].decode()
    assert head.startswith("POST /hook HTTP/1.1\r\n")
    for line in ("X-Site: north", "Authorization: Bearer hunter2", "Content-Type: text/x", "User-Agent: standfast"):
        assert f"{line}\r\n" in head


async def test_by_way_of_a_proxy_and_never_by_the_environments(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with tcp_server(answering(page(b"", 204))) as server:
        assert (await ask(server.port)).status == 204
        assert (await ask(1, proxy=f"http://127.0.0.1:{server.port}")).status == 204
    assert server.asked[1].startswith(b"POST http://127.0.0.1:1/hook HTTP/1.1\r\n")


async def test_tls_and_certificates_of_clients(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca")
    mine = authority.issue_cert("lb.example.com")
    mine.private_key_and_cert_chain_pem.write_to_path(tmp_path / "mine")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    known = TlsSetting(verify=True, ca=str(tmp_path / "ca"), certificate=str(tmp_path / "mine"))
    async with tcp_server(answering(page(b"", 200)), context=context) as server:
        assert (await ask(server.port, "https", tls=known)).status == 200
        with pytest.raises(NotDelivered, match=r"unable to get local issuer|self.signed"):
            await ask(server.port, "https")
    with pytest.raises(ValueError, match="cannot use /none"):
        Sender(HttpOptions(tls=TlsSetting(verify=True, ca="/none")))


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (resetting(), "reset|without sending a response|disconnected"),
        (answering(b"nonsense\r\n\r\n"), "illegal|protocol|status line|HTTP"),
        (answering(b""), "without sending a response|disconnected|reset"),
    ],
)
async def test_no_answer_is_said_in_words(behave, words):
    async with tcp_server(behave) as server:
        with pytest.raises(NotDelivered, match=words):
            await ask(server.port)


async def test_nobody_listens():
    with pytest.raises(NotDelivered, match=r"^Connection refused$"):
        await ask(1)


async def test_silence_ends_in_time():
    async def silent(stream):
        await trio.sleep_forever()

    async with tcp_server(silent) as server:
        with pytest.raises(NotDelivered, match=r"no answer within 0\.2 s"):
            await ask(server.port, timeout=200 * MILLISECOND)


async def test_of_an_answer_without_end_the_beginning_is_enough():
    async with tcp_server(endless_body()) as server:
        answer = await ask(server.port)
    assert len(answer.body) == sending.LONGEST_ANSWER


async def test_equal_settings_share_a_client():
    async with tcp_server(answering(page(b"", 200))) as server:
        one, two, other = Sender(HttpOptions()), Sender(HttpOptions()), Sender(HttpOptions(proxy="http://127.0.0.1:1"))
        for sender in (one, two):
            await sender.send("POST", f"http://127.0.0.1:{server.port}/")
        with pytest.raises(NotDelivered):
            await other.send("POST", f"http://127.0.0.1:{server.port}/")
        assert len(sending._clients) == 2
        await one.close()
        await one.close()
        assert len(sending._clients) == 2
        for sender in (two, other):
            await sender.close()
    assert sending._clients == {}
