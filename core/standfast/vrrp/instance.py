"""One virtual router as the speaker handles it: the pure router, its receive pipeline, its voice, its figures."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from standfast import clock
from standfast.config.model import VrrpInstance
from standfast.events import Event, Remark
from standfast.supervise.page import SharedPage, Slot
from standfast.values import Address
from standfast.vrrp import ah, auth, packet, trailer
from standfast.vrrp.actions import SendAdvert
from standfast.vrrp.checksum import Form
from standfast.vrrp.lateness import Lateness
from standfast.vrrp.packet import Advert
from standfast.vrrp.receive import Receiver
from standfast.vrrp.remarks import Quota
from standfast.vrrp.router import Router
from standfast.vrrp.sockets import Mouth, ipv6_ancillary, ipv6_destination

_Key: TypeAlias = tuple[int, Address | None, Form, VrrpInstance, Mouth]
_NO_WAY_OUT = frozenset((errno.ENETUNREACH, errno.ENETDOWN, errno.ENODEV))


class _Ready4(NamedTuple):
    datagram: bytearray
    destination: tuple[str, int]


class _Ready6(NamedTuple):
    message: bytes
    ancillary: list[tuple[int, int, bytes]]
    destination: tuple[str, int, int, int]


class Instance:
    """Identity is the object: the speaker keeps it over reloads as long as the virtual router is the same."""

    def __init__(self, config: VrrpInstance, place: int | None, tell: Callable[[Event], None]) -> None:
        self.router = Router(config)
        self.receiver = Receiver(self.router, tell)
        self.key = config.key
        """What it is matched by across reloads and restarts; never changes while it lives."""
        self.place = place
        """In the configuration, and in the page shared with the parent; None: it is in neither any more."""
        self.gone = False
        """It has left for good: nothing concerns it any more."""
        self.mouth: Mouth | None = None
        """None while it has no socket to speak by."""
        self.lateness = Lateness()
        self.add_failures = 0
        """Addresses that the kernel refused (``vip_add_failures``)."""
        self.send_errors = 0
        self.announced = 0
        """Gratuitous ARPs and unsolicited neighbour advertisements that were due; pacing may hold some back."""
        self._tell = tell
        self._quota = Quota()
        self._signer = trailer.Signer()
        self._identification = 0
        self._cached_for: _Key | None = None
        self._cached: list[_Ready4 | _Ready6] = []
        self._slot: Slot | None = None

    @property
    def config(self) -> VrrpInstance:
        """What it runs by."""
        return self.router.config

    def speak(self, action: SendAdvert, now: int) -> None:
        """Send one advert to everybody it is meant for. Errors are counted and remarked on, nothing more."""
        mouth = self.mouth
        if mouth is None:
            return
        self._identification = packet.next_identification(self._identification)
        identification = self._identification.to_bytes(2, "big")
        all_ready = self._ready(action, mouth)
        signature = self._signature(all_ready, action, now)
        for ready in all_ready:
            try:
                if isinstance(ready, _Ready4):
                    # The ID is outside of every checksum of ours; the kernel sums the header.
                    ready.datagram[4:6] = identification
                    mouth.say_ipv4(self._protected(ready.datagram, signature, action), ready.destination)
                else:
                    mouth.say_ipv6(ready.message + signature, ready.ancillary, ready.destination)
            except OSError as error:
                self._note_error(action, error, now)

    def _signature(self, all_ready: list[_Ready4 | _Ready6], action: SendAdvert, now: int) -> bytes:
        """One for all destinations; empty where none is sent."""
        how = self.config.hmac
        source = action.source or self.router.source
        if how is None or how.mode == "receive-only" or source is None or not all_ready:
            return b""
        first = all_ready[0]
        message = bytes(first.datagram[packet.IPV4_HEADER_SIZE :]) if isinstance(first, _Ready4) else first.message
        sender = trailer.Sender(self.config.version, self.config.vrid, source.packed)
        return self._signer.sign(how, message, sender, clock.wall_clock_at(now))

    def _protected(self, datagram: bytearray, signature: bytes, action: SendAdvert) -> bytes | bytearray:
        if self.config.auth is not None and self.config.auth.kind == "ah":
            password = auth.password_field(self.config.auth.password)
            return ah.wrap(bytes(datagram), action.sequence, password, unicast=self.config.unicast)
        return datagram + signature if signature else datagram

    def prepare(self) -> None:
        """Have the advert ready that a take-over begins with."""
        if self.mouth is not None:
            self._ready(SendAdvert(self.router.priority), self.mouth)

    def record(self, page: SharedPage) -> None:
        """Leave for a successor what it needs, if that has changed."""
        slot = self.router.slot()
        if slot != self._slot and self.place is not None:
            self._slot = slot
            page.write(self.place, self.key, slot)

    def move_to(self, place: int | None) -> None:
        """Its place in the configuration is this one now; the next :meth:`record` writes it there."""
        self.place = place
        self._slot = None

    def _ready(self, action: SendAdvert, mouth: Mouth) -> list[_Ready4 | _Ready6]:
        """The adverts as bytes, built anew from fields whenever one of them differs from last time."""
        router = self.router
        key = (action.priority, action.source or router.source, router.form, router.config, mouth)
        if key != self._cached_for:
            self._cached_for = key
            how = router.config.hmac
            room = 0 if how is None or how.mode == "receive-only" else trailer.SIZE
            self._cached = [_prepare(advert, mouth, room) for advert in router.outgoing(action)]
        return self._cached

    def _note_error(self, action: SendAdvert, error: OSError, now: int) -> None:
        self.send_errors += 1
        if action.priority == 0 and error.errno in _NO_WAY_OUT:
            return  # the farewell of an interface that is down has nobody to reach
        if self._quota.allows(error.errno, now):
            words = f"cannot send an advert on {self.config.interface or 'any interface'}: {error.strerror}"
            name = self.config.name
            self._tell(Remark(at=now, instance=name, level="warning", event="vrrp.send_error", words=words))


def _prepare(advert: Advert, mouth: Mouth, room: int) -> _Ready4 | _Ready6:
    if advert.source.family == 4:
        return _Ready4(bytearray(packet.encode_ipv4(advert, 0, room=room)), (str(advert.destination), 0))
    index = mouth.endpoint.index
    return _Ready6(
        packet.encode(advert),
        ipv6_ancillary(advert.source, index, advert.ttl),
        ipv6_destination(advert.destination, index),
    )
