"""One virtual router's memory, and the steps that the handlers of all states share.

Handlers (``backup``, ``master``, ``leaving``, ``protect``, ``reload``) are functions over a
:class:`Machine`; :class:`standfast.vrrp.router.Router` is the machine with its public calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.events import DualMaster, Level, LowerPriorityMaster, Remark, StateName, Transition
from standfast.net.routing import RoutingObject
from standfast.values import Address, seconds
from standfast.vrrp import ah, timing
from standfast.vrrp.actions import (
    Action,
    AddAddresses,
    AddRouting,
    CancelAnnouncing,
    RemoveAddresses,
    RemoveRouting,
    SendAdvert,
    Tell,
)
from standfast.vrrp.announcer import Announcer
from standfast.vrrp.checksum import Form
from standfast.vrrp.counters import Counters
from standfast.vrrp.packet import Advert
from standfast.vrrp.protect import Guard
from standfast.vrrp.refusals import Refusals
from standfast.vrrp.remarks import Quota
from standfast.vrrp.rules import Input, State, next_state, votes_after

if TYPE_CHECKING:
    from standfast.vrrp.orders import Order
    from standfast.vrrp.probing import Probe

OWNER: Final = 255
DEMOTED_OWNER: Final = 254
"""What an owner falls back to when another owner does not yield."""

LastHeard: TypeAlias = Literal["nothing", "obeyed", "outranked", "farewell"]
"""What the latest advert was to a BACKUP; it words the cause of a takeover."""


class Fault(NamedTuple):
    """One reason why the instance cannot take part."""

    words: str
    since: int
    pending: bool = False
    """Nothing is known to be wrong, only not yet known to be right: nobody is told of it."""


class Peer(NamedTuple):
    """Who spoke last as master, and with which priority."""

    address: Address
    priority: int


class Rival(NamedTuple):
    """Another router that speaks as master although we do."""

    address: Address
    priority: int
    since: int
    heard: int
    """Its last advert."""


class HeldBack(NamedTuple):
    """Why a BACKUP that hears no master does not take over."""

    words: str
    since: int


class Obeyed(NamedTuple):
    """The last advert that a BACKUP obeyed, as far as its sender's later silence can be judged by it."""

    address: Address
    number: int
    heard: int


