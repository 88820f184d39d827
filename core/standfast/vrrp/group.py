"""A sync group: its members are MASTER together, BACKUP together, FAULT together. Pure.

Nothing is counted.  Whenever something happened to a member (:attr:`Machine.news`), :meth:`Group.settle` looks at all
of them and derives what each must do; what is not kept cannot drift (KD-15):

1. While one has a fault of its own, the others have the fault that it has one.
2. While one obeys another router (its vote is BACKUP), none is MASTER.
3. When every one's down timer has ended (all votes are MASTER), all become MASTER.
4. Otherwise who is MASTER stays so, and the others go on waiting: a reload that adds a member disturbs nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from standfast.events import GroupTransition, StateName
from standfast.vrrp.actions import Action, Tell
from standfast.vrrp.machine import Fault
from standfast.vrrp.router import GROUP, Router
from standfast.vrrp.rules import Input, State

Steps: TypeAlias = list[tuple[Router, tuple[Action, ...]]]
"""What to perform for whom, in this order."""

_ROUNDS: Final = 4
"""A fault clears, members are BACKUP, owners become MASTER: no chain of consequences is longer."""

_TAKING_PART: Final = (State.BACKUP, State.MASTER, State.FAULT)


class Group:
    """The members of one group, and the state that was told last."""

    def __init__(self, name: str, members: Sequence[Router] = ()) -> None:
        self.name = name
        self.members: tuple[Router, ...] = ()
        self.state: StateName = "INIT"
        self.since = 0
        self.cause = "not started"
        self.consist_of(members)

    def consist_of(self, members: Sequence[Router]) -> None:
        """These are the members from now on; :meth:`settle` afterwards."""
        self.members = tuple(members)
        for member in self.members:
            member.grouped = member.news = True

    def settle(self, now: int, first: Router | None = None) -> Steps:
        """Make the members agree. ``first``: to whom something happened; it takes the lead."""
        steps: Steps = []
        for _ in range(_ROUNDS):
            if not any(member.news for member in self.members):
                break
            corrected = [member for member in self.members if member.corrected]
            for member in self.members:
                member.news = member.corrected = False
            steps += self._agree(now, first)
            steps += self._repeat_announcements(corrected, now)
        told = self._transition(now, first) if self.members else None
        if told is not None:
            last = steps[-1][0] if steps else first or self.members[0]
            steps.append((last, (Tell(told),)))
        return steps

    def _agree(self, now: int, first: Router | None) -> Steps:
        steps = list(self._share_faults(now))
        active = [member for member in self.members if member.state in _TAKING_PART]
        outvoted = next((member for member in active if member.vote is State.BACKUP), None)
        if outvoted is not None:
            steps += self._step_down(active, outvoted, now)
        elif self._may_rise(active, now):
            steps += self._rise(active, first, now)
        return steps

    # Faults

    def _share_faults(self, now: int) -> Iterator[tuple[Router, tuple[Action, ...]]]:
        # Mostly there is none, and this is asked for every member of a large group when it takes over.
        if not any(member.faults for member in self.members):
            return
        faulty = self._own_faults()
        for member in self.members:
            wanted = next(((other, fault) for other, fault in faulty if other is not member), None)
            known = member.faults.get(GROUP)
            if wanted is None:
                if known is not None:
                    yield member, member.clear_fault(GROUP, now)
            elif member.state is not State.LEAVING:
                words = f"sync group {self.name}: {wanted[0].config.name}: {wanted[1].words}"
                if known is None or (known.words, known.pending) != (words, wanted[1].pending):
                    yield member, member.raise_fault(GROUP, words, now, pending=wanted[1].pending)

    def _own_faults(self) -> list[tuple[Router, Fault]]:
        """The first one of each member; those that only wait come after those that are wrong."""
        found = [
            (member, min(member.own_faults.values(), key=lambda fault: fault.pending))
            for member in self.members
            if member.state is not State.LEAVING and member.own_faults
        ]
        return sorted(found, key=lambda pair: pair[1].pending)

    # Votes

    def _step_down(
        self, active: list[Router], outvoted: Router, now: int
    ) -> Iterator[tuple[Router, tuple[Action, ...]]]:
        """Without priority 0, but where somebody takes our addresses off: then all of them bounce alike."""
        bounced = outvoted.left_by is Input.ADDRESSES_TAKEN and outvoted.since == now
        cause = f"sync group {self.name}: {outvoted.config.name} is BACKUP"
        for member in active:
            if member.state is State.MASTER:
                yield member, member.follow_down(cause, now, bounced=bounced)

    def _may_rise(self, active: list[Router], now: int) -> bool:
        if any(member.state is State.INIT for member in self.members):
            return False  # the start is not over
        return all(member.vote is State.MASTER and now >= member.listening_from for member in active)

    def _rise(
        self, active: list[Router], first: Router | None, now: int
    ) -> Iterator[tuple[Router, tuple[Action, ...]]]:
        for member in sorted(active, key=lambda member: member is not first):
            if member.state is State.BACKUP:
                cause = member.claim or f"sync group {self.name}: all members are to be MASTER"
                yield member, member.follow_up(cause, now)

    def _repeat_announcements(self, corrected: list[Router], now: int) -> Iterator[tuple[Router, tuple[Action, ...]]]:
        """Hosts that believed a losing master of one member may have believed it of the others too."""
        for member in self.members:
            if member.state is State.MASTER and any(other is not member for other in corrected):
                yield member, member.sibling_corrected(now)

    # What is told

    def _transition(self, now: int, first: Router | None) -> GroupTransition | None:
        new = self._derived()
        if new == self.state:
            return None
        old, self.state, self.since = self.state, new, now
        self.cause = self._why(new, first)
        return GroupTransition(at=now, group=self.name, old=old, new=new, cause=self.cause)

    def _derived(self) -> StateName:
        states = {member.state for member in self.members}
        if states == {State.INIT}:
            return "INIT" if self.state == "INIT" else "STOP"
        if State.LEAVING in states:
            return "LEAVING"
        if State.FAULT in states:
            wrong = any(not fault.pending for member in self.members for fault in member.own_faults.values())
            return "FAULT" if wrong else self.state
        if State.INIT in states and self.state == "INIT":
            return "INIT"  # the last one has not been started yet
        return "MASTER" if State.MASTER in states else "BACKUP"

    def _why(self, new: StateName, first: Router | None) -> str:
        at_fault = (member for member in self.members if member.own_faults)
        leader = next(at_fault, None) if new == "FAULT" else first
        leader = leader or self.members[0]
        return f"{leader.config.name}: {leader.cause}"
