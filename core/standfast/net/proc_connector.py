"""The kernel's news of processes: fork, exec, a new name, exit (the process connector, <linux/cn_proc.h>).

A filter in the kernel drops what nobody here wants, threads above all. The kernel serves the network namespace that
the machine started in and no other, and needs CAP_NET_ADMIN.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

from standfast.net import bpf
from standfast.net.netlink import HEADER, NLMSG_DONE, MalformedMessage, messages

EventKind: TypeAlias = Literal["fork", "exec", "comm", "exit"]


class ProcessEvent(NamedTuple):
    """What happened to one process."""

    kind: EventKind
    pid: int
    parent: int = 0
    """Of a fork."""


_CONNECTOR: Final = 11
_CN_PROC: Final = 1
"""Index and value of the connector, and the multicast group."""

_LISTEN, _IGNORE = 1, 2
_ACKNOWLEDGED, _FORK, _EXEC, _COMM, _EXIT = 0, 0x1, 0x2, 0x200, 0x80000000
_KINDS: Final[dict[int, EventKind]] = {_FORK: "fork", _EXEC: "exec", _COMM: "comm", _EXIT: "exit"}

_CN: Final = struct.Struct("=IIIIHH")
"""struct cn_msg: index, value, sequence, acknowledged, length, flags."""

_EVENT: Final = struct.Struct("=IIQ")
"""struct proc_event up to its data: what, processor, time."""

_TWO: Final = struct.Struct("=II")
_WORD: Final = struct.Struct("=I")
_DATAGRAM: Final = 4_096
_BUFFER: Final = 1_048_576
_SO_RCVBUFFORCE: Final = 33
_LOOK_FOR_ANSWER: Final = 256
"""Events that may stand before the answer to our own order, on a busy machine."""


class ProcConnector:
    """``fileno()`` is readable when there is something to :meth:`read`.

    Raises :class:`OSError` where the kernel does not tell us (not permitted, another namespace, no connector).
    """

    def __init__(self, receive_buffer: int = 0) -> None:
        self.overrun = False
        """Events were lost: look at all processes again. The caller sets it back."""
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        self._socket = socket.socket(socket.AF_NETLINK, kind, _CONNECTOR)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, receive_buffer or _BUFFER)
            _filter(self._socket)
            self._socket.bind((0, _CN_PROC))
            self._order(_LISTEN)
            self._await_answer()
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        """Of the socket, for ``wait_readable``."""
        return self._socket.fileno()

    def close(self) -> None:
        """Stop listening. Old kernels count listeners by what they say, so this says it."""
        with contextlib.suppress(OSError):
            self._order(_IGNORE)
        self._socket.close()

    def read(self, limit: int = 64) -> tuple[list[ProcessEvent], bool]:
        """What happened, at most ``limit`` datagrams' worth; True: there may be more."""
        events: list[ProcessEvent] = []
        for _ in range(limit):
            try:
                events += decode(self._socket.recv(_DATAGRAM))
            except BlockingIOError:
                return events, False
            except MalformedMessage:  # a kernel that speaks otherwise
                self.overrun = True
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.overrun = True
        return events, True

    def _order(self, operation: int) -> None:
        order = _WORD.pack(operation)
        body = _CN.pack(_CN_PROC, _CN_PROC, 0, os.getpid(), len(order), 0) + order
        self._socket.send(HEADER.pack(HEADER.size + len(body), NLMSG_DONE, 0, 0, 0) + body)

    def _await_answer(self) -> None:
        """The kernel answers before ``send`` returns; in a process namespace of its own it says nothing at all.

        Events that stand before the answer are dropped: the first look at all processes comes later.
        """
        for _ in range(_LOOK_FOR_ANSWER):
            try:
                refusal = answer(self._socket.recv(_DATAGRAM), os.getpid())
            except BlockingIOError:
                break
            if refusal is None:
                continue
            if refusal:
                raise OSError(refusal, os.strerror(refusal))
            return
        raise OSError(errno.EOPNOTSUPP, "the kernel does not answer")


