from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from standfast.cli import run, where
from standfast.containment import NO_GUARD
from standfast.supervise import limits


def parsed(*words):
    parser = argparse.ArgumentParser()
    run.register(parser.add_subparsers())
    return parser.parse_args(["run", *words])


def test_what_is_asked_for_arrives():
    options = run.options(
        parsed("-f", "x.conf", "-i", "blue", "--run-dir", "/r", "--log-format", "json", "--beside", "-R", "-D")
    )
    assert (options.file, options.config_id, options.run_dir) == ("x.conf", "blue", Path("/r"))
    assert (options.log_format, options.beside, options.respawn, options.debug) == ("json", True, False, True)
    assert options.notes == ()


def test_defaults(monkeypatch):
    monkeypatch.setattr(where, "CONFIGURATIONS", ("/nowhere/a.conf", "/nowhere/b.conf"))
    options = run.options(parsed())
    assert (options.file, options.config_id, options.run_dir) == ("/nowhere/a.conf", where.default_config_id(), None)
    assert (options.log_format, options.beside, options.respawn, options.debug) == ("auto", False, True, False)


def test_a_machine_without_any_configuration_is_told_of_both_places(monkeypatch, tmp_path, capsys):
    places = (str(tmp_path / "a.conf"), str(tmp_path / "b.conf"))
    for module in (where, run):
        monkeypatch.setattr(module, "CONFIGURATIONS", places)
    monkeypatch.setattr(run.privileges, "lacking", lambda _wanted: [])
    monkeypatch.setattr(limits, "raise_open_files", lambda: None)
    assert run.run(parsed()) == 6
    assert f"no {places[0]} and no {places[1]}: write one" in capsys.readouterr().err


def test_what_keepalived_users_type_is_taken_with_a_word():
    options = run.options(parsed("-nlP", "-D"))
    assert len(options.notes) == 3
    assert options.debug


def test_the_loader_reads_real_files(tmp_path):
    parts, file = run.parts(), tmp_path / "x.conf"
    file.write_text("global_defs {\n  router_id b\n}\n")
    assert parts.load(str(file), config_id="blue", environ={}, guard=NO_GUARD).config.instances == ()


@pytest.mark.parametrize("command", ["run", "status", "watch", "reload", "stop", "reap"])
def test_no_command_imports_what_it_does_not_need(command):
    heavy = {"httpx", "structlog", "rich", "pyroute2", "asyncio", "pluggy", "importlib.metadata"}
    heavy |= {"standfast.config.load"} | (set() if command == "run" else {"trio"})
    program = (
        f"import sys; from standfast.cli import {command}; "
        + ("run.parts().warm_up(); " if command == "run" else "")
        + f"print([name for name in {sorted(heavy)} if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program]) == b"[]\n"


def test_a_daemon_started_without_standard_descriptors_gets_harmless_ones():
    program = (
        "import os; from standfast.cli.run import _open_standard_descriptors as fill; "
        "[os.close(number) for number in (0, 1, 2)]; fill(); "
        "os._exit(sum(os.readlink(f'/proc/self/fd/{number}') == '/dev/null' for number in (0, 1, 2)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")
def test_without_the_capabilities_it_says_what_it_needs(tmp_path):
    command = [sys.executable, "-c", "import sys; from standfast.cli import main; sys.exit(main())", "run"]
    weak = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]
    ended = subprocess.run([*weak, *command, "--run-dir", str(tmp_path)], stderr=subprocess.PIPE, check=False)
    assert ended.returncode == 4
    assert ended.stderr == b"standfast run: needs root, or the capabilities CAP_NET_RAW\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="others are told what they lack before anything is read")
def test_a_missing_configuration_ends_with_six(tmp_path):
    program = "import sys; from standfast.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "run", "-f", str(tmp_path / "no.conf"), "--run-dir", str(tmp_path)]
    ended = subprocess.run(command, stderr=subprocess.PIPE, timeout=30, check=False)
    assert ended.returncode == 6
    assert b"no.conf" in ended.stderr


def test_too_few_open_files_end_in_words(monkeypatch, capsys):
    def refuse():
        raise limits.TooFewFilesError("only 20 files may be open")

    monkeypatch.setattr(limits, "raise_open_files", refuse)
    monkeypatch.setattr(run.privileges, "lacking", lambda _wanted: [])
    monkeypatch.setattr(run, "_open_standard_descriptors", lambda: None)
    assert run.run(parsed()) == 1
    assert capsys.readouterr().err == "standfast run: only 20 files may be open\n"
