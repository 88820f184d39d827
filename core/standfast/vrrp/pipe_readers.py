"""The programs that read notices from a pipe (``notify_fifo_script`` and its kin): one for each pipe, run once."""

from __future__ import annotations

from collections.abc import Collection

from standfast.config.model import Config
from standfast.config.script_model import ScriptCall
from standfast.scripts.client import ScriptClient
from standfast.scripts.protocol import Ended
from standfast.vrrp.voice import Voice


class PipeReaders:
    """``pipes``: the keywords of those that are open here."""

    def __init__(self, programs: ScriptClient | None, pipes: Collection[str], voice: Voice) -> None:
        self._programs = programs
        self._pipes = pipes
        self._voice = voice
        self._run = False
        self._leaving = False

    def start(self, config: Config) -> None:
        """Run them all; the first call counts, for pipes do not change under a running daemon."""
        if self._run:
            return
        self._run = True
        for name, fifo in config.global_defs.programs.fifos.items():
            if fifo.script is not None and name in self._pipes:
                self._start(name, fifo.script)

    def leave(self) -> None:
        """From now on it is no surprise when one ends."""
        self._leaving = True

    def _start(self, name: str, call: ScriptCall) -> None:
        def ended(end: Ended) -> None:
            if not self._leaving:
                self._voice.remark("warning", "vrrp.pipe_reader", f"the `{name}_script` has ended: {end.words}")

        if self._programs is not None:
            self._programs.start(call, ended, at_stop="end", once=True)
