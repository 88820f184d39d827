"""Writes lines about servers and services to the named pipes. Never waits: what a full pipe loses is counted."""

from __future__ import annotations

import os

import trio

from standfast.events import Event, QuorumChange, ServerChange
from standfast.health.hub import Hub
from standfast.health.part import Part
from standfast.scripts.protocol import Ended

PIPES = ("lvs_notify_fifo", "notify_fifo")


class ServerLines(Part):
    """`lvs_notify_fifo`, and `notify_fifo` as far as it is about services."""

    name = "pipes"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.lost = 0
        """Lines that a full pipe did not take."""
        self._pipes = [hub.pipes[name] for name in PIPES if name in hub.pipes]
        hub.on_event(self._write)

    async def run(self) -> None:
        """Start who reads `lvs_notify_fifo`; that of `notify_fifo` is the VRRP process's affair."""
        fifo = self.hub.config.programs.fifos.get(PIPES[0])
        if fifo is not None and fifo.script is not None and PIPES[0] in self.hub.pipes and self.hub.programs:
            self.hub.programs.start(fifo.script, self._reader_ended, at_stop="end", once=True)
        await trio.sleep_forever()

    def _reader_ended(self, end: Ended) -> None:
        self.hub.say("warning", "lvs.pipe_reader", f"the `lvs_notify_fifo_script` has ended: {end.words}")

    def describe(self) -> dict[str, int] | None:
        """Lost lines."""
        return {"lost_lines": self.lost} if self._pipes else None

    def _write(self, event: Event) -> None:
        if not isinstance(event, ServerChange | QuorumChange) or not event.line:
            return
        said = event.line.encode(errors="surrogateescape") + b"\n"
        for pipe in self._pipes:
            try:
                os.write(pipe, said)
            except OSError:
                self.lost += 1
                if self.lost & (self.lost - 1) == 0:  # 1, 2, 4, 8, ...
                    words = f"{self.lost} lines about services are lost: nobody reads the notify pipe"
                    self.hub.say("warning", "lvs.pipe_full", words)
