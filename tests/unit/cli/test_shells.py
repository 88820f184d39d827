"""Completions: bash is asked itself, the others are looked at."""

from __future__ import annotations

import subprocess

import pytest

from standfast.cli.grammar import commands
from standfast.cli.shells import SHELLS, bash, fish, zsh

COMMANDS = list(commands())


def complete(*words: str, directory=None) -> list[str]:
    """What bash offers for the last word."""
    given = " ".join(f"'{word}'" for word in words)
    asked = f"COMP_WORDS=({given}); COMP_CWORD={len(words) - 1}; _standfast"
    script = f"{bash(COMMANDS)}\n{asked}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(
        ["bash", "-euc", script], capture_output=True, text=True, check=True, cwd=directory, timeout=10
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("standfast", "che"), ["check-now", "check"]),
        (("standfast", "config", ""), ["show", "diff"]),
        (("standfast", "config", "show", "--js"), ["--json"]),
        (("standfast", "run", "--log-format", ""), ["auto", "json", "console", "keepalived"]),
        (("standfast", "run", "--log-format", "j"), ["json"]),
        (("standfast", "completion", "z"), ["zsh"]),
        (("standfast", "check", "--sa"), ["--sarif"]),
        (("standfast", "unheard", "x"), []),
    ],
)
def test_bash_offers_what_fits(words, offered):
    assert complete(*words) == offered


def test_bash_offers_files_where_a_file_is_meant(tmp_path):
    (tmp_path / "one.conf").touch()
    (tmp_path / "run").mkdir()
    assert complete("standfast", "run", "-f", "on", directory=tmp_path) == ["one.conf"]
    assert complete("standfast", "run", "--run-dir", "", directory=tmp_path) == ["run"]


def test_every_command_and_option_is_in_every_script():
    for make in SHELLS.values():
        script = make(COMMANDS)
        for command in COMMANDS:
            assert command.name.split()[-1] in script
            for option in command.options:
                assert any(name.lstrip("-") in script for name in option.names)


def test_quotes_are_balanced():
    for script in (zsh(COMMANDS), fish(COMMANDS)):
        for line in script.splitlines():
            assert line.count("'") % 2 == 0, line
