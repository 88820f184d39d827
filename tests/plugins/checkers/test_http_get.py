"""``HTTP_GET``, ``SSL_GET``: its own options."""

from __future__ import annotations

import pytest

from standfast.net.tls import TlsSetting
from standfast.values import SECOND
from standfast_checkers.http_get import HttpOptions
from standfast_checkers.url import Url


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("HTTP_GET", "url {\npath /\n}", HttpOptions(urls=(Url(path="/"),), delay_loop=9 * SECOND)),
        (
            "SSL_GET",
            "delay_loop 2\nalpha\nretry 4\nurl {\npath /\n}",
            HttpOptions(urls=(Url(path="/"),), tls=TlsSetting(), retry=4, delay_loop=2 * SECOND),
        ),
        (
            "HTTP_GET",
            "http_protocol 1.0c\nurl {\npath /\n}",
            HttpOptions(urls=(Url(path="/"),), protocol="1.0C", delay_loop=9 * SECOND),
        ),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("HTTP_GET", "", ["SF4501"]),
        ("HTTP_GET", "url {\n}", ["SF4501"]),
    ],
)
def test_without_what_it_needs_it_is_left_out(check, kind, inside, found):
    loaded = check.load(kind, inside)
    assert check.codes(kind, inside) == found
    assert loaded.balancing.virtual_servers[0].real_servers[0].checkers == ()
    assert loaded.stops == []


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("HTTP_GET", "url {\npath /\n}\nhttp_protocol 2", ["SF3004"]),
        ("HTTP_GET", "url {\npath /\n}\nenable_sni", ["SF4504"]),
        ("HTTP_GET", "url {\npath /\n}\nnb_get_retry 3", ["SF2112"]),
        ("SSL_GET", "url {\npath /\n}\nenable_sni", ["SF4506"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found


def test_host_header_and_server_name_come_from_different_levels(check):
    """keepalived leaves the real server out when it looks for the name of the handshake."""
    around = {"service": "virtualhost service", "server": "virtualhost server"}
    (url,) = check.options("SSL_GET", "enable_sni\nurl {\npath /\n}", **around).urls
    assert (url.virtualhost, url.sni_name) == ("server", "service")
    (url,) = check.options("SSL_GET", "sni_name own\nvirtualhost check\nurl {\npath /\n}", **around).urls
    assert (url.virtualhost, url.sni_name) == ("check", "own")


@pytest.mark.parametrize(
    ("inside", "setting"),
    [
        ("", TlsSetting()),
        ("verify", TlsSetting(verify=True)),
        ("ca /own.pem", TlsSetting(verify=True, ca="/own.pem")),
        ("ca /own.pem\nverify off", TlsSetting()),
    ],
)
def test_certificates_are_verified_if_asked_for(check, inside, setting):
    assert check.options("SSL_GET", f"{inside}\nurl {{\npath /\n}}").tls == setting


def test_what_ssl_says_at_the_top_is_shown_of_us_but_verifies_nothing(check):
    text = "SSL {\npassword p\nca /ca.pem\ncertificate /c.pem\nkey /k.pem\n}\n"
    shown = TlsSetting(certificate="/c.pem", key="/k.pem", password="p")
    assert check.options("SSL_GET", "url {\npath /\n}", top=text).tls == shown
    verified = check.options("SSL_GET", "verify\nurl {\npath /\n}", top=text).tls
    assert (verified.verify, verified.ca) == (True, "/ca.pem")
