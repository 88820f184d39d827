"""One virtual router: facts and ``now`` in, actions out. No clock, no socket, no log in here.

Every call takes ``now`` (microseconds, CLOCK_BOOTTIME) and gives the actions to perform, in order.
After each call :attr:`Router.deadline` says when :meth:`Router.tick` wants to be called.  Whoever drives
it reads its sockets empty before it ticks: a down timer is judged only after every waiting advert.
"""

from __future__ import annotations

from typing import Final

from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.events import PriorityChange, Remark
from standfast.net.routing import RoutingObject, interfaces_of
from standfast.net.routing import words as routing_words
from standfast.supervise.page import Slot
from standfast.values import Address
from standfast.vrrp import auth, backup, leaving, master, orders, probing, reload, timing
from standfast.vrrp.actions import (
    Action,
    AddAddresses,
    AddRouting,
    AnnounceSource,
    RemoveAddresses,
    SendAdvert,
    Tell,
)
from standfast.vrrp.machine import Fault, Machine, effective
from standfast.vrrp.orders import Order
from standfast.vrrp.packet import Advert
from standfast.vrrp.rules import Input, State

NO_SOURCE: Final = "source"
"""Key of the fault: no address to send from."""

CONFIGURATION: Final = "configuration"
"""Key of the fault: this instance can never run as configured."""

ADDRESSES_TAKEN: Final = "addresses"
"""Key of the fault: somebody keeps removing our addresses. A reload clears it."""


GROUP: Final = "group"
"""Key of the fault: another member of its sync group has one."""


