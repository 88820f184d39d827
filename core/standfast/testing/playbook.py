"""Tests of a virtual router that read as a transcript.

``>>`` goes in, ``<<`` must come out, in order and complete; times are seconds on the router's clock::

    assert (
        Playbook(router(priority=100))
        >> at(3.61)
        << exactly(3.609375, SendAdvert(100))
        << AddAddresses
        << announces(5)
        << becomes("MASTER")
    )

Log lines and transitions may be left out of a transcript; everything else that a router does may not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

import msgspec

from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.events import Remark, StateName, Transition
from standfast.values import SECOND, Address
from standfast.vrrp.actions import Action, Announce, SendAdvert, Tell
from standfast.vrrp.packet import Advert
from standfast.vrrp.router import Router

OWN_SOURCE = Address.parse("10.9.0.1")
OTHER_SOURCE = Address.parse("10.9.0.2")
GROUP = Address.parse("224.0.0.18")
VIP = VirtualAddress(address=Address.parse("10.9.0.100"), prefix=24, dev="eth0")

Step: TypeAlias = "Callable[[Playbook], None]"
Expectation: TypeAlias = "Action | type[Action] | _Matcher"
Output: TypeAlias = tuple[int, Action]


def us(seconds: float) -> int:
    """Seconds as the integer microseconds that routers count in."""
    return round(seconds * SECOND)


def instance(**settings: Any) -> VrrpInstance:
    """A plain version 2 instance (VRID 51 on eth0, one VIP), changed by ``settings``."""
    plain: dict[str, Any] = {
        "name": "VI_1",
        "vrid": 51,
        "family": 4,
        "version": 2,
        "interface": "eth0",
        "group": GROUP,
        "vips": (VIP,),
    }
    return VrrpInstance(**plain | settings)


def router(**settings: Any) -> Router:
    """A router for :func:`instance` that has an address to send from."""
    made = Router(instance(**settings))
    if made.source is None:
        made.source = OWN_SOURCE
    return made


def advert(priority: int, *, source: str | Address = OTHER_SOURCE, **fields: Any) -> Advert:
    """An advert as the other router of :func:`instance` would send it."""
    plain: dict[str, Any] = {
        "source": source if isinstance(source, Address) else Address.parse(source),
        "destination": GROUP,
        "version": 2,
        "vrid": 51,
        "priority": priority,
        "interval": SECOND,
        "addresses": (VIP.address,),
        "checksum": "message",
    }
    return Advert(**plain | fields)


class Playbook:
    """A router, a pretended clock, and what the router did that has not been accounted for yet."""

    def __init__(self, subject: Router, *, start: float = 0.0, delay: float = 0.0, silent: bool = False) -> None:
        """``silent``: leave starting (or resuming) to the transcript; else its actions are of no interest."""
        self.router = subject
        self.now = us(start)
        self.history: list[Output] = []
        self._pending: list[Output] = []
        if not silent:
            self.take(subject.start(self.now, us(delay)))
            self._pending.clear()

    def __rshift__(self, step: Step) -> Playbook:
        """Let something happen. What happened before must be accounted for."""
        self._nothing_left()
        step(self)
        return self

    def __lshift__(self, expected: Expectation) -> Playbook:
        """The next thing that the router did."""
        matcher = expected if isinstance(expected, _Matcher) else _Plain(expected)
        for _ in range(matcher.count):
            at_, action = self._next(matcher)
            if not matcher.matches(at_, action):
                self._fail(f"expected {matcher}, but at {at_ / SECOND:g} s it did {action}")
        return self

    def __bool__(self) -> bool:
        """Is everything accounted for? Raises AssertionError with the transcript if it is not."""
        self._nothing_left()
        return True

    def take(self, actions: tuple[Action, ...]) -> None:
        """Note what the router did just now."""
        outputs = [(self.now, action) for action in actions]
        self.history += outputs
        self._pending += outputs

    def forget(self) -> None:
        """Whatever happened is of no interest."""
        self._pending.clear()

    @property
    def adverts(self) -> list[tuple[float, int]]:
        """All adverts so far: when (seconds), and with which priority."""
        return [(at_ / SECOND, action.priority) for at_, action in self.history if isinstance(action, SendAdvert)]

    @property
    def remarks(self) -> list[str]:
        """The names of all remarks so far."""
        told = [action.event for _, action in self.history if isinstance(action, Tell)]
        return [event.event for event in told if isinstance(event, Remark)]

    def _next(self, matcher: _Matcher) -> Output:
        while self._pending:
            output = self._pending.pop(0)
            if not isinstance(output[1], Tell) or matcher.matches(*output):
                return output
        return self._fail(f"expected {matcher}, but nothing more happened")

    def _nothing_left(self) -> None:
        for at_, action in self._pending:
            if not isinstance(action, Tell):
                self._fail(f"not expected: at {at_ / SECOND:g} s it did {action}")
        self._pending.clear()

    def _fail(self, words: str) -> NoReturn:
        lines = [f"  {at_ / SECOND:10.6f}  {action}" for at_, action in self.history]
        raise AssertionError("\n".join([words, f"state {self.router.state.name} at {self.now / SECOND:g} s", *lines]))


# What goes in


def at(seconds: float) -> Step:
    """Time passes until then, with every timer served on time."""

    def step(book: Playbook) -> None:
        while (due := book.router.deadline) is not None and due <= us(seconds):
            book.now = max(due, book.now)
            book.take(book.router.tick(book.now))
        book.now = us(seconds)

    return step


def asleep_until(seconds: float) -> Step:
    """Time passes, but the process does not run: no timer is served."""

    def step(book: Playbook) -> None:
        book.now = us(seconds)

    return step


def hears(priority: int, *, arrived: float | None = None, **fields: Any) -> Step:
    """An acceptable advert (see :func:`advert`) is read now; it ``arrived`` now or earlier."""

    def step(book: Playbook) -> None:
        defaults = {"version": book.router.config.version, "checksum": book.router.form}
        heard = advert(priority, arrived=us(arrived) if arrived is not None else book.now, **defaults | fields)
        book.take(book.router.hear(heard, book.now))

    return step


def ticks(book: Playbook) -> None:
    """The router is asked to do what is due now."""
    book.take(book.router.tick(book.now))


def does(call: Callable[[Router, int], tuple[Action, ...]]) -> Step:
    """Any other call: ``does(lambda router, now: router.stop(now))``."""

    def step(book: Playbook) -> None:
        book.take(call(book.router, book.now))

    return step


def reloads(**changes: Any) -> Step:
    """The configuration is replaced by one with these changes."""

    def step(book: Playbook) -> None:
        config = msgspec.structs.replace(book.router.config, **changes)
        book.take(book.router.reconfigure(config, book.now))

    return step


# What must come out


class _Matcher(ABC):
    """Something that the next ``count`` actions must match."""

    count = 1

    @abstractmethod
    def matches(self, at_: int, action: Action) -> bool:
        """Is this the action that is wanted?"""


@dataclass
class _Plain(_Matcher):
    expected: Any

    def matches(self, at_: int, action: Action) -> bool:
        if isinstance(self.expected, type):
            return isinstance(action, self.expected)
        return bool(action == self.expected)


@dataclass
class exactly(_Matcher):  # noqa: N801 - reads as a word in a transcript
    """The action, at exactly this moment (to the microsecond)."""

    seconds: float
    expected: Any

    def matches(self, at_: int, action: Action) -> bool:
        """Both must hold."""
        return at_ == us(self.seconds) and _Plain(self.expected).matches(at_, action)


@dataclass
class announces(_Matcher):  # noqa: N801 - as above
    """That many rounds of announcements, for ``addresses`` if given."""

    count: int
    addresses: tuple[VirtualAddress, ...] | None = field(default=None)

    def matches(self, at_: int, action: Action) -> bool:
        """One round."""
        return isinstance(action, Announce) and self.addresses in (None, action.addresses)


@dataclass
class becomes(_Matcher):  # noqa: N801 - as above
    """A change of state; ``cause`` must occur in its words."""

    state: StateName
    cause: str = ""

    def matches(self, at_: int, action: Action) -> bool:
        """State and cause."""
        event = action.event if isinstance(action, Tell) else None
        return isinstance(event, Transition) and event.new == self.state and self.cause in event.cause


@dataclass
class remarks(_Matcher):  # noqa: N801 - as above
    """A log line with this event name."""

    event: str

    def matches(self, at_: int, action: Action) -> bool:
        """By name."""
        event = action.event if isinstance(action, Tell) else None
        return isinstance(event, Remark) and event.event == self.event
