"""Orders about servers: what is sent, and what is said of the answer."""

from __future__ import annotations

import msgspec
import pytest

from standfast import cli
from standfast.cli import server
from standfast.control.client import Gone, Stuck
from standfast.control.protocol import Request


@pytest.fixture
def asked(monkeypatch):
    requests: list[Request] = []
    answer = {"ok": True, "words": "done"}

    def ask(run_dir, name, request, *, patience_s):
        assert name == "health.ctl"
        requests.append(request)
        return answer

    monkeypatch.setattr(server, "alive", lambda *_asked: None)
    monkeypatch.setattr(server, "ask", ask)
    monkeypatch.setattr(server, "who", lambda: "anna")
    return requests, answer


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        (["drain", "web", "10.0.0.1"], Request(do="server", action="drain", service="web", server="10.0.0.1")),
        (["drain", "web", "10.0.0.1", "--for", "30"],
         Request(do="server", action="drain", service="web", server="10.0.0.1", within_s=30)),
        (["enable", "web", "10.0.0.1"], Request(do="server", action="enable", service="web", server="10.0.0.1")),
        (["disable", "web", "10.0.0.1"], Request(do="server", action="disable", service="web", server="10.0.0.1")),
        (["weight", "web", "10.0.0.1", "7"],
         Request(do="server", action="weight", service="web", server="10.0.0.1", amount=7)),
        (["weight", "web", "10.0.0.1", "-"], Request(do="server", action="weight", service="web", server="10.0.0.1")),
    ],
)  # fmt: skip
def test_words_become_requests(asked, capsys, words, request_):
    assert cli.main(["server", *words]) == 0
    assert asked[0] == [msgspec.structs.replace(request_, by="anna")]
    assert capsys.readouterr().out == "done\n"
    assert msgspec.json.decode(msgspec.json.encode(request_), type=Request) == request_


def test_what_for_is_sent_along_and_cut_where_it_is_too_long(asked):
    assert cli.main(["server", "disable", "web", "x", "--why", "new kernel"]) == 0
    assert cli.main(["server", "disable", "web", "x", "--why", "x" * 5000]) == 0
    assert [request.why for request in asked[0]] == ["new kernel", "x" * 500]


def test_a_refusal_is_said_and_is_the_exit_status(asked, capsys):
    asked[1].update(ok=False, words="no such server")
    assert cli.main(["server", "drain", "web", "x"]) == 1
    assert capsys.readouterr().err == "no such server\n"


def test_a_weight_that_is_none_is_not_sent(asked, capsys):
    assert cli.main(["server", "weight", "web", "x", "7k"]) == 2
    assert asked[0] == []
    assert "a weight is a number or `-`, not `7k`" in capsys.readouterr().err


def test_nobody_there(monkeypatch, capsys):
    def ask(*_words, **_more):
        raise Gone("no daemon listens")

    monkeypatch.setattr(server, "alive", ask)
    assert cli.main(["server", "enable", "web", "x"]) == 3
    assert capsys.readouterr().err == "standfast server: no daemon listens\n"


@pytest.mark.parametrize("error", [Gone, Stuck])
@pytest.mark.parametrize(
    ("processes", "words"),
    [({"vrrp": {}}, "nothing to check, to balance or to tell"), ({"vrrp": {}, "health": {}}, "no answer of any kind")],
)
def test_a_daemon_without_anything_to_check_is_not_said_to_be_gone(monkeypatch, capsys, processes, words, error):
    def alive(*_asked):
        raise error("no answer of any kind")

    monkeypatch.setattr(server, "alive", alive)
    monkeypatch.setattr(server, "ask", lambda *_asked: {"processes": processes})
    assert cli.main(["server", "enable", "web", "x"]) == 3
    assert words in capsys.readouterr().err
