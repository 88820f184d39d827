"""TLS of checks against certificates that are good, expired, foreign, or not there."""

from __future__ import annotations

import datetime
import socket
import ssl

import pytest
import trio
import trustme
from hypothesis import given
from hypothesis import strategies as st

from standfast.contract.checking import CheckError, Code, bad
from standfast.net.probe import Connection, connect
from standfast.net.tls import TlsConnection, TlsSetting, days_left, secure
from standfast.testing.servers import Serving, answering, garbage, half_open, hangs_up, tcp_server

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def serving_with(authority: trustme.CA, *names: str, days: float = 30.5) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(
        *names, not_before=NOW - datetime.timedelta(days=90), not_after=NOW + datetime.timedelta(days=days)
    ).configure_cert(context)
    return context


async def handshake(server: Serving, setting: TlsSetting, name: str = "") -> TlsConnection:
    return await secure(await connect(server.target()), setting.context(), name)


async def words(server: Serving, setting: TlsSetting, name: str = "") -> str:
    with pytest.raises(CheckError) as ended:
        await handshake(server, setting, name)
    assert ended.value.result.code == Code.TLS
    return ended.value.result.words


async def test_there_and_back(authority, ca_file):
    context = serving_with(authority, "web.example")
    async with tcp_server(answering(b"pong"), context=context) as server:
        connection = await handshake(server, TlsSetting(verify=True, ca=ca_file), "web.example")
        await connection.send(b"ping\r\n\r\n")
        assert await connection.receive() == b"pong"
        assert days_left(connection.certificate()) == 30
        connection.say_goodbye()
        connection.close()


@pytest.mark.parametrize("days", [-1, 30])
async def test_without_verification_anything_goes(authority, days):
    async with tcp_server(answering(b"x"), context=serving_with(authority, "other.example", days=days)) as server:
        connection = await handshake(server, TlsSetting())
        left = days_left(connection.certificate())
        assert left is not None
        assert (left < 0) == (days < 0)
        connection.close()


@pytest.mark.parametrize(
    ("names", "days", "name", "said"),
    [
        (["web.example"], -1, "web.example", "certificate: certificate has expired"),
        (["web.example"], 30, "other.example", "Hostname mismatch"),
        (["127.0.0.2"], 30, "127.0.0.1", "IP address mismatch"),
    ],
)
async def test_certificates_that_are_not_acceptable(authority, ca_file, names, days, name, said):
    async with tcp_server(answering(b"x"), context=serving_with(authority, *names, days=days)) as server:
        assert said in await words(server, TlsSetting(verify=True, ca=ca_file), name)


async def test_an_address_can_be_the_name(authority, ca_file):
    async with tcp_server(answering(b"x"), context=serving_with(authority, "127.0.0.1")) as server:
        (await handshake(server, TlsSetting(verify=True, ca=ca_file), "127.0.0.1")).close()


async def test_signed_by_nobody_who_is_trusted(authority, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    async with tcp_server(answering(b"x"), context=serving_with(authority, "web.example")) as server:
        assert "local issuer" in await words(server, TlsSetting(verify=True, ca=str(other)), "web.example")


async def test_sni_is_sent_only_for_names(authority):
    asked: list[str | None] = []
    context = serving_with(authority, "web.example")
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    async with tcp_server(answering(b"x"), context=context) as server:
        for name in ("web.example", "", "127.0.0.1"):
            (await handshake(server, TlsSetting(), name)).close()
    assert asked == ["web.example", None, None]


def pair() -> tuple[Connection, socket.socket]:
    """One of ours and the other end, which blocks."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.settimeout(60)
    return Connection(ours, 60_000_000), theirs


def tcp_pair() -> tuple[Connection, socket.socket]:
    """The same over TCP, where hanging up before all is read is a reset."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    ours.setblocking(False)
    theirs.settimeout(5)
    return Connection(ours, 5_000_000), theirs


async def test_the_other_side_hears_why_it_was_refused(authority):
    ours, theirs = pair()
    context = serving_with(authority, "web.example")

    def serve() -> str:
        with theirs, pytest.raises(ssl.SSLError) as ended:
            context.wrap_socket(theirs, server_side=True).recv(1)
        return str(ended.value.reason)

    async def ask() -> None:
        with pytest.raises(CheckError):
            await secure(ours, TlsSetting(verify=True).context(), "web.example")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        assert await trio.to_thread.run_sync(serve) == "TLSV1_ALERT_UNKNOWN_CA"


@pytest.mark.parametrize("politely", [True, False])
async def test_the_end_with_and_without_a_goodbye_and_ours(authority, politely):
    ours, theirs = pair()
    context = serving_with(authority, "web.example")
    heard: list[bytes] = []

    def serve() -> None:
        above = context.wrap_socket(theirs, server_side=True)
        above.sendall(b"pong" * 50_000)  # several records
        heard.append(above.recv(4))
        if politely:
            above.unwrap()  # waits for ours
        above.close()

    async def ask() -> bytes:
        connection = await secure(ours, TlsSetting().context())
        await connection.send(b"ping")
        got = b""
        while data := await connection.receive():
            got += data
        if politely:
            connection.say_goodbye()
        connection.close()
        return got

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, serve)
        assert await ask() == b"pong" * 50_000
    assert heard == [b"ping"]


