"""One real server with one check, loaded; what core lends to a checker; a server that asks for a certificate."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
import trustme

from standfast.config.load import Loaded, load_text
from standfast.config.lvs_model import Target
from standfast.config.script_model import ScriptCall
from standfast.contract.checking import ScriptEnd
from standfast.plugins import installed_plugins
from standfast.testing import servers
from standfast.values import SECOND, Address

DEFINED = "track_file load {\nfile /run/load\n}\nbfd_instance peer1 {\nneighbor_ip 192.0.2.3\n}\n"
SERVICE = "virtual_server 192.0.2.1 80 {{\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\ndelay_loop 9\n{}\n}}\n"


class Check:
    """Loads one check; ``service`` and ``server`` are lines for the blocks around it."""

    def load(self, kind: str, inside: str, service: str = "", server: str = "", top: str = "") -> Loaded:
        real = f"real_server 10.0.0.1 80 {{\n{server}\n{kind} {{\n{inside}\n}}\n}}"
        return load_text(top + DEFINED + SERVICE.format(f"{service}\n{real}"))

    def codes(self, kind: str, inside: str) -> list[str]:
        found = self.load(kind, inside).diagnostics
        return [d.code for d in found if d.code not in ("SF5001", "SF4107", "SF6004")]

    def options(self, kind: str, inside: str, **around: str) -> Any:
        (checker,) = self.load(kind, inside, **around).balancing.virtual_servers[0].real_servers[0].checkers
        assert checker.kind == kind
        record = installed_plugins().checker_types[kind].record
        return msgspec.msgpack.decode(checker.options, type=record) if record else checker.options or None


@pytest.fixture
def check() -> Check:
    return Check()


class Around:
    """What core lends to a checker, pretended."""

    def __init__(self) -> None:
        self.contexts: dict[tuple[object, ...], ssl.SSLContext] = {}
        self.ends: list[ScriptEnd] = []
        self.ran: list[tuple[ScriptCall, int]] = []
        self.values: dict[tuple[str, str], int | None] = {}
        self.listeners: list[Callable[[int | None], None]] = []
        self.said: list[str] = []

    async def run_script(self, call: ScriptCall, limit: int) -> ScriptEnd:
        self.ran.append((call, limit))
        return self.ends.pop(0)

    def tls_context(self, key: tuple[object, ...], make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        if key not in self.contexts:
            self.contexts[key] = make()
        return self.contexts[key]

    def watch_value(self, kind: str, name: str, report: Callable[[int | None], None]) -> object:
        self.listeners.append(report)
        report(self.values.get((kind, name)))
        return object()

    def say(self, level: str, words: str) -> None:
        self.said.append(f"{level}: {words}")


@pytest.fixture
def around() -> Around:
    return Around()


class Demanding:
    """A web server over TLS that wants to see a certificate of its own authority; it says why it refuses one."""

    def __init__(self, home: Path) -> None:
        self.authority, self.foreign = trustme.CA(), trustme.CA()
        self.ca, self.mine, self.its_key, self.foreigner = (
            str(home / name) for name in ("ca.pem", "mine.pem", "mine.key", "foreign.pem")
        )
        self.authority.cert_pem.write_to_path(self.ca)
        shown = self.authority.issue_cert("checker.example")
        shown.cert_chain_pems[0].write_to_path(self.mine)
        shown.private_key_pem.write_to_path(self.its_key)
        self.foreign.issue_cert("checker.example").private_key_and_cert_chain_pem.write_to_path(self.foreigner)

    @asynccontextmanager
    async def serving(self, version: ssl.TLSVersion) -> AsyncIterator[Target]:
        """Answers one request. By the socket, since trio's streams leave the alert of a handshake that fails unsent."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = version
        context.verify_mode = ssl.CERT_REQUIRED
        self.authority.configure_trust(context)
        self.authority.issue_cert("127.0.0.1").configure_cert(context)

        def serve() -> None:
            below, _ = listener.accept()
            below.settimeout(10)
            with below, suppress(ssl.SSLError), context.wrap_socket(below, server_side=True) as above:
                above.recv(4096)
                above.sendall(servers.page(b"x"))

        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(10)
            port = listener.getsockname()[1]
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.to_thread.run_sync, serve)
                yield Target(address=Address.parse("127.0.0.1"), port=port, connect_timeout=10 * SECOND)


@pytest.fixture(scope="session")
def demanding(tmp_path_factory) -> Demanding:
    return Demanding(tmp_path_factory.mktemp("demanding"))
