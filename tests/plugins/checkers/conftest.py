"""One real server with one check, loaded."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from standfast.config.load import Loaded, load_text
from standfast.config.script_model import ScriptCall
from standfast.contract.checking import ScriptEnd
from standfast.plugins import installed_plugins

DEFINED = "track_file load {\nfile /run/load\n}\nbfd_instance peer1 {\nneighbor_ip 192.0.2.3\n}\n"
SERVICE = "virtual_server 192.0.2.1 80 {{\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\ndelay_loop 9\n{}\n}}\n"


class Check:
    """Loads one check; ``service`` and ``server`` are lines for the blocks around it."""

    def load(self, kind: str, inside: str, service: str = "", server: str = "", top: str = "") -> Loaded:
        real = f"real_server 10.0.0.1 80 {{\n{server}\n{kind} {{\n{inside}\n}}\n}}"
        return load_text(top + DEFINED + SERVICE.format(f"{service}\n{real}"))

    def codes(self, kind: str, inside: str) -> list[str]:
        found = self.load(kind, inside).diagnostics
        return [d.code for d in found if d.code not in ("SF5001", "SF4107", "SF6004")]

    def options(self, kind: str, inside: str, **around: str) -> Any:
        (checker,) = self.load(kind, inside, **around).balancing.virtual_servers[0].real_servers[0].checkers
        assert checker.kind == kind
        record = installed_plugins().checker_types[kind].record
        return msgspec.msgpack.decode(checker.options, type=record) if record else checker.options or None


@pytest.fixture
def check() -> Check:
    return Check()


class Around:
    """What core lends to a checker, pretended."""

    def __init__(self) -> None:
        self.contexts: dict[tuple[object, ...], ssl.SSLContext] = {}
        self.ends: list[ScriptEnd] = []
        self.ran: list[tuple[ScriptCall, int]] = []
        self.values: dict[tuple[str, str], int | None] = {}
        self.listeners: list[Callable[[int | None], None]] = []
        self.said: list[str] = []

    async def run_script(self, call: ScriptCall, limit: int) -> ScriptEnd:
        self.ran.append((call, limit))
        return self.ends.pop(0)

    def tls_context(self, key: tuple[object, ...], make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        if key not in self.contexts:
            self.contexts[key] = make()
        return self.contexts[key]

    def watch_value(self, kind: str, name: str, report: Callable[[int | None], None]) -> object:
        self.listeners.append(report)
        report(self.values.get((kind, name)))
        return object()

    def say(self, level: str, words: str) -> None:
        self.said.append(f"{level}: {words}")


@pytest.fixture
def around() -> Around:
    return Around()
