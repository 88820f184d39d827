from __future__ import annotations

from standfast.config.lvs_model import Forwarding
from standfast.config.script_model import ScriptCall
from standfast.config.texts import for_programs, text_of
from standfast.values import Address


def test_values_for_people():
    shown = [
        text_of(v) for v in (None, "", True, False, 5, Address.parse("::1"), ("a", "b"), frozenset("ba"), b"x\xff")
    ]
    assert shown == ["none", "none", "on", "off", "5", "::1", "a b", "a b", "x\\xff"]
    assert text_of(1_500_000, time=True) == "1.5 s"
    assert text_of(ScriptCall(argv=("/bin/a", "b"))) == "/bin/a b"
    assert text_of(Forwarding(method="DR")) == "method DR, tunnel ipip, checksum nocsum"


def test_values_for_programs():
    assert for_programs((1, Address.parse("192.0.2.1"), {"a": None})) == [1, "192.0.2.1", {"a": None}]
    assert for_programs(Forwarding())["method"] == "NAT"