def decode(data: bytes) -> Iterator[ProcessEvent]:
    """The events of one datagram, threads left out. Raises :class:`MalformedMessage` for anything too short."""
    for what, at, end in _events(data):
        kind = _KINDS.get(what)
        if kind is None:
            continue
        if end - at < 2 * _TWO.size:
            raise MalformedMessage(f"{end - at} bytes cannot tell of a {kind}")
        first, leader = _TWO.unpack_from(data, at)
        if kind == "fork":
            child, child_leader = _TWO.unpack_from(data, at + _TWO.size)
            if child == child_leader:
                yield ProcessEvent("fork", child, leader)
        elif first == leader:
            yield ProcessEvent(kind, first)


def answer(data: bytes, ours: int) -> int | None:
    """The errno in the answer to the order with this number (0: granted); None: this is none."""
    for _kind, _flags, _sequence, start, end in messages(data):
        if end - start < _CN.size + _EVENT.size + _WORD.size:
            continue
        acknowledged = _CN.unpack_from(data, start)[3]
        what = _EVENT.unpack_from(data, start + _CN.size)[0]
        if what == _ACKNOWLEDGED and acknowledged == ours + 1:
            return int(_WORD.unpack_from(data, start + _CN.size + _EVENT.size)[0])
    return None


def _events(data: bytes) -> Iterator[tuple[int, int, int]]:
    for _kind, _flags, _sequence, start, end in messages(data):
        if end - start < _CN.size + _EVENT.size:
            raise MalformedMessage(f"{end - start} bytes are no event of a process")
        index, value, *_rest = _CN.unpack_from(data, start)
        if (index, value) == (_CN_PROC, _CN_PROC):
            yield _EVENT.unpack_from(data, start + _CN.size)[0], start + _CN.size + _EVENT.size, end


_LOAD, _TO_X = 0x20, 0x07
_JUMP_IF_EQUAL, _JUMP_IF_EQUAL_X, _JUMP, _RETURN = 0x15, 0x1D, 0x05, 0x06
_WHAT: Final = HEADER.size + _CN.size
_DATA: Final = _WHAT + _EVENT.size


def _as_loaded(number: int) -> int:
    """A 32-bit number in host order as the filter reads it: in network order."""
    return int.from_bytes(number.to_bytes(4, sys.byteorder), "big")


_PROGRAM: Final = (
    (_LOAD, 0, 0, _WHAT),
    (_JUMP_IF_EQUAL, 13, 0, _as_loaded(_ACKNOWLEDGED)),  # 1 -> 15
    (_JUMP_IF_EQUAL, 3, 0, _as_loaded(_FORK)),  # 2 -> 6
    (_JUMP_IF_EQUAL, 6, 0, _as_loaded(_EXEC)),  # 3 -> 10
    (_JUMP_IF_EQUAL, 5, 0, _as_loaded(_COMM)),  # 4 -> 10
    (_JUMP_IF_EQUAL, 4, 8, _as_loaded(_EXIT)),  # 5 -> 10, or 14
    (_LOAD, 0, 0, _DATA + 8),  # 6: the child's number against that of its thread group
    (_TO_X, 0, 0, 0),
    (_LOAD, 0, 0, _DATA + 12),
    (_JUMP, 0, 0, 3),  # 9 -> 13
    (_LOAD, 0, 0, _DATA),  # 10: the same of the process itself
    (_TO_X, 0, 0, 0),
    (_LOAD, 0, 0, _DATA + 4),
    (_JUMP_IF_EQUAL_X, 1, 0, 0),  # 13 -> 15
    (_RETURN, 0, 0, 0),
    (_RETURN, 0, 0, 0xFFFFFFFF),
)
"""Jumps count from the next step; the numbers behind are steps."""


def _filter(sock: socket.socket) -> None:
    """Let through: answers, forks whose child leads its threads, and the rest where the process does."""
    bpf.attach(sock, b"".join(bpf.INSTRUCTION.pack(*step) for step in _PROGRAM))
