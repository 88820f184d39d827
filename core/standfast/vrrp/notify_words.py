"""What scripts and pipes are told about an event: keepalived's arguments and lines, exactly. Pure."""

from __future__ import annotations

from typing import Final

from standfast.config.script_model import Notifications, ScriptCall
from standfast.events import StateName

STATES: Final = frozenset(("MASTER", "BACKUP", "FAULT", "STOP", "DELETED"))
"""Those that are told; INIT and LEAVING are our own affair."""


def state_word(state: StateName, notify: Notifications) -> str:
    """As scripts know it: a removed instance is in FAULT, unless somebody asked for more."""
    return "FAULT" if state == "DELETED" and not notify.tells_deleted else state


def calls(kind: str, name: str, word: str, priority: int, notify: Notifications) -> tuple[ScriptCall, ...]:
    """The script of the state, then `notify` with its four arguments."""
    own = {
        "MASTER": notify.master,
        "BACKUP": notify.backup,
        "FAULT": notify.fault,
        "STOP": notify.stop,
        "DELETED": notify.deleted,
    }[word]
    found = [] if own is None else [own]
    if notify.change is not None:
        argv = (*notify.change.argv, kind, name, word, str(priority))
        found.append(ScriptCall(argv=argv, identity=notify.change.identity))
    return tuple(found)


def line(kind: str, name: str, word: str, priority: int) -> bytes:
    """One line for a pipe."""
    return f'{kind} "{name}" {word} {priority}\n'.encode(errors="surrogateescape")
