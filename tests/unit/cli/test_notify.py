from __future__ import annotations

import pytest

from standfast import cli
from standfast.cli import server
from standfast.control.protocol import Request


@pytest.mark.parametrize(("words", "target"), [([], ""), (["webhook chat"], "webhook chat")])
@pytest.mark.parametrize(("well", "status"), [(True, 0), (False, 1)])
def test_what_is_asked_and_how_it_ends(monkeypatch, capsys, words, target, well, status):
    asked = []

    def ask(run_dir, name, request, *, patience_s):
        asked.append((name, request))
        return {"ok": well, "words": "smtp: has taken it"}

    monkeypatch.setattr(server, "alive", lambda *_asked: None)
    monkeypatch.setattr(server, "ask", ask)
    assert cli.main(["notify", "test", *words]) == status
    assert capsys.readouterr().out == "smtp: has taken it\n"
    assert asked == [("health.ctl", Request(do="notify", target=target))]
