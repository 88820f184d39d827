"""Asks for routers that are about to claim their addresses, and brings them the answers."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from standfast.config.model import VirtualAddress
from standfast.health import verdicts
from standfast.health.verdicts import Verdict
from standfast.values import Address
from standfast.vrrp.prober import Prober
from standfast.vrrp.probing import Look
from standfast.vrrp.speaker import Speaker


class Evidence:
    """Between the routers' questions (``probe_before_master``, ``check_before_master``) and who can answer them.

    ``line`` leads to the process that makes checks; None, or nobody at its other end: there is no answer.
    """

    def __init__(self, speaker: Speaker, prober: Prober, line: socket.socket | None) -> None:
        self._speaker = speaker
        self._prober = prober
        self._line = line
        speaker.effects.ask = self._ask
        speaker.effects.ask_checks = self._ask_checks

    async def run(self) -> None:
        """For ever: hear who speaks for addresses while somebody wants to know."""
        await self._prober.run(self._answered)

    def saw(self, verdict: Verdict, now: int) -> None:
        """A check has looked, whoever asked for it."""
        look = Look(verdict.name, verdict.saw, verdict.words, verdict.began)
        for instance in self._speaker.instances.values():
            if instance.router.probe is not None:
                self._speaker.perform(instance, instance.router.check_looked(look, now))

    def _ask(self, addresses: Sequence[VirtualAddress], until: int) -> None:
        self._prober.ask(addresses, until)
        self._speaker.at(self._prober.deadline, self._end_asking)

    def _end_asking(self, now: int) -> None:
        self._prober.close(now)
        self._speaker.at(self._prober.deadline, self._end_asking)

    def _ask_checks(self, names: Sequence[str]) -> None:
        if self._line is not None:
            verdicts.ask(self._line, tuple(names))

    def _answered(self, interface: str, address: Address, mac: bytes) -> None:
        for instance in self._speaker.instances.values():
            if any(self._prober.concerns(interface, address, each) for each in instance.router.addresses):
                instance.router.address_answered(address, mac)
