"""One virtual router with real routers on a pretended LAN: all is well, then something is bad, then well again."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from msgspec import structs

from standfast.config.hmac_model import Hmac
from standfast.config.model import Announcing, VrrpInstance
from standfast.simulation.situations import Condition
from standfast.testing.lan import Host, Lan
from standfast.values import Address
from standfast.vrrp import timing
from standfast.vrrp.actions import Action
from standfast.vrrp.router import Router

FAULT = "simulated"
WELL = Condition(0, "")
WIRE_TIME = 50_000
"""More than the pretended wire takes, many times over."""


class Outcome(NamedTuple):
    """Who is MASTER, by the machines' numbers."""

    masters: tuple[int, ...]
    afterwards: tuple[int, ...]
    """When all is well again."""
    at_first: tuple[int, ...]
    """Before, when all was well."""
    tied: bool
    """Is the highest priority that of several machines that take part?"""


class Wire(Lan):
    """A LAN on which a datagram reaches those that it is for: a group's members, or one machine."""

    def carry(self, sender: Host, data: bytes, source: Address, destination: Address | None) -> None:
        """Bring it to them."""
        to = destination if destination is not None else Address.unpack(data[16:20])  # IPv4 header, bytes 16 to 19
        before = {host: host.connected for host in self.hosts}
        for host in self.hosts:
            host.connected = host is sender or self._listens(host, to)
        super().carry(sender, data, source, destination)
        for host, connected in before.items():
            host.connected = connected

    @staticmethod
    def _listens(host: Host, to: Address) -> bool:
        config = host.router.config
        return config.group == to if to.is_multicast else config.unicast and host.router.source == to


def play(instances: Sequence[VrrpInstance], conditions: Sequence[Condition]) -> Outcome:
    """Let the machines elect a master, make the conditions true, wait; then let all be well again."""
    wire = Wire(random.Random(0))  # noqa: S311 - a pretended network
    heard = opened(instances)
    hosts = [wire.add(simple(each), address) for each, address in zip(heard, sources(instances), strict=True)]
    for number, host in enumerate(hosts):
        # In the order of priority: everybody is heard before the next one begins, as on a network that has long run.
        wire.at(number, partial(host.act, Router.start))
    pause = _settling(instances)
    wire.run(pause)
    at_first = _masters(hosts)
    for host, condition in zip(hosts, conditions, strict=True):
        host.act(_become(condition))
    wire.run(wire.now + pause)
    masters = _masters(hosts)
    able = [host.router.priority for host, condition in zip(hosts, conditions, strict=True) if not condition.fault]
    tied = len(able) > 1 and able.count(max(able)) > 1
    for host in hosts:
        host.act(_become(WELL))
    wire.run(wire.now + pause)
    return Outcome(masters, _masters(hosts), at_first, tied)


def simple(instance: VrrpInstance) -> VrrpInstance:
    """The same in an election, without long waits and announcements, and without checks to ask: nobody makes them."""
    quiet = Announcing(repeat=1, delay=0, refresh=0)
    return structs.replace(instance, preempt_delay=0, announcing=quiet, stop_hold=0, evidence=())


def opened(instances: Sequence[VrrpInstance]) -> Sequence[VrrpInstance]:
    """Without the seals that fit together: the pretended wire carries neither AH headers nor signatures."""
    if len({each.auth for each in instances}) == 1 and instances[0].auth is not None and instances[0].auth.kind == "ah":
        instances = [structs.replace(each, auth=None) for each in instances]
    if all(_reads(one.hmac, other.hmac) for one in instances for other in instances):
        instances = [structs.replace(each, hmac=None) for each in instances]
    return instances


def _reads(reader: Hmac | None, signer: Hmac | None) -> bool:
    """Has it the key that the other signs with? What is only in a file is taken for equal."""
    if reader is None or signer is None:
        return reader is signer
    ours = {key.id: key.secret for key in reader.keys}
    theirs = {key.id: key.secret for key in signer.keys}.get(signer.active, b"")
    known = ours.get(signer.active)
    return known is not None and (not known or not theirs or known == theirs)


def sources(instances: Sequence[VrrpInstance]) -> list[Address]:
    """From where each sends: as it says, else as its peers know it, else an address made up."""
    known = {instance.source for instance in instances}
    found: list[Address] = []
    for number, instance in enumerate(instances, 1):
        others = [{peer.address for peer in each.unicast_peers} for each in instances if each is not instance]
        candidates = sorted(set.intersection(*others) - known - set(found)) if others else []
        made_up = Address.parse(f"192.0.2.{number}" if instance.family == 4 else f"fe80::{number:x}")
        found.append(instance.source or (candidates[0] if candidates and instance.unicast else made_up))
    return found


def _become(condition: Condition) -> Callable[[Router, int], tuple[Action, ...]]:
    def change(router: Router, now: int) -> tuple[Action, ...]:
        actions = router.weigh(condition.points, "", now)
        if condition.fault:
            return actions + router.raise_fault(FAULT, condition.fault, now)
        return actions + router.clear_fault(FAULT, now)

    return change


def _masters(hosts: Sequence[Host]) -> tuple[int, ...]:
    return tuple(number for number, host in enumerate(hosts) if host.master)


def _settling(instances: Sequence[VrrpInstance]) -> int:
    """The longest down timer, an election of the others after it, and an exchange of adverts."""
    longest = max(
        timing.down_time(each.version, 1, each.advert_interval, each.down_timer_adverts) + each.advert_interval
        for each in instances
    )
    return 2 * longest + WIRE_TIME
