from __future__ import annotations

from standfast.supervise.brood import Brood
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.parent import Parent
from standfast.supervise.reactor import Reactor
from standfast.supervise.systemd import Systemd


def test_a_parent_without_a_service_manager_is_whole():
    sender, receiver = pair()
    with sender, receiver:
        log = LogPipe(sender, "parent")
        parent = Parent(Reactor(), Brood(log), log, Systemd({}))
        parent.systemd.ready("nobody hears it")
        parent.reactor.after(0, lambda: None)
        parent.reactor.turn()
