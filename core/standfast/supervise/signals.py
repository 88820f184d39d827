"""Signals as bytes in a pipe, so that the parent hears of them where it hears of everything else."""

from __future__ import annotations

import contextlib
import os
import signal
from collections import deque
from types import FrameType

HEARD = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGCHLD,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGRTMIN + 2,
    signal.SIGRTMAX - 1,
)
"""From USR1 on they ask for dumps, as they do of keepalived; unheard they would end the daemon."""

_IGNORED_BY_CHILDREN = tuple(number for number in HEARD if number != signal.SIGCHLD)


class Signals:
    """The parent's ear. A handler only notes the number and writes one byte."""

    def __init__(self) -> None:
        self.pipe, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._pending: deque[int] = deque()
        # A supervisor may have started us with anything blocked or ignored.
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for number in HEARD:
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._pending.append(number)
        with contextlib.suppress(BlockingIOError):  # full: whoever empties it takes everything that is pending
            os.write(self._write_end, b"!")

    def take(self) -> list[int]:
        """What has arrived since the last time, in order."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.pipe, 512):
                pass
        taken = []
        while self._pending:
            taken.append(self._pending.popleft())
        return taken

    def close(self) -> None:
        """Back to the defaults."""
        for number in HEARD:
            signal.signal(number, signal.SIG_DFL)
        os.close(self.pipe)
        os.close(self._write_end)


def settle_in_child() -> None:
    """In a forked child: what service managers and Ctrl-C send to everybody is the parent's business.

    Children obey the parent's socket alone; a SIGTERM to the whole group must not make one of them leave early.
    """
    for number in HEARD:
        signal.signal(number, signal.SIG_IGN if number in _IGNORED_BY_CHILDREN else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
