"""HTTP_GET, SSL_GET and HTTP_CHECK against nginx."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import trio
import trustme

from standfast.config.lvs_model import Target
from standfast.contract.checking import Code
from standfast.net.tls import TlsSetting
from standfast.values import Address
from standfast_checkers.http_check import HttpCheck, HttpCheckOptions
from standfast_checkers.http_get import HttpGet, HttpOptions, SslGet
from standfast_checkers.url import Url

pytestmark = pytest.mark.nginx
# An address of this process's own: a port that was free a moment ago is not taken by another worker.
HERE = f"127.{os.getpid() >> 16 & 255}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
BODY = b"status: ok\n"
MD5 = hashlib.md5(BODY, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Nginx:
    plain: Target
    secure: Target
    h2c: Target
    demanding: Target
    """It wants to see a certificate of the same authority."""
    ca: str
    leaf: str
    """A certificate of it, with its key."""


def free_ports(count: int) -> list[int]:
    held = [socket.create_server((HERE, 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


@pytest.fixture(scope="module")
def nginx(tmp_path_factory) -> Iterator[Nginx]:
    home = tmp_path_factory.mktemp("nginx")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(home / "ca.pem")
    leaf = authority.issue_cert("web.example")
    leaf.private_key_and_cert_chain_pem.write_to_path(home / "both.pem")
    plain, secure, h2c, demanding = free_ports(4)
    (home / "nginx.conf").write_text(
        f"""daemon off; user root; pid {home}/pid; error_log stderr crit; worker_processes 1;
        events {{ worker_connections 64; }}
        http {{ access_log off; default_type text/plain; client_body_temp_path {home}; proxy_temp_path {home};
          fastcgi_temp_path {home}; uwsgi_temp_path {home}; scgi_temp_path {home};
          server {{ listen {HERE}:{plain}; listen {HERE}:{secure} ssl http2; listen {HERE}:{h2c} http2;
            server_name web.example; ssl_certificate {home}/both.pem; ssl_certificate_key {home}/both.pem;
            location = /health {{ return 200 "status: ok\\n"; }}
            location = /json {{ return 200 '{{"status": "ok", "checks": [{{"up": true}}]}}'; }}
            location = /old {{ return 301 /health; }}
            location / {{ return 404; }} }}
          server {{ listen {HERE}:{demanding} ssl; ssl_certificate {home}/both.pem; ssl_protocols TLSv1.2 TLSv1.3;
            ssl_certificate_key {home}/both.pem; ssl_client_certificate {home}/ca.pem; ssl_verify_client on;
            return 200 "$ssl_client_s_dn"; }}
          server {{ listen {HERE}:{plain} default_server; return 421; }} }}"""
    )
    process = subprocess.Popen(["nginx", "-e", "stderr", "-c", str(home / "nginx.conf")])

    def target(port: int) -> Target:
        return Target(address=Address.parse(HERE), port=port)

    async def wait() -> None:
        with trio.fail_after(60):
            while True:
                try:
                    await (await trio.open_tcp_stream(HERE, h2c)).aclose()
                except OSError:
                    await trio.sleep(0.02)
                else:
                    return

    try:
        trio.run(wait)
        targets = [target(port) for port in (plain, secure, h2c, demanding)]
        yield Nginx(*targets, ca=str(home / "ca.pem"), leaf=str(home / "both.pem"))
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ({"path": "/health"}, Code.OK),
        ({"path": "/health", "digest": MD5}, Code.OK),
        ({"path": "/health", "digest": MD5[::-1]}, Code.CONTENT),
        ({"path": "/health", "regex": r"^status:\s+ok$", "regex_options": ("multiline",)}, Code.OK),
        ({"path": "/none"}, Code.STATUS),
        ({"path": "/none", "status_codes": ((404, 404),)}, Code.OK),
        ({"path": "/health", "virtualhost": "other.example"}, Code.STATUS),
        ({"path": "/health", "virtualhost": "other.example", "status_codes": ((421, 421),)}, Code.OK),
    ],
)
@pytest.mark.parametrize("protocol", ["1.0", "1.0C", "1.1"])
async def test_http_get(around, nginx, url, code, protocol):
    options = HttpOptions(urls=(Url(**{"virtualhost": "web.example", **url}),), protocol=protocol)
    result = await HttpGet(options, nginx.plain, around).check()
    assert result.code == code, result.words


@pytest.mark.parametrize(
    ("verify", "host", "code"),
    [(False, "x.example", Code.OK), (True, "web.example", Code.OK), (True, "x.example", Code.TLS)],
)
async def test_ssl_get(around, nginx, verify, host, code):
    url = Url(path="/health", virtualhost=host, digest=MD5, tls_compliant=True)
    tls = TlsSetting(verify=verify, ca=nginx.ca if verify else "")
    result = await SslGet(HttpOptions(urls=(url,), tls=tls), nginx.secure, around).check()
    assert result.code == code, result.words


@pytest.mark.parametrize(
    ("options", "version"),
    [
        ({"path": "/json", "json": (("$.status", "ok"), ("$.checks[0].up", "true"))}, "HTTP/1.1"),
        ({"path": "/old", "max_redirects": 1, "text": ("status: ok",)}, "HTTP/1.1"),
        ({"path": "/health", "method": "HEAD"}, "HTTP/1.1"),
        ({"path": "/json", "http2": True, "json": (("$.status", None),)}, "HTTP/2"),
    ],
)
@pytest.mark.parametrize("secure", [False, True])
async def test_http_check(around, nginx, options, version, secure):
    protocols = ("h2", "http/1.1") if version == "HTTP/2" else ("http/1.1",)
    tls = TlsSetting(verify=True, ca=nginx.ca, protocols=protocols) if secure else None
    wanted = HttpCheckOptions(virtualhost="web.example", tls=tls, **options)
    target = nginx.secure if secure else nginx.h2c if version == "HTTP/2" else nginx.plain
    result = await HttpCheck(wanted, target, around).check()
    assert (result.code, result.details["version"]) == (Code.OK, version), result.words


@pytest.mark.parametrize(("shown", "code"), [(True, Code.OK), (False, Code.STATUS)])
async def test_a_certificate_of_ours(around, nginx, shown, code):
    """nginx does not refuse the handshake but the request."""
    tls = TlsSetting(certificate=nginx.leaf if shown else "", protocols=("http/1.1",))
    asked = HttpCheckOptions(virtualhost="web.example", tls=tls, text=("OU=Testing cert",))
    result = await HttpCheck(asked, nginx.demanding, around).check()
    assert (result.code, result.details["status"]) == (code, 200 if shown else 400), result.words
