"""Checks at once."""

from __future__ import annotations

import pytest

from standfast import cli
from standfast.cli import server
from standfast.control.protocol import Request


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        ([], Request(do="check")),
        (["web"], Request(do="check", service="web")),
        (["web", "10.0.0.1"], Request(do="check", service="web", server="10.0.0.1")),
    ],
)
@pytest.mark.parametrize(("well", "status"), [(True, 0), (False, 1)])
def test_what_is_asked_and_how_it_ends(monkeypatch, capsys, words, request_, well, status):
    asked = []

    def ask(run_dir, name, request, *, patience_s):
        asked.append((name, request))
        assert patience_s > 10
        return {"ok": well, "words": "x"}

    monkeypatch.setattr(server, "alive", lambda *_asked: None)
    monkeypatch.setattr(server, "ask", ask)
    assert cli.main(["check-now", *words]) == status
    assert capsys.readouterr().out == "x\n"
    assert asked == [("health.ctl", request_)]
