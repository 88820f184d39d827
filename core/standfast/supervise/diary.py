"""The writer process seen from the parent: started first, replaced when it dies, given a moment at the end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import sys
import termios
import time
from pathlib import Path

from standfast.control.protocol import ProcessStatus
from standfast.events import Level
from standfast.supervise import privileges
from standfast.supervise.brood import Brood
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.reactor import Reactor
from standfast.supervise.sinks import STDERR, Destination
from standfast.supervise.writer import SET_LEVEL, LogFormat, write_records
from standfast.values import SECOND

_STDERR = 2
_NICENESS = 10
"""Log lines can wait: at the start the writer's imports compete with those that the first advert waits for."""

_LAST_WORDS_MS = 1_000


def _stopped(pid: int) -> bool:
    """By a signal or a debugger (proc(5), state T or t)."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] in (b"T", b"t")
    except OSError:
        return False


class Diary:
    """Keeps a writer at the other end of the log pipe."""

    def __init__(self, style: LogFormat, *, level: Level = "info", where: Destination = STDERR) -> None:
        sender, self._receiver = pair()
        self.log = LogPipe(sender, "parent")
        self._style = style
        self._where = where
        self.level = level
        """What the next writer begins with; the present one is told by a record."""
        self._pid = 0
        self._since = 0.0
        self._restarts = -1

    def status(self, generation: int) -> ProcessStatus:
        """As `status` shows it; the writer runs no configuration, so its generation is the daemon's."""
        waiting = self._waiting()
        full = waiting * 2 > self.log.socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
        stuck = full or _stopped(self._pid)
        return ProcessStatus(
            pid=self._pid,
            state="stuck" if stuck else "running",
            generation=generation,
            since=self._since,
            restarts=self._restarts,
            detail=f"log lines are not written: {waiting} bytes of them wait, what comes is lost soon" if stuck else "",
        )

    def _waiting(self) -> int:
        """Bytes that no writer has read; all processes send through this one socket (unix(7), SIOCOUTQ)."""
        answer = fcntl.ioctl(self.log.socket.fileno(), termios.TIOCOUTQ, bytes(4))
        return int.from_bytes(answer, sys.byteorder)

    def open(self, reactor: Reactor, brood: Brood) -> None:
        """Start the writer; should it die, start another a second later (what it had read is lost)."""
        receiver: socket.socket = self._receiver

        def main(log: LogPipe) -> int:
            log.socket.close()  # or it would wait for itself at the end
            privileges.drop_all_but(privileges.WRITER)
            os.nice(_NICENESS)
            return write_records(receiver, _STDERR, self._style, level=self.level, where=self._where)

        def ended(_status: int) -> None:
            reactor.after(SECOND, lambda: self.open(reactor, brood))

        self._since = time.time()
        self._restarts += 1
        try:
            self._pid = brood.start("writer", main, keep=[receiver.fileno()], on_end=ended, stderr=True)
        except OSError:  # no room for a process: what is said waits in the pipe
            ended(0)

    def set_level(self, level: Level) -> None:
        """From now on write nothing below it."""
        self.level = level
        words = f"log level {level}"
        self.log.log(level if level in ("warning", "error") else "info", SET_LEVEL, words, fields={"level": level})

    def close(self) -> None:
        """Let the writer write what it has, at most a second; a reader that has stopped reading must not hold us."""
        self.log.socket.close()
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(self._pid)
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            if not poll.poll(_LAST_WORDS_MS):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)
