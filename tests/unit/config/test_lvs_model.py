from __future__ import annotations

import msgspec

from standfast.config.lvs_model import Balancing, Checker, Pace, VirtualServer


def test_what_a_plugin_has_to_say_is_carried_unread():
    for options in (b"", msgspec.msgpack.encode({"name": "a"})):
        checker = Checker(kind="ANY", pace=Pace(), options=options)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(checker), type=Checker) == checker


def test_what_is_at_its_default_is_not_sent():
    assert set(msgspec.to_builtins(VirtualServer(name="x", family=4))) == {"name", "family"}
    assert "groups" not in msgspec.to_builtins(Balancing())
