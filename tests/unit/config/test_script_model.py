from __future__ import annotations

from standfast.config.script_model import Identity, Notifications, ScriptCall


def test_a_call_reads_as_a_command_line():
    assert str(ScriptCall(argv=("/bin/a", "b c"))) == "/bin/a b c"
    assert ScriptCall(argv=("/bin/a",)).identity == Identity()


def test_nothing_is_run_by_default():
    nothing = Notifications()
    assert not any(getattr(nothing, field) for field in nothing.__struct_fields__)
