"""What the VRRP process does for itself between adverts: its heartbeat, its memory, messages encoded ahead of time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import islice
from typing import Final

import trio

from standfast import clock
from standfast.config.model import Announcing, Config, VirtualAddress
from standfast.net.encode import AddressEncoder
from standfast.net.routing import RoutingObject
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.page import SharedPage
from standfast.supervise.setup import HEARTBEAT
from standfast.values import MILLISECOND, SECOND
from standfast.vrrp import realtime
from standfast.vrrp.announcements import Announcements
from standfast.vrrp.cast import held
from standfast.vrrp.effects import PIECE
from standfast.vrrp.holdings import Holdings
from standfast.vrrp.speaker import Speaker

_ENCODE_SLICE: Final = 16
"""Addresses encoded before the loop gets its turn (70 us each)."""

_MANY: Final = 16
"""From so many addresses on their system calls are made ahead of time as well."""

_COLLECT_EVERY: Final = 10 * SECOND
_COLLECT_AGAIN: Final = 20 * MILLISECOND
_QUIET: Final = 5 * MILLISECOND
"""Time until the next deadline in which garbage may be collected."""


class Housekeeping:
    """Hangs on the speaker's one alarm."""

    def __init__(
        self,
        speaker: Speaker,
        page: SharedPage,
        encode: AddressEncoder,
        holdings: Holdings,
        announcements: Announcements,
    ) -> None:
        self._speaker = speaker
        self._page = page
        self._encode = encode
        self._holdings = holdings
        self._announcements = announcements

    def beat(self, now: int) -> None:
        """Show the parent that the loop turns, now and from now on."""
        self._page.beat(now)
        self._speaker.at(now + HEARTBEAT, self.beat)

    async def settle_down(self, config: Config, log: LogPipe) -> None:
        """After the hot path has run once: no more page faults, no more automatic collections."""
        await self.encode_ahead(config)
        refusal = realtime.lock_memory()
        if refusal:
            asked_for = config.global_defs.scheduling.no_swap
            log.log("warning" if asked_for else "info", "process.memory", refusal)
        realtime.freeze_garbage()
        self._collect(clock.now())
        self._speaker.rearm()

    async def encode_ahead(self, config: Config) -> None:
        """So that a takeover finds every message and every frame ready."""
        addresses = iter(list(held(config)))
        while some := list(islice(addresses, _ENCODE_SLICE)):
            for address in some:
                self._encode(address)
            await trio.lowlevel.checkpoint()
        for piece, how in pieces_of(config):
            self._make_ready(piece, how)
            await trio.lowlevel.checkpoint()
        for place, each in enumerate(routing_of(config)):
            self._holdings.routing.prepare(each)
            if place % _ENCODE_SLICE == 0:
                await trio.lowlevel.checkpoint()

    def forget_all_but(self, config: Config) -> None:
        """Drop messages for what a configuration does not name any more."""
        wanted = set(held(config))
        pieces = {piece for piece, _ in pieces_of(config)}
        self._encode.forget_all_but(wanted)
        self._holdings.addresses.forget_all_but(pieces)
        self._announcements.forget_all_but({address.address for address in wanted}, pieces)
        self._holdings.routing.forget_all_but(set(routing_of(config)))

    def _make_ready(self, piece: tuple[VirtualAddress, ...], how: Announcing) -> None:
        if len(piece) < _MANY:
            for each in piece:
                self._announcements.prepare(each.dev, each.address, how, clock.now())
        else:
            self._holdings.addresses.prepare(piece)
            self._announcements.prepare_all(piece, how, clock.now())

    def _collect(self, now: int) -> None:
        """Collect garbage when nothing is due for a while; what lived at the start is frozen, so this is short."""
        if self._speaker.quiet_for(clock.now()) < _QUIET:
            self._speaker.at(now + _COLLECT_AGAIN, self._collect)
            return
        gc.collect()
        self._speaker.at(now + _COLLECT_EVERY, self._collect)


def pieces_of(config: Config) -> Iterator[tuple[tuple[VirtualAddress, ...], Announcing]]:
    """Every instance's addresses in the pieces in which they are put on and announced (0.3 ms to make ready)."""
    for made in config.instances:
        addresses = made.vips + made.evips
        for start in range(0, len(addresses), PIECE):
            yield addresses[start : start + PIECE], made.announcing


def routing_of(config: Config) -> Iterator[RoutingObject]:
    """Every route and rule that this daemon may install."""
    for made in config.instances:
        yield from made.routes + made.rules
    yield from config.static_routes
    yield from config.static_rules
