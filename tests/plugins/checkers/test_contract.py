"""All checkers keep the contract that anybody's have to keep."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import trustme

from standfast.config.lvs_model import Target
from standfast.plugins import installed_plugins
from standfast.testing import check_checker
from standfast.values import Address
from standfast_checkers import CHECKERS

PROGRAM = """
import sys, dns.message, ssl, trio
from standfast.testing import servers

def answered(data):
    return dns.message.make_response(dns.message.from_wire(data)).to_wire()

async def run():
    page = servers.answering(servers.page(b"x"))
    mail = servers.talking(b"220 a\\r\\n", b"250 b\\r\\n", b"221 c\\r\\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    async with (
        servers.tcp_server(page) as plain, servers.tcp_server(page, context=context) as secure,
        servers.tcp_server(mail) as mailing, servers.udp_server(servers.echoing) as echo,
        servers.udp_server(answered) as names,
    ):
        print(plain.port, secure.port, mailing.port, echo.port, names.port, flush=True)
        await trio.sleep_forever()

trio.run(run)
"""
"""Servers in a process of their own, as open files of this one are counted."""

CASES = {
    "TCP_CHECK": (0, ""),
    "HTTP_GET": (0, "url {\npath /\n}"),
    "HTTP_CHECK": (0, ""),
    "SSL_GET": (1, "url {\npath /\n}"),
    "SMTP_CHECK": (2, ""),
    "UDP_CHECK": (3, "require_reply"),
    "DNS_CHECK": (4, ""),
}
"""Name -> which server, and what stands in the block."""


@pytest.fixture(scope="module")
def ports(tmp_path_factory) -> Iterator[list[int]]:
    both = tmp_path_factory.mktemp("contract") / "both.pem"
    trustme.CA().issue_cert("web.example").private_key_and_cert_chain_pem.write_to_path(both)
    with subprocess.Popen([sys.executable, "-c", PROGRAM, both], stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        yield [int(port) for port in serving.stdout.readline().split()]
        serving.kill()


def test_they_come_in_by_the_door():
    assert set(CHECKERS) <= set(installed_plugins().checkers.values())


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.declaration.block.name)
async def test_the_declaration(checker):
    await check_checker(checker)


@pytest.mark.parametrize("name", CASES)
async def test_what_a_check_does(name, ports):
    place, inside = CASES[name]
    bad = closed(socket.SOCK_DGRAM if place > 2 else socket.SOCK_STREAM)
    good = Target(address=bad.address, port=ports[place])
    checker = installed_plugins().checkers[name]
    await check_checker(checker, block=f"{name} {{\n{inside}\n}}", good=good, bad=bad)


def closed(kind: int = socket.SOCK_STREAM) -> Target:
    """A port at which nobody listens."""
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return Target(address=Address.parse("127.0.0.1"), port=free.getsockname()[1])
