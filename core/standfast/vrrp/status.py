"""What the VRRP process says of itself: one record for each instance, built in slices."""

from __future__ import annotations

import datetime
import os
from collections.abc import AsyncGenerator, Callable
from typing import Any

import msgspec
import trio

from standfast.clock import iso
from standfast.config.model import VirtualAddress
from standfast.control.protocol import EventPage, InstanceNow, Request, encode
from standfast.net.routing import words as routing_words
from standfast.scripts.running import RunningScript
from standfast.vrrp.holdings import Holdings
from standfast.vrrp.instance import Instance
from standfast.vrrp.machine import HeldBack, Rival
from standfast.vrrp.orders import Order
from standfast.vrrp.refusals import Refusals
from standfast.vrrp.remedies import remedy
from standfast.vrrp.ring import EventRing
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.standing import TrackerStatus, of_groups, of_instance, things

PAGE = 64
"""Events in one line: their encoding takes less than a millisecond."""

SLICE = 16
"""Instances described before the loop gets its turn: about a millisecond."""


class FaultStatus(msgspec.Struct, kw_only=True):
    """One reason for FAULT."""

    key: str
    words: str
    since: str
    clears: str
    """What would clear it; empty where nothing general can be said."""
    pending: bool = False
    """Nothing is known to be wrong: a first result is waited for."""


class OrderStatus(msgspec.Struct, kw_only=True):
    """What people ordered an instance to do."""

    kind: str
    """``yield``: it takes no part (maintenance); ``hold``: it preempts nobody."""
    since: str
    until: str | None
    """None: until ``standfast resume``."""


class EvidenceStatus(msgspec.Struct, kw_only=True):
    """A check that is asked before an instance takes over from a master that fell silent."""

    name: str
    good: bool
    """What it has to be."""
    within_ms: float
    silence_holds: bool
    """Without an answer the instance does not take over."""


class HeldBackStatus(msgspec.Struct, kw_only=True):
    """An objection to taking over."""

    words: str
    since: str


class RefusedStatus(msgspec.Struct, kw_only=True):
    """The last advert that was refused since start or reload."""

    source: str
    words: str
    at: str
    count: int
    """How many there were in all."""


class RivalStatus(msgspec.Struct, kw_only=True):
    """Another router that speaks as master although we do."""

    address: str
    priority: int
    since: str
    heard: str
    """Its last advert."""


class InstanceStatus(msgspec.Struct, kw_only=True):
    """One virtual router as ``status --json`` shows it. Times of day are ISO 8601 in UTC, durations milliseconds."""

    name: str
    state: str
    since: str
    cause: str
    vrid: int
    family: int
    version: int
    interface: str
    device: str
    """The interface that was made for it (``use_vmac``, ``use_ipvlan``); empty: none."""
    source: str | None
    authentication: str
    """``pass``, ``ah``, ``hmac`` (`auth_hmac`); empty: none."""
    master: str | None
    """Address of the router that speaks as master; ours while we are MASTER."""
    master_priority: int | None
    dual_master: RivalStatus | None
    """Who else is master now, as far as we hear it."""
    priority_base: int
    priority: int
    """Effective."""
    interval_ms: float
    master_interval_ms: float
    """Learned from the master; our own while nobody is."""
    group: str
    """Its sync group; empty: none."""
    trackers: list[TrackerStatus]
    """Its own and its group's."""
    order: OrderStatus | None
    vote: str | None
    """What it would be by itself, MASTER or BACKUP; None: not known yet. A sync group goes by all votes."""
    faults: list[FaultStatus]
    evidence: list[EvidenceStatus]
    """Checks that are asked before it takes over."""
    held_back: HeldBackStatus | None
    """Why it does not take over although no master is heard."""
    refused: RefusedStatus | None
    """None: every advert that came was acceptable."""
    announce_delay_ms: float
    """From becoming MASTER to the second burst of announcements (``garp_master_delay``)."""
    addresses_wanted: list[str]
    """What this router has to hold as MASTER."""
    addresses_excluded: list[str]
    """Which of them are not in the advert."""
    addresses_present: list[str]
    """Which of them are on their interfaces, whoever put them there."""
    routing_wanted: list[str]
    """Routes and rules that go with them, in words."""
    routing_present: list[str]
    """Which of them we have installed."""
    counters: dict[str, int]
    lateness_max_ms: float
    lateness_p99_ms: float
    """Within a factor of two."""


