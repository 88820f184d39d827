"""What a data plane cannot do is said when the configuration is checked, at the line that is at fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from standfast.config.load import load_text
from standfast.contract.balancing import Objection
from standfast.plugins import find_plugins, installed_plugins
from standfast.registry import Registry
from standfast.testing.balancing import MemoryLoadBalancer

TEXT = """
global_defs {{
    {globally}
}}
virtual_server 192.0.2.10 80 {{
    protocol TCP
    lvs_sched wlc
    lvs_method NAT
    {own}
    real_server 10.0.0.1 80 {{
    }}
}}
"""


class Simple(MemoryLoadBalancer):
    name = "simple"

    @classmethod
    def objections(cls, service, entrances):
        assert entrances
        if service.scheduler == "wlc":
            yield Objection(keyword="lvs_sched", words="connections are not counted there", hint="use `wrr`")
        if service.port == 80:
            yield Objection(keyword="", words="port 80 is too low")

    @classmethod
    def idle(cls, settings):
        if settings.timeouts_s:
            yield Objection(keyword="lvs_timeouts", words="nothing ends here", hint="wait")


class Broken(MemoryLoadBalancer):
    name = "broken"

    @classmethod
    def objections(cls, service, entrances):
        raise KeyError("x")

    @classmethod
    def idle(cls, settings):
        raise KeyError("y")


def found(globally: str = "", own: str = "") -> list[tuple[str, int, str, str]]:
    registry = Registry(checkers=installed_plugins().checkers)
    for plane in (Simple, Broken):
        registry.load_balancer(plane)
    plugins = replace(find_plugins(), registry=registry)
    diagnostics = load_text(TEXT.format(globally=globally, own=own), plugins=plugins).diagnostics
    return [(d.code, d.span.line, d.message, d.hint) for d in diagnostics if d.code.startswith("SF65")]


def test_objections_stand_at_the_keyword_or_at_the_service():
    name = "[192.0.2.10]:tcp:80 cannot be balanced by simple: "
    expected = [
        ("SF6502", 7, f"{name}connections are not counted there", "use `wrr`"),
        ("SF6502", 5, f"{name}port 80 is too low", ""),
    ]
    assert found(globally="lb_backend simple") == expected
    assert found(own="lb_backend simple", globally="lb_backend broken") == expected


def test_a_data_plane_that_does_not_exist():
    message = "there is no data plane called `simpel`; nothing is balanced by it"
    assert found(globally="lb_backend simpel") == [("SF6501", 3, message, "did you mean `simple`?")]
    assert found(own="lb_backend simpel") == [("SF6501", 9, message, "did you mean `simple`?")]


@pytest.mark.parametrize("globally", ["", "lb_backend ipvs", "lb_backend nftables"])
def test_nothing_is_said_where_the_kernel_decides(globally):
    assert found(globally=globally) == []


def test_a_plugin_that_fails_is_named():
    assert [each[::2] for each in found(own="lb_backend broken")] == [
        ("SF6503", "the plugin of `broken` fails on [192.0.2.10]:tcp:80 (KeyError: 'x')"),
        ("SF6505", "the plugin of `broken` fails on `global_defs` (KeyError: 'y')"),
    ]


def test_global_settings_that_change_nothing_are_told_once():
    idle = [each for each in found("lvs_timeouts tcp 5", "lb_backend simple") if each[0] == "SF6505"]
    assert idle == [("SF6505", 3, "`lvs_timeouts` changes nothing on simple: nothing ends here", "wait")]
    assert found("lvs_timeouts tcp 5") == [], "the kernel decides"
