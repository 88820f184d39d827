from __future__ import annotations

import os
import signal
import time
from types import SimpleNamespace

import pytest

from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.health_model import HealthConfig
from standfast.config.model import Config, VrrpInstance, decode
from standfast.supervise import libc, privileges
from standfast.supervise.brood import Brood
from standfast.supervise.generation import read_all
from standfast.supervise.loader import EX_CONFIG, EX_NO_FILE, Loading, Source
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.reactor import Reactor

FAULT = Diagnostic("error", "SF2001", Span("x.conf", 3, 1, 4), "unknown keyword `foo`", "did you mean `bar`?", "foo 1")


def loaded(config=None, *, diagnostics=(), files=("x.conf",)):
    stops = [] if config else list(diagnostics)
    return SimpleNamespace(
        config=config, health=HealthConfig(), diagnostics=list(diagnostics), stops=stops, files=list(files)
    )


@pytest.fixture
def outcome():
    """Runs the loader with a ``load`` of the test's; the report and the bytes in the memory file."""
    sender, receiver = pair()
    reactor, pids = Reactor(), []

    def run(load, **more):
        came = []
        brood = Brood(LogPipe(sender, "parent"))
        brood.on_change = lambda processes: pids.extend(p.pid for p in processes if p.role == "loader")
        source = Source("x.conf", "blue", load, {"A": "b"})
        Loading(reactor, brood, source, lambda report, documents: came.append((report, documents)), **more)
        while not came:
            reactor.turn()
        os.waitpid(pids[-1], 0)
        report, documents = came[0]
        data = read_all(documents.vrrp)
        documents.close()
        return report, data

    with sender, receiver:
        yield run


def test_a_good_file_gives_its_bytes_and_its_faults(outcome):
    def load(file, *, config_id, environ, guard):
        assert (file, config_id, environ, guard.without) == ("x.conf", "blue", {"A": "b"}, {})
        return loaded(Config(instance_name="left"), diagnostics=[FAULT])

    report, data = outcome(load)
    assert (report.exit_status, report.problem) == (0, "")
    assert report.diagnostics == (FAULT,)
    assert report.errors == [FAULT]
    assert decode(data).instance_name == "left"


@pytest.mark.skipif(os.geteuid() != 0, reason="there is nothing to drop")
def test_plugins_code_runs_without_the_rights_to_change_anything(outcome):
    def load(*_args, **_more):
        permitted = libc.get_permitted()
        assert permitted == 1 << privileges.Capability.DAC_READ_SEARCH
        return loaded(Config())

    assert outcome(load)[0].problem == ""


def test_bytes_that_are_not_utf8_stop_nothing(outcome):
    fault = Diagnostic("warning", "SF1101", Span("x.conf", 1, 3, 4), "not UTF-8", source_line="# M\udcfcller")
    name = VrrpInstance(name="M\udcfcller", vrid=51, family=4, version=2, interface="eth0")
    report, data = outcome(lambda *_a, **_k: loaded(Config(instances=(name,)), diagnostics=[fault]))
    assert (report.exit_status, report.problem) == (0, "")
    assert report.diagnostics[0].source_line == "# M\\xfcller"
    assert decode(data).instances[0].name == "M\\xfcller"


def test_thousands_of_faults_come_through(outcome):
    report, _ = outcome(lambda *_a, **_k: loaded(Config(), diagnostics=[FAULT] * 20_000))
    assert len(report.diagnostics) == 20_000


@pytest.mark.parametrize(("files", "status"), [(["x.conf"], EX_CONFIG), ([], EX_NO_FILE)])
def test_what_cannot_run_says_why(outcome, files, status):
    report, data = outcome(lambda *_a, **_k: loaded(diagnostics=[FAULT], files=files))
    assert (report.exit_status, report.problem) == (status, "x.conf:3:1: unknown keyword `foo`")
    assert data == b""


def test_a_loader_that_raises_or_dies_is_a_report_too(outcome):
    report, _ = outcome(lambda *_a, **_k: 1 / 0)
    assert report.exit_status == EX_CONFIG
    assert "the log has the details" in report.problem
    report, _ = outcome(lambda *_a, **_k: os._exit(3))
    assert report.exit_status == EX_CONFIG
    assert "died of it" in report.problem


def test_a_loader_that_hangs_is_given_up(outcome):
    report, _ = outcome(lambda *_a, **_k: time.sleep(60), deadline=50_000)
    assert report.exit_status == EX_CONFIG
    assert "given up" in report.problem


@pytest.mark.parametrize(
    ("misbehave", "words"),
    [
        (lambda: os._exit(0), "it ended the process that loads plugins"),
        (lambda: os.kill(os.getpid(), 11), "it ended the process that loads plugins"),
        (lambda: _deaf_sleep(60), "loading it took longer than 1 s and was given up"),
    ],
    ids=["exits", "crashes", "hangs"],
)
def test_a_plugin_that_takes_the_loader_down_is_left_out_and_the_rest_is_read(outcome, misbehave, words):
    def load(file, *, config_id, environ, guard):
        if "bad" not in guard.without:
            guard.asking("bad")
            misbehave()
        left_out = Diagnostic("error", "SF5002", Span("plugin", 1, 1, 2), f"bad: {guard.without['bad']}")
        return loaded(Config(instance_name="left"), diagnostics=[left_out])

    report, data = outcome(load, deadline=1_000_000)
    assert report.exit_status == 0
    assert report.diagnostics[0].message == f"bad: {words}"
    assert decode(data).instance_name == "left"


def _deaf_sleep(seconds):
    """No signal of ours is heard, as in a library that blocks them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    time.sleep(seconds)
