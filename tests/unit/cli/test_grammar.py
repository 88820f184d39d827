from __future__ import annotations

from standfast import cli
from standfast.cli.grammar import commands

FOUND = {command.name: command for command in commands()}


def test_every_command_is_there_and_actions_stand_for_themselves():
    assert {name.split()[0] for name in FOUND} == set(cli.COMMANDS)
    assert {"config show", "config diff"} <= set(FOUND)
    assert "config" not in FOUND


def test_options_and_arguments():
    run = FOUND["run"]
    (log,) = [option for option in run.options if "--log-format" in option.names]
    assert log.choices == ("auto", "json", "console", "keepalived")
    (use,) = [option for option in run.options if "-f" in option.names]
    assert use.is_file
    assert [argument.value for argument in FOUND["config diff"].arguments] == ["OLD", "NEW"]
    assert FOUND["check"].arguments[0].usage == "FILE..."
    assert [argument.usage for argument in FOUND["check-now"].arguments] == ["[VS]", "[RS]"]
    assert FOUND["nagios"].arguments[0].usage == "[INSTANCE...]"
    assert log.usage == "[--log-format auto|json|console|keepalived]"
    assert all(command.words and command.description for command in FOUND.values())
