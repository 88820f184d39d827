"""Asks for routers that are about to claim their addresses, and brings them the answers."""

from __future__ import annotations

from collections.abc import Sequence

from standfast.config.model import VirtualAddress
from standfast.values import Address
from standfast.vrrp.prober import Prober
from standfast.vrrp.speaker import Speaker


class Evidence:
    """Between the routers' questions (``probe_before_master``) and who can answer them."""

    def __init__(self, speaker: Speaker, prober: Prober) -> None:
        self._speaker = speaker
        self._prober = prober
        speaker.effects.ask = self._ask

    async def run(self) -> None:
        """For ever: hear who speaks for addresses while somebody wants to know."""
        await self._prober.run(self._answered)

    def _ask(self, addresses: Sequence[VirtualAddress], until: int) -> None:
        self._prober.ask(addresses, until)
        self._speaker.at(self._prober.deadline, self._end_asking)

    def _end_asking(self, now: int) -> None:
        self._prober.close(now)
        self._speaker.at(self._prober.deadline, self._end_asking)

    def _answered(self, interface: str, address: Address, mac: bytes) -> None:
        for instance in self._speaker.instances.values():
            if any(self._prober.concerns(interface, address, each) for each in instance.router.addresses):
                instance.router.address_answered(address, mac)