class Describer:
    """Makes the answers of the status sockets."""

    def __init__(self, speaker: Speaker, holdings: Holdings, ring: EventRing) -> None:
        self.generation = 0
        self.started_at = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        self.notify: Callable[[], dict[str, int]] = dict
        """Figures of notify scripts and pipes."""
        self.notify_scripts: Callable[[], list[RunningScript]] = list
        self.running: Callable[[str], bool] = lambda _name: False
        """Does a tracked script run at the moment?"""
        self._speaker = speaker
        self._holdings = holdings
        self._ring = ring

    async def status(self) -> bytes:
        """The whole document as one JSON line, with a breath after every few instances."""
        parts: list[bytes] = []
        json = msgspec.json.encode
        instances = self._speaker.everybody()
        for number, instance in enumerate(instances, 1):
            parts.append(json(self.describe(instance)))
            if number % SLICE == 0:
                await trio.lowlevel.checkpoint()
        head: dict[str, Any] = {
            "process": "vrrp",
            "pid": os.getpid(),
            "generation": self.generation,
            "started_at": self.started_at,
            "turned_at": self._speaker.turned_at,
            "last_event": self._ring.last,
            "groups": of_groups(self._speaker.groups),
            "notify": self.notify(),
            "notify_scripts": self.notify_scripts(),
            "trackers": things(self._speaker.trackers, self.running),
        }
        return json(head)[:-1] + b',"instances":[' + b",".join(parts) + b"]}\n"

    async def watch(self) -> AsyncGenerator[bytes, None]:
        """The document now, after every event, and once a second so that the reader knows it is fresh."""
        while True:
            number = self._ring.last
            yield await self.status()
            with trio.move_on_after(1):
                await self._ring.news(number)

    async def events(self, request: Request) -> AsyncGenerator[bytes, None]:
        """Pages of events after a number, as JSON lines; with ``follow`` for ever."""
        since = request.since if request.of in (0, os.getpid()) else 0
        states = request.states or request.of not in (0, os.getpid())
        while True:
            first, events = self._ring.since(since)
            page = events[:PAGE]
            last = first + len(page) - 1
            missed = first > since + 1
            yield encode(
                EventPage(
                    pid=os.getpid(),
                    first=first,
                    last=last,
                    newest=self._ring.last,
                    events=tuple(page),  # type: ignore[arg-type] # every kind of event that there is
                    instances=self._now() if states or missed else None,
                )
            )
            since, states = last, False
            if since == self._ring.last:
                if not request.follow:
                    return
                await self._ring.news(since)
            else:
                await trio.lowlevel.checkpoint()

    def _now(self) -> tuple[InstanceNow, ...]:
        return tuple(
            InstanceNow(
                name=instance.config.name,
                state=instance.router.state.name,  # type: ignore[arg-type] # the same names
                priority=instance.router.priority,
            )
            for instance in self._speaker.everybody()
        )

    def describe(self, instance: Instance) -> InstanceStatus:
        """One instance."""
        router, config = instance.router, instance.config
        master = router.master
        ours = router.state.name == "MASTER"
        return InstanceStatus(
            name=config.name,
            state=router.state.name,
            since=iso(router.since),
            cause=router.cause,
            vrid=config.vrid,
            family=config.family,
            version=config.version,
            interface=config.interface,
            device=config.device,
            source=None if router.source is None else str(router.source),
            authentication="hmac" if config.hmac is not None else "" if config.auth is None else config.auth.kind,
            master=str(router.source) if ours else None if master is None else str(master.address),
            master_priority=router.priority if ours else None if master is None else master.priority,
            dual_master=_rival(router.rival),
            priority_base=config.priority,
            priority=router.priority,
            interval_ms=config.advert_interval / 1000,
            master_interval_ms=router.master_interval / 1000,
            group=group.name if (group := self._speaker.groups.of(router)) is not None else "",
            trackers=of_instance(self._speaker.trackers, config.name),
            order=None if router.order is None else _order(router.order),
            faults=[
                FaultStatus(
                    key=key,
                    words=fault.words,
                    since=iso(fault.since),
                    clears=remedy(key),
                    pending=fault.pending,
                )
                for key, fault in router.faults.items()
            ],
            vote=None if router.vote is None else router.vote.name,
            evidence=[
                EvidenceStatus(
                    name=each.name,
                    good=not each.reverse,
                    within_ms=each.within / 1000,
                    silence_holds=each.silence_holds,
                )
                for each in config.evidence
            ],
            held_back=None if (held := router.held_back) is None else _held_back(held),
            refused=_refused(router.refused),
            announce_delay_ms=config.announcing.delay / 1000,
            addresses_excluded=[_text(address) for address in config.evips],
            addresses_wanted=[_text(address) for address in router.addresses],
            addresses_present=[_text(address) for address in router.addresses if self._holdings.present(address)],
            routing_wanted=[routing_words(each) for each in router.routing],
            routing_present=[routing_words(each) for each in router.routing if self._holdings.present(each)],
            counters=_counters(instance),
            lateness_max_ms=instance.lateness.worst / 1000,
            lateness_p99_ms=instance.lateness.percentile(99) / 1000,
        )


def _rival(rival: Rival | None) -> RivalStatus | None:
    if rival is None:
        return None
    since, heard = iso(rival.since), iso(rival.heard)
    return RivalStatus(address=str(rival.address), priority=rival.priority, since=since, heard=heard)


def _order(order: Order) -> OrderStatus:
    until = None if order.until is None else iso(order.until)
    return OrderStatus(kind=order.kind, since=iso(order.since), until=until)


def _held_back(held: HeldBack) -> HeldBackStatus:
    return HeldBackStatus(words=held.words, since=iso(held.since))


def _refused(refused: Refusals) -> RefusedStatus | None:
    if not refused.count:
        return None
    return RefusedStatus(source=str(refused.source), words=refused.words, at=iso(refused.at), count=refused.count)


def _counters(instance: Instance) -> dict[str, int]:
    counters: dict[str, int] = msgspec.structs.asdict(instance.router.counters)
    counters["vip_add_failures"] = instance.add_failures
    counters["send_errors"] = instance.send_errors
    counters["announced"] = instance.announced
    return counters


def _text(address: VirtualAddress) -> str:
    return f"{address.address}/{address.prefix} dev {address.dev}"
