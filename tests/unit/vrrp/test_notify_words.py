from __future__ import annotations

import pytest

from standfast.config.script_model import Identity, Notifications, ScriptCall
from standfast.vrrp.notify_words import calls, line, state_word

NOBODY = Identity(user="nobody")
ALL = Notifications(
    **{
        name: ScriptCall(argv=(f"/bin/{name}", "x"), identity=NOBODY)
        for name in ("master", "backup", "fault", "stop", "deleted", "change")
    }
)


@pytest.mark.parametrize("word", ["MASTER", "BACKUP", "FAULT", "STOP", "DELETED"])
def test_the_states_script_comes_first_and_notify_gets_four_more_arguments(word):
    own, change = calls("INSTANCE", "VI_1", word, 150, ALL)
    assert own == ScriptCall(argv=(f"/bin/{word.lower()}", "x"), identity=NOBODY)
    assert change == ScriptCall(argv=("/bin/change", "x", "INSTANCE", "VI_1", word, "150"), identity=NOBODY)


def test_what_is_not_named_is_not_run():
    assert calls("GROUP", "VG", "MASTER", 0, Notifications()) == ()


def test_a_removed_instance_is_in_fault_unless_somebody_wants_to_know():
    assert state_word("DELETED", Notifications()) == "FAULT"
    assert state_word("DELETED", Notifications(tells_deleted=True)) == "DELETED"
    assert state_word("STOP", Notifications()) == "STOP"


def test_lines_are_keepaliveds():
    assert line("INSTANCE", "VI_1", "MASTER", 150) == b'INSTANCE "VI_1" MASTER 150\n'
    assert line("GROUP", "VG_1", "BACKUP", 0) == b'GROUP "VG_1" BACKUP 0\n'
