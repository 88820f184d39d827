"""Address providers: while an instance is MASTER they make a network outside send its addresses to this machine.

Clouds do not heed gratuitous ARP: there an address is moved by an interface of theirs. Core says when to assert, when
to look, when to try again; what goes wrong here is logged and shown, and never makes an instance fail over.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from standfast.config.record import Record
from standfast.values import SECOND


class Claim(Record, frozen=True):
    """What is to come to this machine."""

    instance: str
    host: str
    """``router_id``."""
    addresses: tuple[str, ...] = ()
    """``192.0.2.10/24``; empty for an instance without addresses."""


class Cadence(Record, frozen=True):
    """When core asks. Times in microseconds."""

    interval: int = 30 * SECOND
    """From one look to the next, more or less a random fifth."""
    settle: int = 2 * SECOND
    """From an assertion to the first look."""
    timeout: int = 10 * SECOND
    """For one request; then it is cancelled and tried again later."""
    first_pause: int = SECOND
    """Before the second try; each pause is twice as long as the one before, less a random part of up to a half."""
    longest_pause: int = 60 * SECOND


O = TypeVar("O", bound=Record)  # noqa: E741 - the options


class AddressProvider(ABC, Generic[O]):
    """A kind of provider. The class has the declaration, each object is one provider for one instance."""

    contract: ClassVar[int]
    """The version of the contract (:data:`standfast.contract.checking.CONTRACT`) that it was written for."""
    declaration: ClassVar[Any]
    """A :class:`standfast.api.NotifierType`: the block, and how options are made of it."""

    def __init__(self, options: O) -> None:
        """Raises :class:`ValueError`, with words, if these options cannot work here. Connects to nobody."""
        self.options = options

    @property
    @abstractmethod
    def instance(self) -> str:
        """The name of the `vrrp_instance` that it follows."""

    @property
    def cadence(self) -> Cadence:
        """When to ask."""
        return Cadence()

    @abstractmethod
    async def claim(self, claim: Claim) -> None:
        """Make it ours. Doing so again changes nothing. Raises :class:`standfast.api.NotDelivered`, or anything.

        It is cancelled at once when the instance is MASTER no longer, lest it take the address from the new master.
        """

    @abstractmethod
    async def verify(self, claim: Claim) -> bool | None:
        """Is it ours? None: this cannot be known, so it is claimed again at every look. Raises as :meth:`claim`."""

    async def close(self) -> None:
        """The end: let go of connections."""
