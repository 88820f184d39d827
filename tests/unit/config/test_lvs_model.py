from __future__ import annotations

import msgspec

from standfast.config.lvs_model import Balancing, Checker, DnsOptions, Pace, UdpOptions, VirtualServer


def test_options_keep_their_kind_on_the_way():
    for options in (None, DnsOptions(name="a"), UdpOptions(reply=b"x", reply_mask=b"y")):
        checker = Checker(kind="ANY", pace=Pace(), options=options)
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(checker), type=Checker) == checker


def test_what_is_at_its_default_is_not_sent():
    assert set(msgspec.to_builtins(VirtualServer(name="x", family=4))) == {"name", "family"}
    assert "groups" not in msgspec.to_builtins(Balancing())
