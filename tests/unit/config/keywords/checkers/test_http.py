"""``HTTP_GET``, ``SSL_GET``: its own options."""

from __future__ import annotations

import pytest

from standfast.config.lvs_model import (
    HttpOptions,
    Url,
)


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("HTTP_GET", "url {\npath /\n}", HttpOptions(urls=(Url(path="/"),))),
        ("SSL_GET", "url {\npath /\n}", HttpOptions(urls=(Url(path="/"),), tls=True)),
        ("HTTP_GET", "http_protocol 1.0c\nurl {\npath /\n}", HttpOptions(urls=(Url(path="/"),), protocol="1.0C")),
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
