from __future__ import annotations

import argparse

import pytest

from standfast.cli import hold, order, resume, yield_
from standfast.cli.order import duration
from standfast.control.client import Stuck


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("30m", 1800), ("2h", 7200), ("1.5d", 129_600)])
def test_times(text, seconds):
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "-5m", "0", "30 m", "5w"])
def test_what_is_no_time(text):
    with pytest.raises(argparse.ArgumentTypeError):
        duration(text)


@pytest.fixture
def parse():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command")
    for module in (yield_, hold, resume):
        module.register(commands)
    return parser.parse_args


@pytest.fixture
def asked(monkeypatch):
    requests = []

    def ask(_run_dir, name, request, *, patience_s):
        requests.append((name, request))
        return {"ok": request.do != "hold", "words": f"words about {request.do}"}

    monkeypatch.setattr(order, "alive", lambda *_asked: None)
    monkeypatch.setattr(order, "ask", ask)
    return requests


def test_what_is_ordered(parse, asked, capsys):
    assert yield_.run(parse(["yield", "VI_1", "--for", "30m", "--force"])) == 0
    assert hold.run(parse(["hold", "VI_1"])) == 1
    assert resume.run(parse(["resume", "VI_1"])) == 0
    assert {name for name, _ in asked} == {"vrrp.ctl"}
    given = [(request.do, request.instance, request.lasting, request.force) for _, request in asked]
    assert given == [("yield", "VI_1", 1800, True), ("hold", "VI_1", None, False), ("resume", "VI_1", None, False)]
    said = capsys.readouterr()
    assert said.out == "words about yield\nwords about resume\n"
    assert said.err == "words about hold\n"


def test_nobody_there(parse, tmp_path, capsys):
    assert resume.run(parse(["resume", "VI_1", "--run-dir", str(tmp_path)])) == 3
    assert "no daemon" in capsys.readouterr().err


def test_a_process_that_dies_of_it(parse, monkeypatch, capsys):
    monkeypatch.setattr(order, "alive", lambda *_asked: None)
    monkeypatch.setattr(order, "ask", lambda *_args, **_more: {})
    assert resume.run(parse(["resume", "VI_1"])) == 3
    assert "ended while it was asked" in capsys.readouterr().err


def test_a_process_that_hangs_is_not_waited_for(parse, monkeypatch, capsys):
    def alive(_run_dir, process):
        raise Stuck(f"the process behind {process}.status does not answer")

    monkeypatch.setattr(order, "alive", alive)
    assert resume.run(parse(["resume", "VI_1"])) == 3
    assert "vrrp.status does not answer" in capsys.readouterr().err
