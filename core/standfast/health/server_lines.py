"""Writes lines about servers and services to the named pipes. Never waits: what a full pipe loses is counted."""

from __future__ import annotations

import os

import trio

from standfast.config.health_model import HealthConfig
from standfast.events import Event, QuorumChange, ServerChange
from standfast.health.hub import Hub
from standfast.health.part import Part
from standfast.scripts.pipe_readers import PipeReaders

PIPES = ("lvs_notify_fifo", "notify_fifo")


class ServerLines(Part):
    """`lvs_notify_fifo`, and `notify_fifo` as far as it is about services."""

    name = "pipes"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.lost = 0
        """Lines that a full pipe did not take."""
        self._readers = PipeReaders(hub.programs, self._reader_ended)
        hub.on_event(self._write)

    async def run(self) -> None:
        """Start who reads `lvs_notify_fifo`."""
        self._attend()
        await trio.sleep_forever()

    async def commit(self, config: HealthConfig) -> tuple[str, ...]:
        """The pipes may be others now."""
        self._attend()
        return ()

    async def stop(self, *, leave: bool) -> None:
        """Who reads them is ended by who started them."""
        self._readers.leave()

    def describe(self) -> dict[str, int] | None:
        """Lost lines."""
        return {"lost_lines": self.lost} if self._pipes() else None

    def _attend(self) -> None:
        """That of `notify_fifo` is the VRRP process's affair."""
        ours = {PIPES[0]} & self.hub.pipes.keys()
        self._readers.attend(self.hub.config.programs.fifos, ours)

    def _reader_ended(self, name: str, what: str) -> None:
        self.hub.say("warning", "lvs.pipe_reader", f"the `{name}_script`, which reads the pipe, {what}")

    def _pipes(self) -> list[int]:
        return [self.hub.pipes[name] for name in PIPES if name in self.hub.pipes]

    def _write(self, event: Event) -> None:
        if not isinstance(event, ServerChange | QuorumChange) or not event.line:
            return
        said = event.line.encode(errors="surrogateescape") + b"\n"
        for pipe in self._pipes():
            try:
                os.write(pipe, said)
            except OSError:
                self.lost += 1
                if self.lost & (self.lost - 1) == 0:  # 1, 2, 4, 8, ...
                    words = f"{self.lost} lines about services are lost: nobody reads the notify pipe"
                    self.hub.say("warning", "lvs.pipe_full", words)
