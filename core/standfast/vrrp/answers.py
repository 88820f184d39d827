"""What the VRRP process answers on its two sockets: orders of people, and questions of everybody."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from standfast.control.protocol import Outcome, Request, encode
from standfast.vrrp.commander import Commander
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.status import Describer

_FOR_THE_COMMANDER: Final = frozenset(("yield", "hold", "resume"))
_ORDERS: Final = _FOR_THE_COMMANDER | {"clear-counters"}


class Answers:
    """Both sockets' handlers, for :func:`standfast.control.server.serve`."""

    def __init__(self, speaker: Speaker, commander: Commander, describer: Describer) -> None:
        self._speaker = speaker
        self._commander = commander
        self._describer = describer

    async def obey(self, request: Request) -> AsyncGenerator[bytes, None]:
        """``vrrp.ctl``: orders, and everything that the other socket answers."""
        if request.do in _FOR_THE_COMMANDER:
            yield encode(await self._commander.obey(request))
        elif request.do == "clear-counters":
            for instance in self._speaker.everybody():
                instance.router.counters.clear()
            yield encode(Outcome(ok=True, words="counters are 0 again"))
        else:
            async with aclosing(self.answer(request)) as lines:
                async for line in lines:
                    yield line

    async def answer(self, request: Request) -> AsyncGenerator[bytes, None]:
        """``vrrp.status``: questions alone."""
        if request.do == "status":
            yield await self._describer.status()
        elif request.do in ("watch", "events"):
            told = self._describer.watch() if request.do == "watch" else self._describer.events(request)
            async with aclosing(told) as lines:
                async for line in lines:
                    yield line
        else:
            yield encode(Outcome(ok=False, words=_refusal(request.do)))


def _refusal(what: str) -> str:
    if what in _ORDERS:
        return f"orders to {what} go to vrrp.ctl"
    return f"the VRRP process takes no order to {what}: ask the daemon (daemon.ctl)"