class Conflict:
    """Another owner with a lower address, which ought to yield to us."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.own_adverts_left = 2
        self.proof_until: int | None = None
        """An advert of the other one until then proves that it does not yield."""


def effective(base: int, points: int) -> int:
    """The priority with what trackers add; only owners have 255, and 0 means leaving."""
    return min(max(base + points, 1), 254)


class Machine:
    """State, timers and primitives. Only handlers of this package change it."""

    conflict: Conflict | None
    rival: Rival | None
    renew_at: int | None
    """When our addresses' leases are renewed next."""

    def __init__(self, config: VrrpInstance) -> None:
        self.config = config
        self.state = State.INIT
        self._stand_alone()
        self.priority = config.priority
        """Effective: what adverts say and elections compare."""
        self.source = None if config.track_source else config.source
        self.no_source_because = ""
        """In words, where that can be said: the interface has addresses, but none that we may speak from."""
        self.counters = Counters()
        self.refused = Refusals()
        self.faults: dict[str, Fault] = {}
        self.since, self.cause = 0, "not started"
        self.master: Peer | None = None
        self.master_interval = config.advert_interval
        """M: the interval attributed to the master (RFC 9568, 6.1: Active_Adver_Interval)."""
        self.last_advert_heard: int | None = None
        """The last advert that a BACKUP obeyed."""
        self.last_advert_sent = 0
        self.listening_from = 0
        """End of the start-up delay: adverts that arrive earlier do not count."""
        self.timer: int | None = None
        """Down timer, advert timer or the end of LEAVING."""
        self.preempt_at: int | None = None
        self.conflict, self.rival, self.renew_at = None, None, None
        self.sequence = 0
        """AH: the last number that anybody used, ourselves included."""
        self.unheard: int | None = None
        """AH: the number of our farewell, which a dead link may have kept from everybody: a successor uses it too."""
        self.obeyed: Obeyed | None = None
        self.last_heard: LastHeard = "nothing"
        self.last_arrival = 0
        self.grace_given = self.overslept = False
        """MASTER that slept too long listens for a moment before it speaks again."""
        self.leaving_as: StateName = "STOP"
        self.told: StateName = "INIT"
        """The state that was told last; waiting for first results is told nobody."""
        self.announcer = Announcer(config.announcing)
        self.guard = Guard()
        self._peers_form: Form | None = None
        self.probe: Probe | None = None
        """Others are asked whether the addresses are free, before they are claimed."""
        self.held_back: HeldBack | None = None
        """What they said the last time, if that was against it."""
        self._quota = Quota()
        self._late_timer: int | None = None
        self._actions: list[Action] = []
        self._remarks: list[Action] = []

    def _stand_alone(self) -> None:
        """What others decide about: the sync group, trackers, people."""
        config = self.config
        self.vote: State | None = State.MASTER if config.owner and config.owner_state else None
        """What it would be by itself: MASTER once its down timer has ended (an owner from the start), BACKUP once it
        obeys somebody; None: not known yet. Members of a sync group go by the votes of all."""
        self.claim = ""
        """Why it voted MASTER, in words."""
        self.grouped = False
        """It is in a sync group, which decides who becomes MASTER and when."""
        self.news = self.corrected = False
        """Its sync group has to look at it; and, in particular, it has just answered a losing master."""
        self.left_by: Input | None = None
        """What ended its last mastership."""
        self.order: Order | None = None
        """What people ordered it to do (see :mod:`standfast.vrrp.orders`)."""
        self.giving_way = self.forced = False
        """It is LEAVING because it was ordered to yield; whether or not somebody takes over."""
        self.points = 0
        """What trackers add to the priority, or take off."""

    # What is derived

    @property
    def addresses(self) -> tuple[VirtualAddress, ...]:
        """Everything to be held as MASTER: VIPs, then the excluded ones."""
        return self.config.vips + self.config.evips

    @property
    def routing(self) -> tuple[RoutingObject, ...]:
        """Virtual routes and rules, in the order in which they are installed: a rule may name a table of ours."""
        return self.config.routes + self.config.rules

    @property
    def skew(self) -> int:
        """Our skew time with the master's interval, microseconds."""
        config = self.config
        return timing.skew_time(config.version, self.priority, self.master_interval, config.skew_resolution)

    @property
    def down_time(self) -> int:
        """Our full master down interval, microseconds."""
        return self.config.down_timer_adverts * self.master_interval + self.skew

    @property
    def form(self) -> Form:
        """What our checksums cover: as configured, else as the peer that we follow does it."""
        config = self.config
        if config.version == 2:
            return "message"
        if config.family == 6:
            return "pseudo"
        if config.checksum == "message":
            return "message"
        default: Form = "group" if config.unicast and config.old_unicast_checksum == "use" else "pseudo"
        return default if config.checksum == "pseudo" else self._peers_form or default

    @property
    def uses_ah(self) -> bool:
        """Does an authentication header stand before our adverts?"""
        return self.config.auth is not None and self.config.auth.kind == "ah"

    # Primitives

    def do(self, *actions: Action) -> None:
        """Ask for actions, in this order."""
        self._actions.extend(actions)

    def flush(self) -> tuple[Action, ...]:
        """Everything asked for since the last call; log lines last, no advert waits for one."""
        actions = (*self._actions, *self._remarks)
        self._actions, self._remarks = [], []
        return actions

    def remark(self, level: Level, event: str, words: str, now: int, subject: object = None) -> None:
        """One log line for each event and subject within a minute."""
        if self._quota.allows((event, subject), now):
            told = Remark(at=now, instance=self.config.name, level=level, event=event, words=words)
            self._remarks.append(Tell(told))

    def move(self, what: Input, cause: str, now: int, name: StateName | None = None, *, quiet: bool = False) -> None:
        """Change the state as the table says and tell of it, unless ``quiet``; ``name`` where people know another."""
        before, self.state = self.state, next_state(self.state, what)
        if before is State.MASTER:
            self.left_by = what
        self.vote = votes_after(what)
        self.held_back = None
        self.news = True
        self.since, self.cause = now, cause
        if not quiet:
            self.tell_state(name or self.state.name, now)  # type: ignore[arg-type] # the enum's names are StateNames

    def tell_state(self, new: StateName, now: int) -> None:
        """Tell that the state is this one now, and why."""
        old, self.told = self.told, new
        told = Transition(at=now, instance=self.config.name, old=old, new=new, priority=self.priority, cause=self.cause)
        self.do(Tell(told))

    def tell_lower_priority(self, advert: Advert, now: int) -> None:
        """Tell that somebody speaks as master who should not."""
        told = LowerPriorityMaster(
            at=now,
            instance=self.config.name,
            other=str(advert.source),
            other_priority=advert.priority,
            priority=self.priority,
        )
        self.do(Tell(told))

    def elect(self, vote: State) -> None:
        """It would be this by itself."""
        self.news = self.news or self.vote is not vote
        self.vote = vote

    def send_advert(self, now: int, priority: int | None = None, source: Address | None = None) -> None:
        """Send one advert, ours unless told otherwise."""
        priority = self.priority if priority is None else priority
        if self.uses_ah and self.sequence < ah.LAST_SEQUENCE:
            self.sequence += 1
        self.do(SendAdvert(priority, source, self.sequence if self.uses_ah else 0))
        self.last_advert_sent = now
        self.counters.advert_sent += 1
        if priority == 0:
            self.counters.pri_zero_sent += 1
            self.unheard = self.sequence if self.uses_ah else None
        elif self.conflict is not None:
            self.conflict.own_adverts_left -= 1

    def advertise(self, now: int) -> None:
        """Send our advert as MASTER and wind the timer: nothing but sending ever winds it (RFC 9568, 6.4.3)."""
        self.send_advert(now)
        self.timer = now + self.config.advert_interval
        self.overslept = False

    def follow_form(self, advert: Advert) -> None:
        """A peer certainly verifies the form of checksum that it sends."""
        self._peers_form = advert.checksum

    # Steps between states

    def become_backup(self, what: Input, cause: str, now: int, wait: int) -> None:
        """Be BACKUP from now on, with ``wait`` microseconds until the down timer ends."""
        self.move(what, cause, now)
        self.timer = now + wait
        self.preempt_at = None
        self.conflict = None
        self.grace_given = self.overslept = False
        self.probe = None

    def become_master(self, what: Input, cause: str, now: int) -> None:
        """Take over: speak first, so that the old master lets go before the addresses appear here."""
        config = self.config
        if config.owner:
            self.priority = OWNER
        self.conflict = None
        if self.sequence >= ah.LAST_SEQUENCE:
            self.sequence = 0
        self.advertise(now)
        self.master_interval = config.advert_interval
        self.install()
        self.schedule_renewal(now)
        if self.addresses:
            self.do(*self.announcer.begin(self.addresses, now))
        self.counters.become_master += 1
        self.move(what, cause, now)

    def install(self) -> None:
        """Addresses, then what may need one of them as its source."""
        if self.addresses:
            self.do(AddAddresses(self.addresses))
        if self.routing:
            self.do(AddRouting(self.routing))

    def schedule_renewal(self, now: int) -> None:
        """Three times within a lease, so that two may be late."""
        lease = self.config.address_lease
        self.renew_at = now + lease // 3 if lease and self.addresses else None

    def renew(self, now: int) -> None:
        """Put the addresses on once more: the kernel takes it as news of how long they live."""
        self.do(AddAddresses(self.addresses))
        self.schedule_renewal(now)

    def uninstall(self, *, forced: bool = False) -> None:
        """Rules, routes, addresses. ``forced``: leftovers of ours."""
        if self.routing:
            self.do(RemoveRouting(self.routing[::-1]))
        if self.addresses:
            self.do(RemoveAddresses(self.addresses, forced))
        self.renew_at = None

    def release(self, *, farewell: bool, now: int, source: Address | None = None) -> None:
        """Stop acting as MASTER: say so while the addresses are still here, then take them off."""
        if farewell:
            self.send_advert(now, 0, source)
        self.announcer.stop()
        self.do(CancelAnnouncing())
        self.uninstall()
        self.end_rivalry(now)
        self.counters.release_master += 1

    def end_rivalry(self, now: int) -> None:
        """There is one master again, or none of them is us."""
        rival, self.rival = self.rival, None
        if rival is not None:
            self.tell_rival(rival, now, over=True)

    def tell_rival(self, rival: Rival, now: int, *, over: bool, yielded: bool = False) -> None:
        """There are two masters, or were; ``yielded``: it is us who give way."""
        told = DualMaster(
            at=now,
            instance=self.config.name,
            other=str(rival.address),
            other_priority=rival.priority,
            over=over,
            lasted=rival.heard - rival.since if over else 0,
            yielded=yielded,
        )
        self.do(Tell(told))

    def lateness(self, now: int) -> int:
        """How long the protocol timer has been overdue, microseconds."""
        return 0 if self.timer is None else max(now - self.timer, 0)

    def note_lateness(self, now: int) -> None:
        """Keep statistics on timers that are served late, once for each."""
        lateness = self.lateness(now)
        if self.timer == self._late_timer or lateness <= timing.late_threshold(self.config.advert_interval):
            return
        self._late_timer = self.timer
        self.counters.late_wakeups += 1
        self.counters.latest_wakeup = max(self.counters.latest_wakeup, lateness)
        words = f"this process woke {seconds(lateness)} late: the machine is overloaded, or was frozen"
        self.remark("warning", "vrrp.late_wakeup", words, now)
