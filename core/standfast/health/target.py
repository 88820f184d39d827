"""One target at work: a task that delivers what its queue has, within its time, whatever the plugin does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import trio

from standfast import clock
from standfast.contract.notifying import NotDelivered, Notice, Notifier
from standfast.events import DaemonChange, Event
from standfast.health.delivery import Delivery
from standfast.health.subjects import is_last
from standfast.values import SECOND, seconds

CLOSING_S: Final = 0.5
"""For a notifier to let go of its connections."""

_LONGEST_WORDS: Final = 500


@dataclass(slots=True, eq=False)
class Target:
    """A notifier with its queue."""

    kind: str
    name: str
    options: bytes
    notifier: Notifier[Any]
    delivery: Delivery
    say: Callable[[str], None]
    """Warn of trouble: when it begins, and when it is over."""
    changed: Callable[[], None]
    """Something was told (which is worth noting on disk), or a replay is wanted."""
    refresh: Callable[[], None] = lambda: None
    """Tell once more what is wrong."""
    before: Notifier[Any] | None = None
    """The one by an earlier configuration: what that configuration removed was asked for by it."""
    problem: str = ""
    """What is wrong with the plugin itself."""
    remark: str = ""
    """What went wrong with the last delivery although the target took it."""
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    _news: trio.Event = field(default_factory=trio.Event)
    _retired: bool = False
    _refresh_at: int | None = None

    @property
    def key(self) -> str:
        """``webhook chat``; of a kind that has one target alone ``smtp``."""
        return self.kind if self.kind == self.name else f"{self.kind} {self.name}"

    @property
    def idle(self) -> bool:
        """Has everything been told?"""
        return not self.delivery.waiting and not self.delivery.under_way

    def put(self, event: Event) -> None:
        """One more event; left out if the target does not want it."""
        if not self.wants(event):
            return
        self.delivery.put(event, clock.wall_clock_at(event.at), clock.now())
        self.wake()

    def wants(self, event: Event) -> bool:
        """Is it to be told of this? What cannot say so is told everything."""
        try:
            last = self.before is not None and is_last(event) and self.before.wants(event)
            return last or self.notifier.wants(event)
        except Exception as error:
            self.problem = f"wants() raises {type(error).__name__}: {error}"
            return True

    def wake(self) -> None:
        """Look at the queue."""
        self._news.set()

    def retire(self) -> None:
        """End its task; what was under way goes back into the queue, which a successor may go on with."""
        self._retired = True
        self.delivery.given_back()
        self.scope.cancel()

    async def run(self) -> None:
        """Until :attr:`scope` is cancelled."""
        with self.scope:
            try:
                while True:
                    await self._wait()
                    notices = self.delivery.take(clock.now())
                    if notices:
                        await self._deliver(notices)
            finally:
                await self._close()

    async def _wait(self) -> None:
        self._news = trio.Event()
        with trio.move_on_after(self._patience()):
            await self._news.wait()
        await trio.lowlevel.checkpoint()
        if self._refresh_at is not None and clock.now() >= self._refresh_at and self.idle:
            self._refresh_at = clock.now() + self.delivery.manner.refresh
            self.refresh()

    def _patience(self) -> float:
        """Seconds until there is something to do, if there is no news."""
        if self.delivery.manner.refresh and self._refresh_at is None:
            self._refresh_at = clock.now() + self.delivery.manner.refresh
        moments = [at for at in (self.delivery.due(), self._refresh_at if self.idle else None) if at is not None]
        return max(min(moments) - clock.now(), 0) / SECOND if moments else float("inf")

    async def _deliver(self, notices: tuple[Notice, ...]) -> None:
        before = self.delivery.last_error
        await self._try(notices)
        after = self.delivery.last_error
        if after and after != before:
            self.say(f"{self.key}: {after}")
        elif before and not after:
            self.say(f"{self.key}: delivers again")
        self.changed()

    async def _try(self, notices: tuple[Notice, ...]) -> None:
        result = await attempt(self.notifier, notices, self.delivery.manner.timeout)
        if self._retired:  # the queue is somebody else's
            return
        if result.words:
            self.delivery.failed(result.words, clock.now(), retry=result.retry, retry_after=result.retry_after)
            return
        self.delivery.succeeded(clock.now())
        if result.remark and result.remark != self.remark:
            self.say(f"{self.key}: {result.remark}")
        self.remark = result.remark

    async def _close(self) -> None:
        with trio.CancelScope(shield=True, deadline=trio.current_time() + CLOSING_S):
            words = await closed(self.notifier)
            if words:
                self.say(f"{self.key}: {words}")

    def describe(self) -> dict[str, Any]:
        """For ``status``."""
        delivery, now = self.delivery, clock.now()
        oldest = delivery.under_way or delivery.waiting
        due = delivery.due()
        return {
            "name": self.key,
            "kind": self.kind,
            "state": "failing" if delivery.failures else "idle" if self.idle else "delivering",
            "queue": len(delivery.waiting) + len(delivery.under_way),
            "oldest_s": round((now - oldest[0].since) / SECOND, 3) if oldest else 0.0,
            "sequence": delivery.sequence,
            "delivered": delivery.delivered,
            "dropped": delivery.dropped,
            "last_delivered": None if delivery.last_delivered is None else clock.iso(delivery.last_delivered),
            "last_error": delivery.last_error,
            "failures": delivery.failures,
            "failing_since": None if delivery.failing_since is None else clock.iso(delivery.failing_since),
            "next_try_s": round(max(due - now, 0) / SECOND, 3) if due is not None and delivery.failures else None,
            "problem": self.problem,
            "remark": self.remark,
        }


class Attempt(NamedTuple):
    """What came of one try."""

    words: str = ""
    """Why it was not delivered; empty: it was."""
    retry: bool = True
    retry_after: int | None = None
    """Microseconds that the target asked for."""
    remark: str = ""
    """What went wrong although it was delivered."""


async def attempt(notifier: Notifier[Any], notices: tuple[Notice, ...], patience: int) -> Attempt:
    """Deliver once, within ``patience`` microseconds."""
    with trio.move_on_after(patience / SECOND) as limit:
        try:
            return Attempt(remark=_short(str(await notifier.deliver(notices) or "")))
        except NotDelivered as error:
            wish = None if error.retry_after_s is None else round(max(error.retry_after_s, 0) * SECOND)
            return Attempt(_short(str(error)) or "not delivered", error.retry, wish)
        except OSError as error:
            return Attempt(_short(error.strerror or str(error) or type(error).__name__))
        except (Exception, SystemExit) as error:
            return Attempt(_short(f"{type(error).__name__}: {error}"))
    return Attempt(f"no answer within {seconds(patience)}" if limit.cancelled_caught else "not delivered")


async def closed(notifier: Notifier[Any]) -> str:
    """Close it; what goes wrong there, in words."""
    try:
        await notifier.close()
    except (Exception, SystemExit) as error:
        return f"close() raises {type(error).__name__}: {error}"
    return ""


def _short(words: str) -> str:
    return " ".join(words.split())[:_LONGEST_WORDS]


def trial() -> tuple[Notice, ...]:
    """What ``standfast notify test`` sends."""
    event = DaemonChange(at=clock.now(), what="test", words="somebody tries whether notices arrive here")
    return (Notice(sequence=0, wall=clock.wall_clock_at(event.at), host="", event=event),)
