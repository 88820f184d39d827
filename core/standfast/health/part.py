"""What the health process is made of: parts that live side by side and know only the hub."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any, TypeAlias

import msgspec
import trio

from standfast.config.health_model import HealthConfig
from standfast.control.protocol import Outcome, Request
from standfast.health.hub import Hub
from standfast.transfer import sendable


class Part:
    """One part: the scheduler, balancing, notifiers, metrics. Every method may be left as it is here.

    The order of life: made with the hub (which has the first configuration), :meth:`run` in a task of its own until
    cancelled, for each reload :meth:`prepare` and then :meth:`commit` (or nothing), :meth:`stop` once, in the order of
    the parts, while every ``run`` still runs.
    """

    name = ""
    """Its key in ``status``."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def run(self) -> None:
        """Do the work. To return is not to end. What it raises ends the process, and a new one begins."""
        await trio.sleep_forever()

    async def prepare(self, config: HealthConfig) -> str:
        """Everything of a new configuration that may fail, without touching the kernel. Why not; empty: it can."""
        return ""

    async def commit(self, config: HealthConfig) -> tuple[str, ...]:
        """Run by this configuration, which was prepared, from now on. What has changed, in words."""
        return ()

    def describe(self) -> Any:
        """What ``status`` shows of it: anything that becomes JSON. None: nothing."""
        return None

    async def described(self) -> AsyncGenerator[bytes, None]:
        """The same as JSON: in pieces, if it is so much that others must have their turn meanwhile; none for None."""
        said = self.describe()
        if said is not None:
            yield sendable(msgspec.json.encode, said)

    async def order(self, request: Request) -> Outcome | None:
        """Obey somebody at ``health.ctl``; None: the order is not for this part."""
        return None

    async def stop(self, *, leave: bool) -> None:
        """The end, within a second. ``leave``: what is in the kernel stays for a successor."""


PartMaker: TypeAlias = Callable[[Hub], Part]
