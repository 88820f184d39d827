"""Which processes a ``vrrp_track_process`` means, and when their number is right. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from standfast.config.tracking_model import TrackedProcess

COMM_LENGTH: Final = 15
"""Bytes of the short name that the kernel keeps."""

ZOMBIES: Final = frozenset((b"Z", b"X", b"x"))
"""States of what has ended and is only not forgotten yet."""


class Seen(NamedTuple):
    """One process, as /proc shows it."""

    comm: bytes
    """The short name."""
    cmdline: tuple[bytes, ...] = ()
    """Empty for the kernel's own threads."""


def stat_of(data: bytes) -> tuple[bytes, bytes] | None:
    """Short name and state out of ``/proc/PID/stat``; the name may hold anything, brackets too."""
    first, last = data.find(b"("), data.rfind(b")")
    state = data[last + 2 : last + 3]
    if not 0 <= first < last or not state:
        return None
    return data[first + 1 : last], state


def cmdline_of(data: bytes) -> tuple[bytes, ...]:
    """The words of ``/proc/PID/cmdline``."""
    return tuple(data.removesuffix(b"\0").split(b"\0")) if data else ()


class Matcher:
    """One definition, with its words as the kernel has them."""

    def __init__(self, process: TrackedProcess) -> None:
        self.process = process
        self._command = process.command.encode("utf-8", "surrogateescape")
        self._parameters = tuple(word.encode("utf-8", "surrogateescape") for word in process.parameters)

    @property
    def needs_cmdline(self) -> bool:
        """Is the short name not enough?"""
        return self.process.full_command

    def matches(self, seen: Seen) -> bool:
        """Is this one of those that count?"""
        if not self.process.full_command:
            return seen.comm == self._command[:COMM_LENGTH]
        if not seen.cmdline or seen.cmdline[0] != self._command:
            return False
        return self._fits(seen.cmdline[1:])

    def _fits(self, words: tuple[bytes, ...]) -> bool:
        wanted, match = self._parameters, self.process.match
        if match == "none":
            return True
        if match == "exact":
            return words == wanted
        if len(words) < len(wanted):
            return False
        if match == "partial" or not wanted:
            return words[: len(wanted)] == wanted
        last = len(wanted) - 1
        return words[:last] == wanted[:last] and words[last].startswith(wanted[last])


class Headcount:
    """How many of them run, and what is believed of it: good news wait for ``fork_delay``, bad for the other."""

    def __init__(self, process: TrackedProcess) -> None:
        self.process = process
        self.pids: set[int] = set()
        self.good: bool | None = None
        """What is believed; None: nobody has looked at all processes yet."""
        self.due: int | None = None
        """When the contrary is believed, if it lasts."""

    @property
    def enough(self) -> bool:
        """Is the number right, whatever is believed?"""
        most = self.process.quorum_max
        return self.process.quorum <= len(self.pids) and (most is None or len(self.pids) <= most)

    @property
    def words(self) -> str:
        """For people: ``1 runs, wanted are 2 to 3``."""
        count = len(self.pids)
        runs = "none runs" if not count else "1 runs" if count == 1 else f"{count} run"
        return f"{runs}, {self._wanted}"

    @property
    def _wanted(self) -> str:
        least, most = self.process.quorum, self.process.quorum_max
        if most is None:
            return f"wanted: {least} or more"
        return f"wanted: {least}" if least == most else f"wanted: {least} to {most}"

    def judge(self, now: int) -> None:
        """The number may have changed, or time has passed."""
        if self.good is None:
            self.good = self.enough  # what is so from the beginning has lasted
            return
        if self.enough is self.good:
            self.due = None
            return
        if self.due is None:
            self.due = now + (self.process.fork_delay if self.enough else self.process.terminate_delay)
        if self.due <= now:
            self.good, self.due = self.enough, None

    def carry_on(self, earlier: Headcount) -> None:
        """A reload: the same processes are meant, so what is believed stays and the new limits are applied to it."""
        self.pids, self.good = earlier.pids, earlier.good


def same_processes(one: TrackedProcess, other: TrackedProcess) -> bool:
    """Do two definitions mean the same processes?"""
    return _identity(one) == _identity(other)


def _identity(process: TrackedProcess) -> tuple[object, ...]:
    return process.command, process.parameters, process.match, process.full_command


def numbers(names: Iterable[str]) -> list[int]:
    """The processes among the names in /proc."""
    return [int(name) for name in names if name.isascii() and name.isdigit()]
