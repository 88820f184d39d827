from __future__ import annotations

from standfast.config.lvs_draft import ServerDraft
from standfast.config.lvs_model import Forwarding
from standfast.config.settings import Settings
from standfast.config.tree import Statement
from standfast.values import Address


def test_a_server_is_shown_as_it_was_written():
    server = ServerDraft(Settings(), Statement((), "", ""), Address.parse("10.0.0.1"), 80, 81, Forwarding())
    assert server.shown == "10.0.0.1 81"
