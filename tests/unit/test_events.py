from __future__ import annotations

import msgspec

from standfast.events import Remark, Transition


def test_the_kind_travels_with_the_record():
    event = Transition(at=5, instance="VI_1", old="BACKUP", new="MASTER", priority=100, cause="no advert")
    assert msgspec.to_builtins(event)["type"] == "vrrp.transition"
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Transition | Remark) == event
