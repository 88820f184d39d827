"""What would clear a fault, in words, by its key: the end of the question that ``standfast explain`` answers."""

from __future__ import annotations

from typing import Final

from standfast.vrrp.router import ADDRESSES_TAKEN, CONFIGURATION, GROUP, NO_SOURCE

_FIXED: Final = {
    NO_SOURCE: "an address of the interface to send from; it is looked for whenever addresses change",
    CONFIGURATION: "a configuration that can run, and `standfast reload`",
    ADDRESSES_TAKEN: "`standfast reload`, when what removes the addresses is gone",
    GROUP: "the end of the other member's fault",
    "sockets": "`standfast reload`, or a change of the interface",
}

_TRACKED: Final = {
    "interface": "the interface being up",
    "script": "as many successes in a row as its `rise` says",
    "file": "a number in the file that allows it",
    "process": "as many processes as its `quorum` says",
    "bfd": "the session being up",
    "services": "the virtual servers being in the kernel",
    "check": "a good verdict of the check",
}


def remedy(key: str) -> str:
    """For a fault's key; empty where nothing general can be said."""
    if key in _FIXED:
        return _FIXED[key]
    first, _, rest = key.partition(" ")
    if first == "interface":
        return f"{rest} being there and up"
    if first == "track":
        return _TRACKED.get(rest.partition(" ")[0], "")
    return ""
