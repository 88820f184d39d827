"""A witness on every CPU, above the daemons' priority: late means the machine, never what is being measured."""

from __future__ import annotations

import os
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from standfast.lab.witness import Witness

_ABOVE_THE_DAEMONS = 60


class Witnesses:
    """One for each CPU that this process may use."""

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        with self._stack:
            self._all = [
                self._stack.enter_context(Witness(cpu=cpu, priority=_ABOVE_THE_DAEMONS))
                for cpu in os.sched_getaffinity(0)
            ]
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stack.close()

    def worst_s(self, start: float, end: float) -> float:
        """The greatest lateness in seconds of any CPU between two moments of ``time.time()``."""
        return max(witness.worst_s(start, end) for witness in self._all)
