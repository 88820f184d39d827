from __future__ import annotations

import msgspec

from standfast.config.keywords.notifying import NotifierType, TargetPlace
from standfast.config.kinds import DROPPED, Text
from standfast.config.load import load_text
from standfast.config.record import Record
from standfast.config.schema import Block, Keyword
from standfast.contract.notifying import Notifier
from standfast.plugins import Plugins
from standfast.registry import Registry

URL = Keyword("url", Text("URL"), "x", "url x")


class Options(Record, frozen=True):
    url: str
    instances: tuple[str, ...] = ()


def _options(place: TargetPlace):
    url = place.settings.get("url", "")
    if url == "bug":
        raise RuntimeError("oops")
    return Options(url=url, instances=tuple(i.name for i in place.config.instances)) if url else DROPPED


class Hook(Notifier[Options]):
    contract = 1
    declaration = NotifierType(
        Block(
            "hook", "x", "hook a {\n}", (Keyword("url", Text("URL"), "x", "url x"),), header=Text("NAME"), repeat="each"
        ),
        _options,
        Options,
    )

    async def deliver(self, notices):
        raise NotImplementedError


class Global(Hook):
    declaration = NotifierType(
        None, lambda place: Options(url=place.settings.get("router_id")) if place.settings.statement else None,
        Options, name="global",
    )  # fmt: skip


HOOKS = "hook a {\nurl x\n}\nhook b {\nurl y\n}\n"
INSTANCE = "vrrp_instance VI {\nvirtual_router_id 1\ninterface eth0\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n"


def loaded(text: str):
    registry = Registry()
    registry.notifier(Hook)
    registry.notifier(Global)
    plugins = Plugins(registry=registry)
    plugins.schema.attach(Hook.declaration.block.copy())
    return load_text(text, plugins=plugins)


def test_targets_with_their_options():
    found = loaded(HOOKS + INSTANCE)
    assert [(t.kind, t.name) for t in found.health.targets] == [("hook", "a"), ("hook", "b")]
    assert msgspec.msgpack.decode(found.health.targets[1].options, type=Options) == Options(url="y", instances=("VI",))
    assert found.health.needed


def test_a_kind_without_block_looks_at_the_global_settings():
    found = loaded("global_defs {\nrouter_id lb\n}\n")
    assert [(t.kind, t.name) for t in found.health.targets] == [("global", "global")]
    assert not loaded("").health.needed


def test_what_is_wrong_is_told_and_the_others_stay():
    found = loaded("hook a {\nurl x\n}\nhook a {\nurl y\n}\nhook b {\n}\nhook c {\nurl bug\n}\n")
    assert [t.name for t in found.health.targets] == ["a"]
    told = {d.code: d.message for d in found.diagnostics if d.code.startswith("SF69")}
    assert told["SF6901"] == "`hook a` stands in line 1 already; this one is left out"
    assert "RuntimeError: oops" in told["SF6902"]
