from __future__ import annotations

import pytest

from standfast.cli import main
from standfast.cli.completion import SHELLS
from standfast.cli.shells import SHELLS as WRITERS


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_for_each_shell(shell, capsys):
    assert main(["completion", shell]) == 0
    assert "standfast" in capsys.readouterr().out


def test_the_command_and_the_writers_know_the_same_shells():
    assert tuple(WRITERS) == SHELLS
