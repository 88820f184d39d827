"""The state machine as a table. A missing key *is* the illegal transition.

Beyond RFC 9568, 6.4: FAULT (cannot or must not take part) and LEAVING (priority 0 is out, addresses
stay until the successor speaks, so that a planned stop costs clients next to nothing).
"""

from __future__ import annotations

import enum

from standfast.supervise import page


class State(enum.IntEnum):
    """Where a virtual router stands. The numbers are those of the page shared with the parent."""

    INIT = page.INIT
    BACKUP = page.BACKUP
    MASTER = page.MASTER
    FAULT = page.FAULT
    LEAVING = page.LEAVING


class Input(enum.Enum):
    """What can move a virtual router from one state to another."""

    STARTUP = "configured and able"
    STARTUP_FAULTY = "configured but not able"
    ADOPT = "a successor process takes over a living MASTER"
    MASTER_DOWN = "the down timer ended"
    OUTRANKED = "a better router speaks"
    OVERSLEPT = "others have taken over while this process did not run"
    ADDRESSES_TAKEN = "somebody keeps removing addresses"
    FOLLOWED = "another member of its sync group is BACKUP"
    FAULT_RAISED = "first fault"
    FAULT_CLEARED = "last fault gone"
    FAULT_CLEARED_OWNER = "last fault gone, and the addresses are ours"
    LEAVE = "stop, holding addresses for the successor"
    GAVE_WAY = "another router has taken over as ordered"
    NOBODY_CAME = "nobody has taken over"
    SHUTDOWN = "stop at once, or leaving is over"


TRANSITIONS: dict[State, dict[Input, State]] = {
    State.INIT: {
        Input.STARTUP: State.BACKUP,
        Input.STARTUP_FAULTY: State.FAULT,
        Input.ADOPT: State.MASTER,
        Input.SHUTDOWN: State.INIT,
    },
    State.BACKUP: {
        Input.MASTER_DOWN: State.MASTER,
        Input.FAULT_RAISED: State.FAULT,
        Input.SHUTDOWN: State.INIT,
    },
    State.MASTER: {
        Input.OUTRANKED: State.BACKUP,
        Input.OVERSLEPT: State.BACKUP,
        Input.ADDRESSES_TAKEN: State.BACKUP,
        Input.FOLLOWED: State.BACKUP,
        Input.FAULT_RAISED: State.FAULT,
        Input.LEAVE: State.LEAVING,
        Input.SHUTDOWN: State.INIT,
    },
    State.FAULT: {
        Input.FAULT_CLEARED: State.BACKUP,
        Input.FAULT_CLEARED_OWNER: State.MASTER,
        Input.SHUTDOWN: State.INIT,
    },
    State.LEAVING: {
        Input.GAVE_WAY: State.BACKUP,
        Input.NOBODY_CAME: State.MASTER,
        Input.FAULT_RAISED: State.FAULT,
        Input.SHUTDOWN: State.INIT,
    },
}


_VOTES = {
    Input.MASTER_DOWN: State.MASTER,
    Input.FAULT_CLEARED_OWNER: State.MASTER,
    Input.NOBODY_CAME: State.MASTER,
    Input.GAVE_WAY: State.BACKUP,
    Input.ADOPT: State.MASTER,
    Input.OUTRANKED: State.BACKUP,
    Input.OVERSLEPT: State.BACKUP,
    Input.ADDRESSES_TAKEN: State.BACKUP,
}


def votes_after(what: Input) -> State | None:
    """What a router that was just moved by ``what`` would be by itself; None: that is not known yet."""
    return _VOTES.get(what)


class IllegalTransition(Exception):  # noqa: N818 - named after what happened
    """The router tried to go where the table has no way: a programming error, never the network's doing."""


def next_state(state: State, what: Input) -> State:
    """Where ``what`` leads from ``state``."""
    try:
        return TRANSITIONS[state][what]
    except KeyError:
        raise IllegalTransition(f"{what.name} in {state.name}") from None
