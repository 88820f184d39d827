from __future__ import annotations

import argparse
from contextlib import contextmanager

import pytest

from standfast.cli import demo
from standfast.lab.balanced import Scene
from standfast.lab.namespace import LabError
from standfast.lab.story import Chapter


def chapter(outage_ms: float) -> Chapter:
    return Chapter("killed", "a", "b", outage_ms, bound_ms=859)


def scene(failed: int = 0) -> Scene:
    return Scene("web2 comes back", 40, failed, "web1 20 web2 20", 12, 1200, failures_allowed=False)


class Told:
    config = "vrrp_instance VI_1 {"

    def __init__(self, outcome):
        self.outcome = outcome

    def begin(self):
        return self

    def chapters(self):
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return iter(self.outcome)

    scenes = chapters


@pytest.fixture
def play(monkeypatch):
    def run(outcome, *options: str, second=None) -> int:
        @contextmanager
        def staged(tell, *, interval_s):
            tell(0.5, "a is master")
            yield Told(outcome)

        @contextmanager
        def staged_balancing(tell, *, interval_s):
            yield Told(second or [scene()])

        monkeypatch.setattr(demo, "staged", staged)
        monkeypatch.setattr(demo, "staged_balancing", staged_balancing)
        parser = argparse.ArgumentParser()
        demo.register(parser.add_subparsers())
        return demo.run(parser.parse_args(["demo", "--plain", *options]))

    return run


def test_all_survived(play, capsys):
    assert play([chapter(700), chapter(859)]) == 0
    out = capsys.readouterr().out
    assert "700 ms" in out
    assert "a -> b" in out
    assert "too long" not in out
    assert "\x1b" not in out


def test_one_took_too_long(play, capsys):
    assert play([chapter(700), chapter(860)]) == 1
    assert "too long" in capsys.readouterr().out


def test_a_failed_request_where_none_may_fail(play, capsys):
    assert play([chapter(700)], second=[scene(), scene(failed=1)]) == 1
    assert "disturbed" in capsys.readouterr().out


def test_one_act_alone(play, capsys):
    assert play([chapter(700)], "--act", "1", second=[scene(failed=1)]) == 0
    assert "web2" not in capsys.readouterr().out
    assert play([chapter(9999)], "--act", "2") == 0
    assert "killed" not in capsys.readouterr().out


def test_what_prevents_it_is_said(play, capsys):
    assert play(LabError("network namespaces need root: run the same command with sudo")) == 2
    assert capsys.readouterr().err.startswith("standfast demo: network namespaces need root")


def test_an_interrupt_is_no_traceback(play, capsys):
    assert play(KeyboardInterrupt()) == 130
    assert "cleaned up" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0", "60", "x"])
def test_an_interval_that_nobody_wants_to_watch(play, text, capsys):
    with pytest.raises(SystemExit):
        play([], "--interval", text)
    assert "--interval" in capsys.readouterr().err