class Router(Machine):
    """A :class:`Machine` with the calls that the speaker makes."""

    def __init__(self, config: VrrpInstance) -> None:
        super().__init__(config)
        if config.permanent_fault:
            self.faults[CONFIGURATION] = Fault(config.permanent_fault, 0)

    @property
    def own_faults(self) -> dict[str, Fault]:
        """Faults that are not those of other members of its group."""
        return {key: fault for key, fault in self.faults.items() if key != GROUP}

    @property
    def deadline(self) -> int | None:
        """When to call :meth:`tick` next; None while there is nothing to wait for."""
        first = self.timer
        announce = self.announcer.deadline if self.state is State.MASTER and not self.overslept else None
        until = self.order.until if self.order is not None and self.state is not State.INIT else None
        for moment in (announce, self.renew_at, until):
            if moment is not None and (first is None or moment < first):
                first = moment
        return first

    def slot(self) -> Slot:
        """What a successor of this process needs to carry on."""
        return Slot(int(self.state), self.last_advert_sent, self.master_interval, self.sequence)

    # Starting and stopping

    def start(self, now: int, delay: int = 0) -> tuple[Action, ...]:
        """Begin, listening only from ``now + delay`` on. Leftovers of a predecessor go first."""
        self.listening_from = now + delay
        self._remove_leftovers()
        self._enter_service(now)
        return self.flush()

    def resume(self, now: int, slot: Slot) -> tuple[Action, ...]:
        """Begin in the place of a process that died.

        Its mastership is carried on only if no peer can have missed our adverts long enough to take
        over (addresses stay, neighbours notice nothing).  Otherwise the addresses go before anything else.
        """
        self._check_source(now)
        self.listening_from = now
        self.sequence = slot.ah_sequence
        peers_wait = timing.peers_down_time(self.config.version, self.config.advert_interval)
        if slot.state == State.MASTER and not self.faults and slot.last_advert_sent + peers_wait > now:
            self.advertise(now)
            self.install()
            self.schedule_renewal(now)
            self.announcer.adopt(self.addresses, now)
            self.move(Input.ADOPT, "carries on for a predecessor that died", now)
            return self.flush()
        if self.config.version == 3 and slot.learned_interval > 0:
            self.master_interval = slot.learned_interval
        self.vote = None
        self._remove_leftovers()
        self._enter_service(now)
        return self.flush()

    def stop(self, now: int, hold: bool = True, *, removed: bool = False, slowest: int = 0) -> tuple[Action, ...]:
        """Leave for good; :class:`Left` ends it. With ``hold`` a MASTER keeps its addresses for its successor.

        ``slowest``: see :meth:`Groups.slowest_successor`.
        """
        cause = "removed from the configuration" if removed else "stopped"
        leaving.begin(self, cause, now, hold=hold, removed=removed, slowest=slowest)
        return self.flush()

    # What happens

    def hear(self, advert: Advert, now: int) -> tuple[Action, ...]:
        """An advert that :class:`standfast.vrrp.receive.Receiver` accepted; timers count from its arrival."""
        heard = min(advert.arrived or now, now)
        self.note_lateness(now)
        self.last_arrival = heard
        if self.state is State.MASTER and master.overtaken(self, now):
            master.retire(self, now)
        if self.state is State.BACKUP:
            backup.hear(self, advert, heard)
        elif self.state is State.MASTER:
            master.hear(self, advert, heard, now)
        elif self.state is State.LEAVING:
            leaving.hear(self, advert, now)
        return self.flush()

    def tick(self, now: int) -> tuple[Action, ...]:
        """Do what is due at ``now``; nothing if that is nothing. Read the sockets empty before."""
        if self.timer is not None and self.timer <= now:
            self.note_lateness(now)
            if self.state is State.MASTER:
                master.expire(self, now)
            elif self.state is State.BACKUP:
                backup.expire(self, now)
            else:
                leaving.expire(self, now)
        if self.state is State.MASTER and not self.overslept:
            self.do(*self.announcer.due(now))
        if self.renew_at is not None and self.renew_at <= now:
            self.renew(now)
        if self.order is not None and self.order.until is not None and self.order.until <= now:
            self._end_order(f"the time of `{self.order.kind}` is over", now)
        return self.flush()

    def give_way(self, order: Order, now: int, *, force: bool = False, slowest: int = 0) -> tuple[Action, ...]:
        """Ordered to yield: let another router be MASTER and take no part until :meth:`resume_part`."""
        orders.give_way(self, order, now, force=force, slowest=slowest)
        return self.flush()

    def hold(self, order: Order) -> tuple[Action, ...]:
        """Ordered not to preempt."""
        self.order = order
        return ()

    def resume_part(self, now: int, words: str = "ordered to resume") -> tuple[Action, ...]:
        """The order is taken back."""
        if self.order is not None:
            self._end_order(words, now)
        return self.flush()

    def _end_order(self, words: str, now: int) -> None:
        orders.end(self, now)
        told = Remark(at=now, instance=self.config.name, level="info", event="vrrp.order_ended", words=words)
        self.do(Tell(told))

    def raise_fault(self, key: str, words: str, now: int, *, pending: bool = False) -> tuple[Action, ...]:
        """Something (named by ``key``) keeps this router from taking part; one key for each object.

        ``pending``: nothing is known of it yet; that keeps the router from starting as well, but nobody is told.
        """
        self._raise_fault(key, words, now, pending=pending)
        return self.flush()

    def clear_fault(self, key: str, now: int) -> tuple[Action, ...]:
        """That one is over. The last one to go sets the router free."""
        gone = self.faults.pop(key, None)
        if gone is None:
            return ()
        self.news = True
        if self.state is not State.FAULT:
            return ()
        if self.faults:
            self.cause = self._why()
        else:
            self._recover(f"recovered from: {gone.words}", now)
        return self.flush()

    def set_source(self, address: Address | None, now: int) -> tuple[Action, ...]:
        """The address to send from changed; None if the interface has none left.

        A configured source that is not tracked is used whether it exists or not.
        """
        if self.config.source is not None and not self.config.track_source:
            return ()
        if address is None:
            gone, self.source = self.source, None
            # IPv4 headers are ours, the farewell can still leave; IPv6 would fail to send.
            self._raise_fault(NO_SOURCE, self._no_source_words(), now, gone if self.config.family == 4 else None)
            return self.flush()
        self.source = address
        return self.clear_fault(NO_SOURCE, now)

    def weigh(self, points: int, cause: str, now: int) -> tuple[Action, ...]:
        """Trackers add so many points to the priority now (or take them off), all together."""
        self.points = points
        return self.set_priority(effective(self.config.priority, points), now, cause)

    def set_priority(self, priority: int, now: int, cause: str = "") -> tuple[Action, ...]:
        """The effective priority changed. Owners have no other than 255; adverts go on at their pace."""
        priority = effective(priority, 0)
        if self.config.owner or priority == self.priority:
            return ()
        skew_before = self.skew
        old, self.priority = self.priority, priority
        if self.state is State.BACKUP and self.timer is not None:
            # Full down timer or skew alone (after a priority 0): only the skew in it depends on the priority.
            self.timer += self.skew - skew_before
        if self.state is not State.INIT:
            name, state = self.config.name, self.told
            told = PriorityChange(at=now, instance=name, old=old, new=priority, state=state, cause=cause)
            self.do(Tell(told))
        return self.flush()

    # What its sync group decides

    def follow_up(self, cause: str, now: int) -> tuple[Action, ...]:
        """All members of the group become MASTER."""
        self.become_master(Input.MASTER_DOWN, cause, now)
        return self.flush()

    def follow_down(self, cause: str, now: int, *, bounced: bool) -> tuple[Action, ...]:
        """Another member is BACKUP, so this one is no MASTER any more; ``bounced``: only to come back soon."""
        self.release(farewell=bounced, now=now)
        self._begin(Input.FOLLOWED, cause, now, self.skew if bounced else self.down_time)
        return self.flush()

    def sibling_corrected(self, now: int) -> tuple[Action, ...]:
        """Another member has heard a losing master: announce as if we had."""
        self.do(*self.announcer.lower_priority_heard(now))
        return self.flush()

    # Addresses

    def address_lost(self, address: VirtualAddress, now: int) -> tuple[Action, ...]:
        """Somebody else took one of our addresses off (not the kernel because of a link that went down)."""
        if self.state is State.MASTER and not address.no_track and address in self.addresses:
            self.counters.addresses_lost += 1
            self._defend(address, now)
        return self.flush()

    def routing_lost(self, wanted: RoutingObject, now: int) -> tuple[Action, ...]:
        """Somebody else took one of our routes or rules off."""
        if self.state is State.MASTER and not wanted.no_track and wanted in self.routing:
            self.counters.routing_lost += 1
            self._defend(wanted, now)
        return self.flush()

    def routing_possible(self, interface: str) -> tuple[Action, ...]:
        """An interface came up: the kernel had dropped the routes by it when it went down."""
        if self.state in (State.MASTER, State.LEAVING):
            again = tuple(each for each in self.config.routes if interface in interfaces_of(each))
            if again:
                self.do(AddRouting(again))
        return self.flush()

    def address_appeared(self, address: VirtualAddress, now: int) -> tuple[Action, ...]:
        """Somebody else put one of our addresses on this host although we are BACKUP."""
        if self.state is State.BACKUP and address.dev == self.config.interface:
            words = f"{address.address} appeared on {address.dev} though this router is BACKUP: taken off again"
            self.remark("warning", "vrrp.address_appeared", words, now, address.address)
            self.do(RemoveAddresses((address,), forced=True))
        return self.flush()

    def address_answered(self, address: Address, mac: bytes) -> None:
        """Somebody else on the network speaks for an address."""
        if self.state is State.BACKUP:
            probing.answered(self, address, mac)

    def check_looked(self, look: probing.Look, now: int) -> tuple[Action, ...]:
        """A check that may have been asked (``check_before_master``) has looked."""
        if self.state is State.BACKUP:
            probing.check_looked(self, look, now)
        return self.flush()

    def restore(self, addresses: tuple[VirtualAddress, ...]) -> tuple[Action, ...]:
        """The kernel dropped these with a link that was away for a moment only."""
        if self.state is State.MASTER:
            self.do(
                AddAddresses(addresses), *(round_ for one in addresses for round_ in self.announcer.repeat_for(one))
            )
        return self.flush()

    def link_address_changed(self) -> tuple[Action, ...]:
        """Neighbours that know the old hardware address would go on sending to it: tell them, as keepalived does."""
        if self.state is State.MASTER:
            self.do(*self.announcer.restate(self.addresses))
        return self.flush()

    def reconfigure(self, config: VrrpInstance, now: int) -> tuple[Action, ...]:
        """Run by another configuration of the same virtual router. An equal one changes nothing at all."""
        if config == self.config or (self.state is State.LEAVING and not self.giving_way):
            return ()
        if self.giving_way:  # for want of a successor so far
            orders.nobody_came(self, now)
        reload.apply(self, config, now)
        if config.permanent_fault:
            self._raise_fault(CONFIGURATION, config.permanent_fault, now)
        actions = self.flush() + self.try_again(now)
        return actions if config.permanent_fault else actions + self.clear_fault(CONFIGURATION, now)

    def try_again(self, now: int) -> tuple[Action, ...]:
        """A reload has been asked for: whatever took the addresses off again and again is said to be gone."""
        return self.clear_fault(ADDRESSES_TAKEN, now)

    # What the speaker sends

    def outgoing(self, action: SendAdvert) -> tuple[Advert, ...]:
        """One advert for each destination, in configuration order; empty without a source address."""
        source = action.source or self.source
        if source is None:
            return ()
        config = self.config
        destinations = [peer.address for peer in config.unicast_peers]
        if config.group is not None and not destinations:
            destinations = [config.group]
        kind = auth.NONE if config.auth is None else auth.KINDS[config.auth.kind]
        password = config.auth.password if config.auth is not None and kind == auth.PASS else b""
        return tuple(
            Advert(
                source=source,
                destination=destination,
                ttl=config.unicast_ttl or 255 if config.unicast else 255,
                version=config.version,
                vrid=config.vrid,
                priority=action.priority,
                interval=config.advert_interval,
                addresses=tuple(vip.address for vip in config.vips),
                auth_type=kind,
                auth_data=auth.password_field(password),
                checksum=self.form,
            )
            for destination in destinations
        )

    # Steps

    def _enter_service(self, now: int) -> None:
        self._check_source(now)
        if self.faults:
            self.move(Input.STARTUP_FAULTY, self._why(), now, quiet=self._only_waits())
            return
        owner = self.vote is State.MASTER
        self._begin(Input.STARTUP, "started", now, 1 if owner else self.down_time)
        self.vote = State.MASTER if owner else None

    def _begin(self, what: Input, cause: str, now: int, wait: int) -> None:
        """Listen, for a whole down timer if nobody speaks."""
        self.last_heard = "nothing"
        self.claim = ""
        self.become_backup(what, cause, now, self._delay_left(now) + wait)

    def _recover(self, cause: str, now: int) -> None:
        self.master_interval = self.config.advert_interval
        owner = self.config.owner and self.config.owner_state
        if owner and now >= self.listening_from and not self.grouped:
            self.become_master(Input.FAULT_CLEARED_OWNER, cause, now)
            return
        self._begin(Input.FAULT_CLEARED, cause, now, 1 if owner else self.down_time)
        self.vote = State.MASTER if owner else None
        if self.config.unicast and now >= self.listening_from:
            self.do(AnnounceSource())

    def _raise_fault(
        self, key: str, words: str, now: int, source: Address | None = None, *, pending: bool = False
    ) -> None:
        known = self.faults.get(key)
        self.faults[key] = Fault(words, known.since if known is not None else now, pending)
        self.news = True
        if self.state is State.MASTER:
            self.release(farewell=self.source is not None or source is not None, now=now, source=source)
        if self.state in (State.MASTER, State.BACKUP):
            self.timer = None
            self.overslept = False
            self.move(Input.FAULT_RAISED, words, now, quiet=self._only_waits())
        elif self.state is State.FAULT:
            self.cause = self._why()
            if self.told != "FAULT" and not self._only_waits():
                self.since = now
                self.tell_state("FAULT", now)

    def _only_waits(self) -> bool:
        return all(fault.pending for fault in self.faults.values())

    def _why(self) -> str:
        """The first fault's words; what waits comes after what is wrong."""
        return min(self.faults.values(), key=lambda fault: fault.pending).words

    def _defend(self, lost: VirtualAddress | RoutingObject, now: int) -> None:
        verdict = self.guard.judge(lost, now) if self.config.vip_protect == "readd" else "bounce"
        address = lost if isinstance(lost, VirtualAddress) else None
        what = f"somebody removed {_words(lost)}"
        if verdict == "readd":
            event = "vrrp.address_lost" if address else "vrrp.routing_lost"
            self.remark("warning", event, f"{what}: putting it back", now, address.address if address else lost)
            self._put_back(lost)
        elif verdict == "bounce":
            self.counters.bounces += 1
            self.release(farewell=True, now=now)
            self.last_heard = "nothing"
            self.become_backup(Input.ADDRESSES_TAKEN, what, now, self.skew)
        else:
            words = f"{what}, again and again: find out what does that, then reload"
            self._raise_fault(ADDRESSES_TAKEN, words, now)

    def _put_back(self, lost: VirtualAddress | RoutingObject) -> None:
        if not isinstance(lost, VirtualAddress):
            self.do(AddRouting((lost,)))
            return
        self.do(AddAddresses((lost,)))
        # With its address the kernel silently drops every route that has it as source.
        lost_too = tuple(route for route in self.config.routes if route.source == lost.address)
        if lost_too:
            self.do(AddRouting(lost_too))
        self.do(*self.announcer.repeat_for(lost))

    def _remove_leftovers(self) -> None:
        self.uninstall(forced=True)

    def _check_source(self, now: int) -> None:
        if self.source is None:
            self.faults.setdefault(NO_SOURCE, Fault(self._no_source_words(), now))

    def _no_source_words(self) -> str:
        wanted = self.config.source or f"an IPv{self.config.family} address"
        because = f": {self.no_source_because}" if self.no_source_because else ""
        return f"{self.config.interface or 'this host'} lacks {wanted} to send from{because}"

    def _delay_left(self, now: int) -> int:
        return max(self.listening_from - now, 0)


def _words(lost: VirtualAddress | RoutingObject) -> str:
    return f"{lost.address} from {lost.dev}" if isinstance(lost, VirtualAddress) else routing_words(lost)
