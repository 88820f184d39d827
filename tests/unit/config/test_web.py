from __future__ import annotations

import pytest

from standfast.config.load import load_text


def web(*lines: str):
    loaded = load_text("\n".join(["global_defs {", *lines, "}\n"]))
    return loaded.health, [d.code for d in loaded.diagnostics]


def test_nothing_listens_unless_asked():
    health, codes = web("router_id x")
    assert (health.web.listeners, health.needed, codes) == ((), False, [])


def test_a_listener_takes_a_health_process():
    health, _ = web("metrics_listen 127.0.0.1:9165")
    assert health.needed
    assert health.web.listeners[0].serves == {"metrics"}


def test_one_place_named_twice_serves_both():
    health, codes = web("metrics_listen 127.0.0.1:9165", "http_listen 127.0.0.1:9165", "http_listen unix:/run/x")
    assert [(each.words, sorted(each.serves)) for each in health.web.listeners] == [
        ("127.0.0.1:9165", ["metrics", "status"]),
        ("unix:/run/x", ["metrics", "status"]),
    ]
    assert codes == []


@pytest.mark.parametrize("place", ["0.0.0.0:9165", "192.0.2.1:9165", "[::]:9165", "[2001:db8::1]:80"])
def test_nobody_outside_without_a_token(place):
    health, codes = web(f"http_listen {place}")
    assert (health.web.listeners, codes) == ((), ["SF4561"])
    health, codes = web(f"http_listen {place}", "http_token file:/etc/standfast/token")
    assert (len(health.web.listeners), codes) == (1, [])


def test_a_token_that_nobody_is_asked_for():
    assert web("http_listen unix:/run/x", "http_token file:/etc/t")[1] == ["SF4562"]
    assert web("http_listen [::1]:80", "http_token file:/etc/t")[1] == []
