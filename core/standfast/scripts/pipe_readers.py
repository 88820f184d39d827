"""The programs that read notices from a pipe (``notify_fifo_script`` and its kin): one for each pipe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from standfast.config.script_model import Fifo, ScriptCall
from standfast.scripts.client import ScriptClient
from standfast.scripts.protocol import Ended


class _Reader(NamedTuple):
    call: ScriptCall
    job: int


class PipeReaders:
    """``tell`` gets the keyword of the pipe, and what has become of it, when one ends that nobody wanted to end."""

    def __init__(self, programs: ScriptClient | None, tell: Callable[[str, str], None]) -> None:
        self._programs = programs
        self._tell = tell
        self._reading: dict[str, _Reader] = {}
        self._leaving = False

    def attend(self, fifos: Mapping[str, Fifo], pipes: Collection[str]) -> None:
        """Have one for each of these pipes that wants one, by keyword; ``pipes`` are open here.

        One that goes on reading the same pipe is left alone, one that is not wanted any more is ended, and one that
        has ended by itself is started again.
        """
        wanted = {name: fifo.script for name, fifo in fifos.items() if fifo.script is not None and name in pipes}
        for name, reader in list(self._reading.items()):
            if wanted.get(name) != reader.call:
                del self._reading[name]
                if self._programs is not None:
                    self._programs.kill(reader.job)
        for name, call in wanted.items():
            if name not in self._reading:
                self._start(name, call)

    def leave(self) -> None:
        """From now on it is no surprise when one ends."""
        self._leaving = True

    def _start(self, name: str, call: ScriptCall) -> None:
        if self._programs is None:
            return

        def ended(end: Ended) -> None:
            reader = self._reading.get(name)
            if reader is None or reader.job != end.number:
                return
            if end.lost:  # then it may read on, and a second one would take lines from it
                what = f"may have ended: {end.words}; if it has, restart standfast"
            else:
                what = f"has ended: {end.words}; a reload starts it again"
                del self._reading[name]
            if not self._leaving:
                self._tell(name, what)

        self._reading[name] = _Reader(call, self._programs.start(call, ended, at_stop="end", once=True))
