"""Completions: each shell is asked itself."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from pathlib import Path

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
        ["bash", "-euc", script], capture_output=True, text=True, check=True, cwd=directory, timeout=60
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


@pytest.mark.fish
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("standfast che", ["check", "check-now"]),
        ("standfast config ", ["diff", "show"]),
        ("standfast config show --js", ["--json"]),
        ("standfast run --log-format j", ["json"]),
        ("standfast completion z", ["zsh"]),
    ],
)
def test_fish_offers_what_fits(tmp_path, line, offered):
    script = tmp_path / "standfast.fish"
    script.write_text(fish(COMMANDS))
    program = f"source {script}; complete -C '{line}'"
    env = os.environ | {"HOME": str(tmp_path)}
    command = ["fish", "--no-config", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env, timeout=60)
    assert done.stderr == ""
    found = [each.partition("\t") for each in done.stdout.splitlines()]
    assert sorted(word for word, _, _ in found) == offered
    assert all(words for _, _, words in found) or "completion" in line


class Zsh:
    """An interactive shell on a terminal of its own, with our file where it looks for functions."""

    def __init__(self, functions: Path) -> None:
        (functions / "_standfast").write_text(zsh(COMMANDS))
        self._terminal, theirs = pty.openpty()
        env = os.environ | {"TERM": "dumb", "PS1": "", "HOME": str(functions)}
        command = ["setsid", "-c", "zsh", "-f", "-i"]
        self._process = subprocess.Popen(command, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self._said = ""
        setup = "unsetopt zle_bracketed_paste beep list_ambiguous; LISTMAX=0; autoload -Uz compinit; compinit -D -u"
        self.type(f"fpath=({functions} $fpath); {setup}; echo set\\ up\n", "set up\r\n")

    def type(self, keys: str, expected: str) -> None:
        """Wait until it is shown."""
        self._said = ""
        os.write(self._terminal, keys.encode())
        while expected not in self._said:
            assert select.select([self._terminal], [], [], 60)[0], f"not `{expected}`, but {self._said!r}"
            self._said += os.read(self._terminal, 4096).decode(errors="replace")

    def close(self) -> None:
        self._process.kill()
        self._process.wait(60)
        os.close(self._terminal)


@pytest.mark.zsh
def test_zsh_offers_what_fits_from_the_first_time_on(tmp_path):
    shell = Zsh(tmp_path)
    try:
        shell.type("standfast che\t", "check-now  -- make health checks at once")
        shell.type("\x15standfast keep\t", "standfast keepalived ")
        shell.type("\x15standfast config \t", "diff  -- say what a reload")
        shell.type("\x15standfast config show --js\t", "--json ")
        shell.type("\x15standfast run --log-format c\t", "console ")
    finally:
        shell.close()
