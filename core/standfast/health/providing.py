"""The part of the health process that claims addresses outside while instances are MASTER."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec
import trio

from standfast import clock
from standfast.config.health_model import HealthConfig, NoticeTarget
from standfast.containment import Guard
from standfast.contract.notifying import NotDelivered
from standfast.contract.providing import AddressProvider, Cadence, Claim
from standfast.events import LowerPriorityMaster
from standfast.health.feed import Item, Numbered
from standfast.health.hub import Hub
from standfast.health.part import Part
from standfast.health.provision import Provision
from standfast.plugins import find_plugins
from standfast.values import SECOND, seconds

CLOSING_S: Final = 0.5

_LONGEST_WORDS: Final = 500
_LOOK_S: Final = 0.2


@dataclass(slots=True, eq=False)
class Seat:
    """One provider at work."""

    key: str
    options: bytes
    provider: AddressProvider[Any]
    provision: Provision
    claim: Claim
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    """Of its task."""
    request: trio.CancelScope = field(default_factory=trio.CancelScope)
    """Of what is under way."""
    news: trio.Event = field(default_factory=trio.Event)


class Providing(Part):
    """All providers, each in a task of its own. Nothing that happens here reaches VRRP."""

    name = "providers"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.kinds: dict[str, type[AddressProvider[Any]]] = find_plugins(
            guard=Guard(without=hub.config.without)
        ).address_providers
        self.seats: dict[str, Seat] = {}
        self._prepared: dict[str, AddressProvider[Any]] = {}
        self._nursery: trio.Nursery | None = None
        for words in self._prepare(hub.config):
            hub.say("error", "provide.unusable", f"{words}; nothing is claimed there")
        self._take_up(hub.config)
        hub.on_vrrp(self._hear)

    async def run(self) -> None:
        """For ever."""
        async with trio.open_nursery() as self._nursery:
            for seat in self.seats.values():
                self._nursery.start_soon(self._work, seat, name=f"provider {seat.key}")
            await trio.sleep_forever()

    async def prepare(self, config: HealthConfig) -> str:
        """Can all providers be made of this?"""
        return "; ".join(self._prepare(config))

    async def commit(self, config: HealthConfig) -> tuple[str, ...]:
        """Follow these from now on; one that is as before is not disturbed."""
        before = {key: seat.options for key, seat in self.seats.items()}
        self._take_up(config)
        now = {key: seat.options for key, seat in self.seats.items()}
        return tuple(f"{key} has changed" for key in {*before, *now} if before.get(key) != now.get(key))

    async def stop(self, *, leave: bool) -> None:
        """Claim nothing any more; who is MASTER next claims for itself."""
        for seat in self.seats.values():
            seat.scope.cancel()

    def describe(self) -> Any:
        """For ``status``."""
        return [self._described(seat) for seat in self.seats.values()] or None

    # Providers

    def _prepare(self, config: HealthConfig) -> list[str]:
        self._prepared = {}
        problems = []
        for wanted in config.providers:
            key = f"{wanted.kind} {wanted.name}"
            known = self.seats.get(key)
            if known is not None and known.options == wanted.options:
                continue
            try:
                self._prepared[key] = self._made(wanted)
            except (Exception, SystemExit) as error:
                words = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
                problems.append(f"{key}: {words}")
        return problems

    def _made(self, wanted: NoticeTarget) -> AddressProvider[Any]:
        kind = self.kinds.get(wanted.kind)
        if kind is None:
            raise ValueError(f"no plugin brings `{wanted.kind}` any more")
        made = kind(msgspec.msgpack.decode(wanted.options, type=kind.declaration.record))
        if not isinstance(made.cadence, Cadence):
            raise TypeError(f"its cadence is no Cadence, but {made.cadence!r:.60}")
        return made

    def _take_up(self, config: HealthConfig) -> None:
        wanted = {f"{each.kind} {each.name}": each for each in config.providers}
        for key in [*self.seats]:
            if key not in wanted or key in self._prepared:
                self.seats.pop(key).scope.cancel()
        for key, each in wanted.items():
            provider = self._prepared.pop(key, None)
            if provider is not None:
                provision = Provision(provider.cadence, random.SystemRandom().random)
                self.seats[key] = Seat(key, each.options, provider, provision, Claim(instance="", host=""))
                if self._nursery is not None:
                    self._nursery.start_soon(self._work, self.seats[key], name=f"provider {key}")
            if key in self.seats:
                seat = self.seats[key]
                name = seat.provider.instance
                seat.claim = Claim(instance=name, host=config.router_id, addresses=config.addresses.get(name, ()))
        self._follow()

    # What VRRP says

    def _hear(self, item: Item) -> None:
        self._follow()
        if isinstance(item, Numbered) and isinstance(item.event, LowerPriorityMaster):
            for seat in self.seats.values():
                if seat.provider.instance == item.event.instance:
                    seat.provision.urge(clock.now())
                    seat.news.set()

    def _follow(self) -> None:
        masters = self.hub.masters()
        for seat in self.seats.values():
            if seat.provision.follow(master=seat.provider.instance in masters, now=clock.now()):
                seat.request.cancel()  # or it would take the address from the new master
            seat.news.set()

    # One provider

    async def _work(self, seat: Seat) -> None:
        with seat.scope:
            try:
                while True:
                    await self._wait(seat)
                    due = seat.provision.due
                    if due is None or due > clock.now():
                        continue
                    if self.hub.hears_vrrp():
                        await self._step(seat)
                    else:  # whether it is MASTER is not known now
                        await trio.sleep(_LOOK_S)
            finally:
                with trio.CancelScope(shield=True, deadline=trio.current_time() + CLOSING_S):
                    try:
                        await seat.provider.close()
                    except Exception as error:
                        self._warn(f"{seat.key}: close() raises {type(error).__name__}: {error}")

    @staticmethod
    async def _wait(seat: Seat) -> None:
        seat.news = trio.Event()
        due = seat.provision.due
        with trio.move_on_after(float("inf") if due is None else max(due - clock.now(), 0) / SECOND):
            await seat.news.wait()
        await trio.lowlevel.checkpoint()

    async def _step(self, seat: Seat) -> None:
        provision, before = seat.provision, (seat.provision.state, seat.provision.last_error)
        seat.request = trio.CancelScope(deadline=trio.current_time() + seat.provider.cadence.timeout / SECOND)
        finish = partial(provision.failed, f"no answer within {seconds(seat.provider.cadence.timeout)}")
        with seat.request:
            finish = await self._asked(seat)
        if not provision.master:
            return
        finish(clock.now())
        if (provision.state, provision.last_error) != before:
            self._tell(seat)

    @staticmethod
    async def _asked(seat: Seat) -> partial[None]:
        """Make the request; what is to be noted of it."""
        provision = seat.provision
        try:
            if provision.step == "claim":
                await seat.provider.claim(seat.claim)
                return partial(provision.claimed)
            return partial(provision.verified, await seat.provider.verify(seat.claim))
        except NotDelivered as error:
            wish = None if error.retry_after_s is None else round(max(error.retry_after_s, 0) * SECOND)
            return partial(provision.failed, _short(str(error) or "no success"), retry_after=wish)
        except (Exception, SystemExit) as error:
            words = (error.strerror if isinstance(error, OSError) else "") or f"{type(error).__name__}: {error}"
            return partial(provision.failed, _short(words))

    def _tell(self, seat: Seat) -> None:
        provision = seat.provision
        words = {
            "held": "has it",
            "contested": "it is not here although it was claimed; another machine may claim it too",
            "claiming": "was claimed",
        }
        if provision.last_error:
            self._warn(f"{seat.key} for {seat.claim.instance}: {provision.last_error}")
        elif provision.state in words:
            level = self._warn if provision.state == "contested" else self._note
            level(f"{seat.key} for {seat.claim.instance}: {words[provision.state]}")

    def _warn(self, words: str) -> None:
        self.hub.say("warning", "provide.address", words)

    def _note(self, words: str) -> None:
        self.hub.say("info", "provide.address", words)

    @staticmethod
    def _described(seat: Seat) -> dict[str, Any]:
        provision = seat.provision
        return {
            "name": seat.key,
            "instance": seat.claim.instance,
            "addresses": list(seat.claim.addresses),
            "state": provision.state,
            "claims": provision.claims,
            "failures": provision.failures,
            "last_error": provision.last_error,
            "verified_at": None if provision.verified_at is None else clock.iso(provision.verified_at),
        }


def _short(words: str) -> str:
    return " ".join(words.split())[:_LONGEST_WORDS]
