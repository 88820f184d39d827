from __future__ import annotations

from standfast.config.route_model import MAIN_TABLE, OUR_PROTOCOL, Route, Rule


def test_what_nobody_says_is_what_the_kernel_expects():
    route = Route(family=4)
    assert (route.kind, route.table, route.protocol, route.order) == ("unicast", MAIN_TABLE, OUR_PROTOCOL, "prepend")
    rule = Rule(family=6, preference=1, action="nop")
    assert (rule.mask, rule.protocol) == (0xFFFFFFFF, OUR_PROTOCOL)
