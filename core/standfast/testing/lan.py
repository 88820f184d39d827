"""Several virtual routers on a pretended LAN: delay, loss, cut links and frozen machines in virtual time.

Everything pure takes part, bytes included: adverts are encoded, travel as datagrams, and pass the receive
pipeline of each host.  Time is a number, so an hour takes moments and a seed repeats every detail.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from functools import partial

from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.events import Event, Transition
from standfast.values import Address
from standfast.vrrp import packet
from standfast.vrrp.actions import Action, AddAddresses, Announce, RemoveAddresses, SendAdvert, Tell
from standfast.vrrp.group import Group
from standfast.vrrp.packet import Envelope
from standfast.vrrp.receive import Entrance, Receiver, keep_last
from standfast.vrrp.router import Router
from standfast.vrrp.rules import State


class Host:
    """A machine with one virtual router and one receive socket; several of them can be one machine's sync group."""

    def __init__(self, lan: Lan, config: VrrpInstance, source: Address) -> None:
        self.router = Router(config)
        self.router.set_source(source, lan.now)
        self.events: list[Event] = []
        """Everything this host told of."""
        self.entrance = Entrance(self.events.append)
        self.entrance.assign([Receiver(self.router, self.events.append)])
        self.installed: set[VirtualAddress] = set()
        self.announced: list[tuple[int, tuple[VirtualAddress, ...]]] = []
        self.sent: list[tuple[int, int]] = []
        """When which priority was advertised."""
        self.connected = True
        self.running = True
        self.group: Group | None = None
        self.siblings: dict[Router, Host] = {}
        """The members of its sync group, itself among them."""
        self._lan = lan
        self._inbox: list[Envelope] = []
        self._identification = 0

    @property
    def transitions(self) -> list[Transition]:
        """Its changes of state."""
        return [event for event in self.events if isinstance(event, Transition)]

    @property
    def master(self) -> bool:
        """Does it act as MASTER?"""
        return self.router.state is State.MASTER

    def act(self, call: Callable[[Router, int], tuple[Action, ...]]) -> None:
        """Make a call of the router and perform what it asks for."""
        self._perform_all(call(self.router, self._lan.now))

    def arrive(self, envelope: Envelope) -> None:
        """A datagram reaches the socket; a frozen machine's queue grows."""
        self._inbox.append(envelope)
        self.turn()

    def freeze(self) -> None:
        """The process stops running: nothing is read, no timer served."""
        self.running = False

    def thaw(self) -> None:
        """It runs again."""
        self.running = True
        self.turn()

    def turn(self) -> None:
        """One turn of the loop: read the socket empty, then serve timers."""
        if not self.running:
            return
        inbox, self._inbox = self._inbox, []
        heard = [hit for envelope in inbox if (hit := self.entrance.admit(envelope)) is not None]
        for router, advert in keep_last(heard):
            self._perform_all(router.hear(advert, self._lan.now))
        deadline = self.router.deadline
        if deadline is not None and deadline <= self._lan.now:
            self.act(Router.tick)

    def _perform_all(self, actions: tuple[Action, ...]) -> None:
        for action in actions:
            self._perform(action)
        if self.group is not None and self.router.news:
            for router, more in self.group.settle(self._lan.now, self.router):
                self.siblings[router]._perform_all(more)

    def _perform(self, action: Action) -> None:
        match action:
            case SendAdvert():
                self.sent.append((self._lan.now, action.priority))
                self._send(action)
            case AddAddresses():
                self.installed.update(action.addresses)
            case RemoveAddresses():
                self.installed.difference_update(action.addresses)
            case Announce():
                self.announced.append((self._lan.now, action.addresses))
            case Tell():
                self.events.append(action.event)
                self._lan.events.append(action.event)
            case _:
                pass

    def _send(self, action: SendAdvert) -> None:
        self._identification = packet.next_identification(self._identification)
        for advert in self.router.outgoing(action):
            if advert.source.family == 4:
                self._lan.carry(self, packet.encode_ipv4(advert, self._identification), advert.source, None)
            else:
                self._lan.carry(self, packet.encode(advert), advert.source, advert.destination)


class Lan:
    """The wire. ``loss`` is a probability, ``delay`` a range in microseconds; both may change at any time."""

    def __init__(self, rng: random.Random, *, delay: tuple[int, int] = (50, 500), loss: float = 0.0) -> None:
        self.now = 0
        self.hosts: list[Host] = []
        self.delay = delay
        self.loss = loss
        self.carried: list[bytes] = []
        self.events: list[Event] = []
        """What routers and groups told of, in order."""
        self._rng = rng
        self._order = itertools.count()
        self._due: list[tuple[int, int, Callable[[], None]]] = []

    @property
    def masters(self) -> list[Host]:
        """Everybody who acts as MASTER now; a process that does not run does not act."""
        return [host for host in self.hosts if host.master and host.running]

    def add(self, config: VrrpInstance, source: Address) -> Host:
        """Connect a machine; start it with ``host.act(Router.start)``."""
        host = Host(self, config, source)
        self.hosts.append(host)
        return host

    def join(self, name: str, *hosts: Host) -> Group:
        """Make these the members of one machine's sync group (before they start)."""
        group = Group(name, [host.router for host in hosts])
        for host in hosts:
            host.group = group
            host.siblings = {other.router: other for other in hosts}
        return group

    def carry(self, sender: Host, data: bytes, source: Address, destination: Address | None) -> None:
        """Bring a datagram to everybody else, perhaps. ``destination`` where no IPv4 header says it."""
        self.carried.append(data)
        for host in self.hosts:
            reachable = sender.connected and host.connected and host is not sender
            if reachable and self._rng.random() >= self.loss:
                arrival = self.now + self._rng.randint(*self.delay)
                self.at(arrival, partial(_deliver, host, data, source, destination, arrival))

    def at(self, moment: int, call: Callable[[], None]) -> None:
        """Let something happen then."""
        heapq.heappush(self._due, (moment, next(self._order), call))

    def run(self, until: int, watch: Callable[[], None] | None = None) -> None:
        """Let time pass; ``watch`` is called after everything that happens."""
        while (moment := self._next()) is not None and moment <= until:
            self.now = max(moment, self.now)
            if self._due and self._due[0][0] <= self.now:
                heapq.heappop(self._due)[2]()
            else:
                for host in self.hosts:
                    host.turn()
            if watch is not None:
                watch()
        self.now = until

    def _next(self) -> int | None:
        timers = [host.router.deadline for host in self.hosts if host.running]
        due = [deadline for deadline in timers if deadline is not None]
        return min(due + [entry[0] for entry in self._due[:1]], default=None)


def _deliver(host: Host, data: bytes, source: Address, destination: Address | None, arrival: int) -> None:
    if destination is None:
        envelope = packet.open_ipv4(data, arrival)
    else:
        envelope = packet.open_ipv6(data, source.packed, destination.packed, 255, arrival)
    if envelope is not None:
        host.arrive(envelope)
