from __future__ import annotations

import pytest

from standfast.config.health_model import Listener, TokenSource
from standfast.config.load import load_text
from standfast.values import Address


def read(line: str, setting: str):
    loaded = load_text(f"global_defs {{\n{line}\n}}\n")
    found = [value.value for value in loaded.settings.block("global_defs").all(setting)]
    return found, [d.code for d in loaded.diagnostics]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("127.0.0.1:9165", Listener(address=Address.parse("127.0.0.1"), port=9165)),
        ("[::1]:80", Listener(address=Address.parse("::1"), port=80)),
        ("unix:/run/x/http", Listener(path="/run/x/http")),
        ("unix:/run/x/http 0660", Listener(path="/run/x/http", mode=0o660)),
        ("unix:/run/x/http 666", Listener(path="/run/x/http", mode=0o666)),
    ],
)
def test_places(words, place):
    assert read(f"http_listen {words}", "http_listen") == ([place], [])
    assert load_text(f"global_defs {{\nmetrics_listen {words}\n}}\n").health.web.listeners[0].words == words.split()[0]


@pytest.mark.parametrize(
    "words",
    ["9165", "localhost:9165", "127.0.0.1:0", "127.0.0.1:70000", "::1:80", "[::1]", "127.0.0.1:80 600", "127.0.0.1",
     "unix:run/http", "unix:", "unix:/a 999", "unix:/a 600 x", f"unix:/{'x' * 107}", "1.2.3:80"],
)  # fmt: skip
def test_no_places(words):
    assert read(f"metrics_listen {words}", "metrics_listen") == ([], ["SF3361"])


def test_tokens_stand_elsewhere():
    loaded = load_text("global_defs {\nhttp_listen [::1]:80\nhttp_token file:/etc/token\n}\n")
    assert loaded.health.web.token == TokenSource(file="/etc/token")
    for wrong in ("sesame", "file:token", "credential:../x", "credential:"):
        loaded = load_text(f"global_defs {{\nhttp_listen [::1]:80\nhttp_token {wrong}\n}}\n")
        assert [d.code for d in loaded.diagnostics] == ["SF3362"]
        assert "sesame" not in loaded.diagnostics[0].message
        assert loaded.health.web.token is None


@pytest.mark.parametrize(
    ("word", "sets"), [("both", ("mehdy", "gen2brain")), ("none", ()), ("gen2brain", ("gen2brain",)), ("x", ("mehdy",))]
)
def test_sets_of_names(word, sets):
    assert load_text(f"global_defs {{\nmetrics_compat {word}\n}}\n").health.web.compat == sets