@pytest.mark.parametrize("waits", [False, True], ids=["while we wait", "before we go on"])
async def test_a_refusal_behind_the_handshake_is_told(authority, waits):
    """With TLS 1.3 the server looks at our certificate when we are through already."""
    context = serving_with(authority, "web.example")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    ours, theirs = tcp_pair()
    refused = trio.Event()

    def serve() -> None:
        with theirs, pytest.raises(ssl.SSLError):
            context.wrap_socket(theirs, server_side=True)
        trio.from_thread.run_sync(refused.set)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, serve)
        connection = await secure(ours, TlsSetting().context())
        await connection.send(b"ping")
        if waits:
            await refused.wait()
        with pytest.raises(CheckError) as ended:
            await (connection.send(b"pong") if waits else connection.receive())
        connection.close()
    assert ended.value.result == bad(Code.TLS, "no handshake: tlsv13 alert certificate required")


async def test_a_handshake_is_whole_even_if_nothing_follows(authority):
    context = serving_with(authority, "web.example")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    ours, theirs = pair()
    heard: list[bytes] = []

    def serve() -> None:
        with context.wrap_socket(theirs, server_side=True) as above:
            heard.append(above.recv(1))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, serve)
        (await secure(ours, TlsSetting().context())).close()
    assert heard == [b""]


@pytest.mark.parametrize("behaviour", [garbage(), hangs_up], ids=["garbage", "hangs up"])
async def test_what_is_no_tls(behaviour):
    async with tcp_server(behaviour) as server:
        assert await words(server, TlsSetting())


async def test_no_answer_to_a_handshake():
    async with tcp_server(half_open()) as server:
        connection = await connect(server.target(connect_timeout=500_000))
        with pytest.raises(CheckError) as ended:
            await secure(connection, TlsSetting().context())
    assert ended.value.result.code == Code.TIMEOUT


async def test_a_certificate_of_ours_is_shown(authority, ca_file, tmp_path):
    mine = tmp_path / "mine.pem"
    authority.issue_cert("checker.example").private_key_and_cert_chain_pem.write_to_path(mine)
    context = serving_with(authority, "web.example")
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # with 1.3 it is refused behind the handshake
    authority.configure_trust(context)
    async with tcp_server(answering(b"pong"), context=context) as server:
        connection = await handshake(server, TlsSetting(certificate=str(mine)))
        await connection.send(b"\r\n\r\n")
        assert await connection.receive() == b"pong"
        connection.close()
        assert await words(server, TlsSetting())


@pytest.mark.parametrize(
    "setting", [TlsSetting(verify=True, ca="/no/such/file"), TlsSetting(certificate="/no/such/file")]
)
def test_files_that_cannot_be_used_are_no_fault_of_the_server(setting):
    with pytest.raises(CheckError) as ended:
        setting.context()
    assert ended.value.result.verdict == "none"
    assert ended.value.result.words == "TLS cannot use /no/such/file: No such file or directory"


@given(st.binary(max_size=200))
def test_expiry_of_garbage_is_unknown_never_a_fault(data):
    assert days_left(data) is None or isinstance(days_left(data), int)


@given(st.integers(0, 400), st.integers(0, 255))
def test_expiry_of_a_damaged_certificate(place, byte):
    damaged = bytearray(ssl.PEM_cert_to_DER_cert(trustme_pem()))
    damaged[place % len(damaged)] = byte
    assert isinstance(days_left(bytes(damaged)), int | None)


_PEM: list[str] = []


def trustme_pem() -> str:
    if not _PEM:
        _PEM.append(trustme.CA().cert_pem.bytes().decode())
    return _PEM[0]


def test_dates_behind_2049_are_written_otherwise():
    authority = trustme.CA()
    leaf = authority.issue_cert("x.example", not_after=datetime.datetime(2060, 1, 1, tzinfo=datetime.UTC))
    der = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    assert days_left(der, now=datetime.datetime(2059, 12, 31, tzinfo=datetime.UTC).timestamp()) == 1
