"""Orders of people to instances: ``yield``, ``hold``, ``resume``. A sync group obeys as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import trio

from standfast import clock
from standfast.config.suggest import did_you_mean
from standfast.control.protocol import Outcome, Request
from standfast.events import Remark
from standfast.values import SECOND, seconds
from standfast.vrrp import order_file
from standfast.vrrp.instance import Instance
from standfast.vrrp.orders import Order
from standfast.vrrp.ring import EventRing
from standfast.vrrp.rules import State
from standfast.vrrp.speaker import Speaker

LONGEST_WAIT_S: Final = 60
"""For a successor; the longest interval that a configuration can have is 41 s."""


class Commander:
    """Obeys, and keeps what holds in the run directory."""

    def __init__(self, speaker: Speaker, ring: EventRing, run_dir: Path) -> None:
        self._speaker = speaker
        self._ring = ring
        self._run_dir = run_dir

    async def obey(self, request: Request) -> Outcome:
        """Do it; for ``yield`` the answer comes when a successor speaks, or none does."""
        members = self._members(request.instance)
        if not members:
            names = [instance.config.name for instance in self._speaker.instances.values()]
            hint = did_you_mean(request.instance, [*names, *self._speaker.groups.all])
            words = f"there is no instance or sync group `{request.instance}`" + (f": {hint}" if hint else "")
            return Outcome(ok=False, words=words)
        if request.do == "yield":
            return await self._yield(members, request)
        if request.do == "hold":
            return self._hold(members, request)
        return self._resume(members)

    def _members(self, name: str) -> list[Instance]:
        """The instance; if it is in a sync group, or is one, all of its members."""
        groups = self._speaker.groups
        found = next((one for one in self._speaker.instances.values() if one.config.name == name), None)
        group = groups.all.get(name) if found is None else groups.of(found.router)
        if group is None:
            return [] if found is None else [found]
        return [one for one in self._speaker.instances.values() if one.router in group.members]

    # yield

    async def _yield(self, members: list[Instance], request: Request) -> Outcome:
        now = clock.now()
        masters = [member for member in members if member.router.state is State.MASTER]
        lonely = [member for member in members if not masters and not _hears_a_master(member, now)]
        if lonely and not request.force:
            return Outcome(ok=False, words=f"{_names(lonely)}: no other router speaks as master; --force yields anyway")
        order = Order("yield", now, _until(request, now))
        self._save({member.key: order for member in members})
        for member in members:
            slowest = self._speaker.groups.slowest_successor(member.router)
            self._speaker.perform(member, member.router.give_way(order, now, force=request.force, slowest=slowest))
        self._speaker.turn()
        await self._settled(members)
        stayed = [member for member in members if member.router.order != order]
        for member in members if stayed else ():
            self._speaker.perform(member, member.router.resume_part(clock.now()))
        self._save()
        self._speaker.turn()
        if stayed:
            words = f"{_names(stayed)}: nobody took over, so everything is as before; --force yields anyway"
            return Outcome(ok=False, words=words)
        return Outcome(ok=True, words=f"{_names(members)}: {self._successor(members)}{_for_how_long(request)}")

    async def _settled(self, members: list[Instance]) -> None:
        with trio.move_on_after(LONGEST_WAIT_S):
            while any(member.router.giving_way for member in members):
                await self._ring.news(self._ring.last)

    def _successor(self, members: list[Instance]) -> str:
        master = members[0].router.master
        return "yielded, nobody has taken over" if master is None else f"{master.address} is master now"

    # hold and resume

    def _hold(self, members: list[Instance], request: Request) -> Outcome:
        now = clock.now()
        order = Order("hold", now, _until(request, now))
        for member in members:
            self._speaker.perform(member, member.router.hold(order))
        self._save()
        self._speaker.turn()
        masters = [member for member in members if member.router.state is State.MASTER]
        what = "stays MASTER while nobody better speaks" if masters else "preempts nobody"
        return Outcome(ok=True, words=f"{_names(members)}: {what}{_for_how_long(request)}")

    def _resume(self, members: list[Instance]) -> Outcome:
        ordered = [member for member in members if member.router.order is not None]
        for member in ordered:
            self._speaker.perform(member, member.router.resume_part(clock.now()))
        self._save()
        self._speaker.turn()
        if not ordered:
            return Outcome(ok=True, words=f"{_names(members)}: nothing was ordered, so there is nothing to take back")
        return Outcome(ok=True, words=f"{_names(ordered)}: takes part again")

    def _save(self, coming: dict[str, Order] | None = None) -> None:
        """Before anything is said to others, and again when it is known what holds."""
        held = {one.key: one.router.order for one in self._speaker.instances.values() if one.router.order is not None}
        try:
            order_file.save(self._run_dir, held | (coming or {}))
        except OSError as error:
            words = f"cannot write {self._run_dir}/{order_file.NAME}: {error.strerror}; a restart forgets the order"
            self._speaker.tell(Remark(at=clock.now(), level="warning", event="vrrp.orders", words=words))


def _hears_a_master(instance: Instance, now: int) -> bool:
    """A BACKUP whose master has spoken within its down timer."""
    router = instance.router
    return router.master is not None and router.master.priority > 0 and now - router.last_arrival <= router.down_time


def _until(request: Request, now: int) -> int | None:
    return None if request.lasting is None else now + round(request.lasting * SECOND)


def _for_how_long(request: Request) -> str:
    if request.lasting is None:
        return ", until `standfast resume`"
    return f", for {seconds(round(request.lasting * SECOND))}"


def _names(instances: list[Instance]) -> str:
    return ", ".join(instance.config.name for instance in instances)
