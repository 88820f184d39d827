"""``standfast genhash``: the digest of a page for `digest`, asked for exactly as HTTP_GET and SSL_GET ask."""

from __future__ import annotations

import argparse
import functools
import socket
import sys

import trio

from standfast.config.lvs_model import Target
from standfast.contract.checking import CheckError
from standfast.net.probe import connect
from standfast.net.tls import TlsSetting, secure
from standfast.net.webpage import Page, read_page, request
from standfast.values import SECOND, Address

PROTOCOLS = {"1.0": "1.0", "1.0c": "1.0C", "1.0C": "1.0C", "1.1": "1.1"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command; options as those of keepalived's genhash."""
    parser = subparsers.add_parser(
        "genhash",
        help="print the digest of a page, for `digest` in HTTP_GET and SSL_GET",
        description="Asks for a page exactly as HTTP_GET and SSL_GET do and prints its MD5 sum, for `digest`.",
    )
    parser.add_argument("-s", "--server", default="127.0.0.1", metavar="ADDRESS", help="server; default: 127.0.0.1")
    parser.add_argument("-p", "--port", type=_port, help="port; default: 80, with --use-ssl 443")
    parser.add_argument("-u", "--url", default="/", metavar="PATH", help="path of the page; default: /")
    parser.add_argument("-S", "--use-ssl", action="store_true", help="ask over TLS (as SSL_GET)")
    parser.add_argument("-I", "--use-sni", action="store_true", help="name the virtual host in the TLS handshake")
    parser.add_argument("-V", "--use-virtualhost", default="", metavar="NAME", help="the Host header")
    parser.add_argument("-P", "--protocol", choices=PROTOCOLS, default="1.0", help="as `http_protocol`; default: 1.0")
    parser.add_argument("-m", "--fwmark", type=int, default=0, metavar="MARK", help="firewall mark of the packets")
    parser.add_argument("-t", "--timeout", type=float, default=5, metavar="SECONDS", help="for each wait; default: 5")
    parser.add_argument("-v", "--verbose", action="store_true", help="print request, status and headers too")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"a port is 1 to 65535, not {text}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Print the digest; 1 if there is no page."""
    try:
        target = Target(
            address=_address(args.server),
            port=args.port or (443 if args.use_ssl else 80),
            mark=args.fwmark,
            connect_timeout=max(1, round(args.timeout * SECOND)),
        )
    except OSError as error:
        print(f"{args.server}: {error.strerror}", file=sys.stderr)
        return 1
    host = (
        args.use_virtualhost
        or f"{f'[{target.address}]' if target.address.family == 6 else target.address}:{target.port}"
    )
    asked = request(args.url, host, PROTOCOLS[args.protocol])
    name = args.use_virtualhost if args.use_sni else ""
    try:
        page = trio.run(functools.partial(_page, target, asked, tls=args.use_ssl, name=name))
    except CheckError as ended:
        print(f"{target.address} port {target.port}: {ended.result.words}", file=sys.stderr)
        return 1
    if args.verbose:
        _explain(asked, page)
    print(page.digest)
    return 0


def _address(text: str) -> Address:
    """The address, or the first one of a name. Raises OSError."""
    try:
        return Address.parse(text)
    except ValueError:
        family, *_, where = socket.getaddrinfo(text, None, type=socket.SOCK_STREAM)[0]
        return Address.unpack(socket.inet_pton(family, str(where[0])))


async def _page(target: Target, asked: bytes, *, tls: bool, name: str) -> Page:
    connection = await connect(target)
    try:
        if tls:
            connection = await secure(connection, TlsSetting().context(), name)
        return await read_page(connection, asked, digest=True)
    finally:
        connection.close()


def _explain(asked: bytes, page: Page) -> None:
    """On standard error, so that standard output is the digest alone."""
    for text in (asked, page.head):
        for line in text.decode("utf-8", "backslashreplace").splitlines():
            print(f"  {line}".rstrip(), file=sys.stderr)
        print(file=sys.stderr)
    said = "" if page.length in (None, page.size) else f", Content-Length says {page.length}"
    print(f"  status {page.status}, {page.size} bytes{said}", file=sys.stderr)
