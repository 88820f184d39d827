"""What people ordered about servers, on disk in the run directory: it holds until they take it back.

A server that somebody drained is not to come back because this daemon died, was upgraded or was started again. What
is ordered is written down before it is done. It ends with `enable`, or when a reload takes the server out of the
configuration; a server that only its name's addresses left (`dns_name`) finds it again when it returns.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import structs

from standfast import clock
from standfast.config.lvs_model import Balancing
from standfast.health.memory import save
from standfast.health.probe import Say
from standfast.health.server import MAX_WEIGHT, Moment, Order, Origin, Server
from standfast.health.service import Service
from standfast.values import SECOND

FILE: Final = "server-orders.json"


class Held(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is ordered about one server. Times are microseconds: in a process on its clock, on disk since 1970."""

    order: Order = ""
    ends: Moment | None = None
    order_from: Origin | None = None
    weight: Annotated[int, msgspec.Meta(ge=0, le=MAX_WEIGHT)] | None = None
    weight_from: Origin | None = None
    dns_name: str = ""
    """The name that it is a server of."""

    def moved(self, by: int) -> Held:
        """On another clock."""
        return structs.replace(
            self,
            ends=None if self.ends is None else self.ends + by,
            order_from=self.order_from and structs.replace(self.order_from, at=self.order_from.at + by),
            weight_from=self.weight_from and structs.replace(self.weight_from, at=self.weight_from.at + by),
        )


_Orders = dict[str, dict[str, Held]]
"""Service -> server's label -> what is ordered."""

_decoder = msgspec.json.Decoder(_Orders)


class StandingOrders:
    """All of them, those of servers that are not there at the moment too."""

    def __init__(self, run_dir: Path, say: Say) -> None:
        self._path = run_dir / FILE
        self._say = say
        self._held: _Orders = {}
        self._written: _Orders = {}
        self.problem = ""
        """Why what holds is not on disk; empty: it is."""

    def load(self) -> None:
        """What an earlier process wrote; nothing if there is nothing that can be read."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            self._unreadable(error.strerror or str(error))
            return
        try:
            found = _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._unreadable(str(error))
            return
        self._held = _moved(found, -_since_1970())
        self._written = self._held

    def _unreadable(self, words: str) -> None:
        """Somebody may count on what stood there: say it, and do not go on as if nothing had been."""
        words = f"{self._path} cannot be read ({words}): servers that were drained or disabled count again"
        self._say("error", "lvs.orders", words)

    def remind(self, service: Service) -> None:
        """Put what holds on the servers of a service that has just been made. Nothing is told of it."""
        for label, held in self._held.get(service.name, {}).items():
            for server in service.servers:
                if server.label == label:
                    server.order, server.order_ends, server.order_from = held.order, held.ends, held.order_from
                    server.weight_ordered, server.weight_from = held.weight, held.weight_from
                    server.was_alive = server.alive

    def tell(self, services: Mapping[str, Service]) -> None:
        """At a start: what still holds, so that nobody wonders."""
        for service in services.values():
            for server in service.servers:
                for words in said(server):
                    self._say("warning", "lvs.orders", f"{server.label} of {service.name} still is {words}")
        for name, label in self._absent(services):
            words = f"{label} of {name} is not there; what was ordered about it ({self._words(name, label)}) is kept"
            self._say("info", "lvs.orders", words)

    def note(self, services: Mapping[str, Service], written: Balancing | None = None) -> str:
        """Take over how servers stand now, and write it down; the words of what hinders that, empty if nothing does.

        ``written``: the configuration as it was reloaded; what it has no server for any more is forgotten. None: it is
        the same as before.
        """
        held: _Orders = {}
        for name, label in self._absent(services):
            one = self._held[name][label]
            if written is None or one.dns_name in _names(written):
                held.setdefault(name, {})[label] = one
            else:
                words = f"{label} of {name} is not configured any more: what was ordered about it is forgotten"
                self._say("info", "lvs.orders", f"{words} ({self._words(name, label)})")
        for service in services.values():
            for server in service.servers:
                if server.order or server.weight_ordered is not None:
                    held.setdefault(service.name, {})[server.label] = _of(server)
        self._held = held
        if self._written != held:
            self._save()
        return self.problem

    def forget(self, service: Service, text: str) -> str:
        """Take back what is ordered about a server that is not there; its label, empty if there is nothing."""
        for name, label in self._absent({service.name: service}):
            if name == service.name and text in (label, label.replace("[", "").replace("]", "")):
                others = {key: held for key, held in self._held[name].items() if key != label}
                self._held = {key: each for key, each in (self._held | {name: others}).items() if each}
                self._save()
                return label
        return ""

    def _absent(self, services: Mapping[str, Service]) -> list[tuple[str, str]]:
        there = {(service.name, server.label) for service in services.values() for server in service.servers}
        return [(name, label) for name, each in self._held.items() for label in each if (name, label) not in there]

    def _words(self, name: str, label: str) -> str:
        held = self._held[name][label]
        return " and ".join([held.order] * bool(held.order) + [f"weight {held.weight}"] * (held.weight is not None))

    def _save(self) -> None:
        try:
            if self._held:
                save(self._path, msgspec.json.encode(_moved(self._held, _since_1970())))
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            self.problem = f"cannot write {self._path}: {error.strerror}; a restart forgets the order"
            self._say("warning", "lvs.orders", self.problem)
            return
        self.problem, self._written = "", self._held


def said(server: Server) -> Iterator[str]:
    """What holds about a server, and whose order it is: ``drained since 2026-11-27 12:00 UTC by anna: kernel``."""
    if server.order:
        yield f"{server.order}{_origin(server.order_from)}"
    if server.weight_ordered is not None:
        yield f"weighed {server.weight_ordered}{_origin(server.weight_from)}"


def _origin(origin: Origin | None) -> str:
    if origin is None:
        return ""
    moment = f" since {clock.iso(origin.at)[:16].replace('T', ' ')} UTC"
    return moment + (f" by {origin.by}" if origin.by else "") + (f": {origin.why}" if origin.why else "")


def _of(server: Server) -> Held:
    return Held(
        order=server.order,
        ends=server.order_ends,
        order_from=server.order_from,
        weight=server.weight_ordered,
        weight_from=server.weight_from,
        dns_name=server.config.dns_name,
    )


def _names(balancing: Balancing) -> set[str]:
    return {
        server.dns_name for service in balancing.virtual_servers for server in service.real_servers if server.dns_name
    }


def _moved(orders: _Orders, by: int) -> _Orders:
    return {name: {label: held.moved(by) for label, held in each.items()} for name, each in orders.items()}


def _since_1970() -> int:
    """From our clock to the wall's."""
    return round(time.time() * SECOND) - clock.now()
