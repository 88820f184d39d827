"""The generic netlink socket: batches of changes and dumps, for trio and without it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

import trio

from standfast.net.netlink import (
    HEADER,
    NETLINK_CAP_ACK,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    SOL_NETLINK,
    decode_error,
    messages,
)
from standfast_lb.ipvs.messages import family_number, family_request
from standfast_lb.ipvs.wire import CTRL_ID, FAMILY

NETLINK_GENERIC = 16
CHUNK = 200
"""Messages in one system call. Each may come back as an error, all of which must fit the receive buffer."""
_BUFFER = 1 << 16
_SOCKET_BUFFER = 1 << 21
_ANSWER_S = 5
"""The kernel answers within the call that asks; only a broken one makes us wait."""

SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33

Payload = bytes
Answer = tuple[bytes, int, int]
"""A datagram, and where in it the payload of one message begins and ends."""


class NoFamily(OSError):  # noqa: N818 - named after what is missing
    """The kernel has no IPVS, or its module is not loaded."""


def open_socket() -> socket.socket:
    """Non-blocking, with room for a chunk's errors. Raises :class:`OSError`."""
    opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_GENERIC)
    opened.setblocking(False)
    for force, plain in ((SO_SNDBUFFORCE, socket.SO_SNDBUF), (SO_RCVBUFFORCE, socket.SO_RCVBUF)):
        try:
            opened.setsockopt(socket.SOL_SOCKET, force, _SOCKET_BUFFER)
        except PermissionError:
            opened.setsockopt(socket.SOL_SOCKET, plain, _SOCKET_BUFFER)
    opened.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    opened.bind((0, 0))
    return opened


def find_family(opened: socket.socket, name: str = FAMILY) -> int:
    """The family's number. Asking makes the kernel load the module, if it may. Raises :class:`NoFamily`."""
    payload = family_request(name)
    opened.send(HEADER.pack(HEADER.size + len(payload), CTRL_ID, NLM_F_REQUEST, 1, 0) + payload)
    data = opened.recv(_BUFFER)  # there already: netlink answers before `send` returns
    for kind, _flags, _sequence, start, end in messages(data):
        if kind != NLMSG_ERROR:
            return family_number(data, start, end)
        number = decode_error(data, start, end)
        if number not in (0, errno.ENOENT):
            raise OSError(number, os.strerror(number))
    raise NoFamily(errno.ENOENT, f"the kernel knows no generic netlink family {name}")


class Channel:
    """One at a time: callers take turns by a lock."""

    def __init__(self) -> None:
        self._socket = open_socket()
        try:
            self._family = find_family(self._socket)
        except BaseException:
            self._socket.close()
            raise
        self._sequence = 1
        self._turn = trio.Lock()

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    async def perform(self, payloads: Sequence[Payload]) -> list[int]:
        """Send messages, give the errno of each; 0: done. Between chunks others get their turn."""
        results: list[int] = []
        async with self._turn:
            for start in range(0, len(payloads), CHUNK):
                results += await self._chunk(payloads[start : start + CHUNK])
                await trio.lowlevel.checkpoint()
        return results

    async def ask(self, payload: Payload) -> Answer:
        """One message, one answer. Raises :class:`OSError` with what the kernel says instead."""
        async with self._turn:
            answers = await self._collect(payload, 0, enough=lambda kind: kind != NLMSG_ERROR)
        return answers[0]

    async def dump(self, payload: Payload) -> list[Answer]:
        """Everything of a kind. Raises :class:`OSError`."""
        async with self._turn:
            return await self._collect(payload, NLM_F_DUMP, enough=lambda kind: kind == NLMSG_DONE)

    async def _chunk(self, payloads: Sequence[Payload]) -> list[int]:
        """The kernel handles all in order, tells every failure, and acknowledges the last, for which alone we ask."""
        first, last = self._sequence + 1, len(payloads) - 1
        self._sequence += len(payloads)
        datagram = bytearray()
        for place, payload in enumerate(payloads):
            flags = NLM_F_REQUEST | NLM_F_ACK if place == last else NLM_F_REQUEST
            datagram += HEADER.pack(HEADER.size + len(payload), self._family, flags, (first + place) & 0xFFFFFFFF, 0)
            datagram += payload
        self._drain()
        self._socket.send(datagram)
        results = [0] * len(payloads)
        while True:
            data = await self._receive()
            for kind, _flags, sequence, start, end in messages(data):
                place = (sequence - first) & 0xFFFFFFFF
                if kind == NLMSG_ERROR and place <= last:
                    results[place] = decode_error(data, start, end)
                    if place == last:
                        return results

    async def _collect(self, payload: Payload, flags: int, enough: Callable[[int], bool]) -> list[Answer]:
        self._sequence += 1
        ours = self._sequence & 0xFFFFFFFF
        self._drain()
        length = HEADER.size + len(payload)
        self._socket.send(HEADER.pack(length, self._family, NLM_F_REQUEST | flags, ours, 0) + payload)
        answers: list[Answer] = []
        while True:
            data = await self._receive()
            for kind, _flags, sequence, start, end in messages(data):
                if sequence != ours:
                    continue
                if kind == NLMSG_ERROR:
                    number = decode_error(data, start, end)
                    raise OSError(number, os.strerror(number))
                if kind != NLMSG_DONE:
                    answers.append((data, start, end))
                if enough(kind):
                    return answers

    async def _receive(self) -> bytes:
        try:
            return self._socket.recv(_BUFFER)
        except BlockingIOError:
            pass
        with trio.move_on_after(_ANSWER_S):
            await trio.lowlevel.wait_readable(self._socket)
            return self._socket.recv(_BUFFER)
        raise TimeoutError(errno.ETIMEDOUT, f"the kernel has not answered for {_ANSWER_S} s")

    def _drain(self) -> None:
        """Away with what a cancelled predecessor did not read."""
        with suppress(BlockingIOError):
            while True:
                self._socket.recv(_BUFFER)
