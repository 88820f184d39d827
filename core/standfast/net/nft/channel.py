"""The nf_tables socket: transactions and dumps. Synchronous, because the kernel is.

The kernel does a transaction inside ``sendmsg``; when that returns, every answer already lies in the receive buffer.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec

from standfast.net.netlink import (
    HEADER,
    NETLINK_ADD_MEMBERSHIP,
    NETLINK_CAP_ACK,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_DUMP_INTR,
    NLM_F_REQUEST,
    NLMSG_DONE,
    NLMSG_ERROR,
    SOL_NETLINK,
    DumpInterrupted,
    decode_error,
    errno_words,
    messages,
)
from standfast.net.nft import wire
from standfast.net.nft.commands import Command, Message, Table, encode
from standfast.net.nft.decode import Element, counters, elements, extended_words, family, names
from standfast.net.nft.elements import encode_elements
from standfast.net.nft.sets import Set

_NETLINK_EXT_ACK = 11
_SO_SNDBUFFORCE = 32
_SO_RCVBUFFORCE = 33
_SEND_BUFFER = 32 << 20
"""A transaction must be one datagram."""
_RECEIVE_BUFFER = 8 << 20
_BUFFER = 1 << 18
_DUMP_TRIES = 10
_ANSWER_SECONDS = 2

T = TypeVar("T")


class Refusal(msgspec.Struct, frozen=True):
    """One message that the kernel refused; with one of them, nothing of the transaction was done."""

    place: int
    """Of the message in the list; -1: the transaction as a whole."""
    errno: int
    words: str

    def __str__(self) -> str:
        return self.words


class TransactionRefused(OSError):  # noqa: N818 - named after what happened
    """The kernel did not take a transaction; everything is as it was."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(refusals[0].errno, "; ".join(map(str, refusals[:3])))


class Channel:
    """Changes and reads nf_tables in the network namespace in which it (or the socket ``opened``) was made."""

    def __init__(self, opened: socket.socket | None = None) -> None:
        self._socket = opened or netfilter_socket()
        self._sequence = 0

    @property
    def port(self) -> int:
        """Our netlink port: by it our own changes are told from others' in notifications."""
        return int(self._socket.getsockname()[0])

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def commit(self, commands: Iterable[Command]) -> None:
        """Do all of it at once. Raises :class:`TransactionRefused`, and then nothing has changed."""
        self.commit_messages(encode(commands))

    def commit_messages(self, batch: Sequence[Message]) -> None:
        """The same with messages that are encoded already."""
        if not batch:
            return
        first = self._numbers(len(batch) + 2)
        last = len(batch) - 1
        parts = [_message(wire.BATCH_BEGIN, 0, first, wire.BATCH_SUBJECT)]
        for place, message in enumerate(batch):
            flags = message.flags | (NLM_F_ACK if place == last else 0)
            kind = wire.SUBSYSTEM << 8 | message.kind
            parts.append(_message(kind, flags, first + 1 + place, message.body))
        parts.append(_message(wire.BATCH_END, 0, first + len(batch) + 1, wire.BATCH_SUBJECT))
        self._socket.sendmsg([b"".join(parts)])
        if refusals := self._refusals(batch, first):
            raise TransactionRefused(refusals)

    def _refusals(self, batch: Sequence[Message], first: int) -> list[Refusal]:
        found: list[Refusal] = []
        acknowledged = False
        while True:
            try:
                data = self._socket.recv(_BUFFER, socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            for kind, _flags, sequence, start, end in messages(data):
                place = sequence - first - 1
                if kind != NLMSG_ERROR or not -1 <= place < len(batch):
                    continue
                number = decode_error(data, start, end)
                acknowledged = acknowledged or place == len(batch) - 1
                if number:
                    found.append(_refusal(batch, place, number, extended_words(data, start, end)))
        if not found and not acknowledged:
            found.append(Refusal(-1, errno.EIO, "the kernel did not answer a transaction"))
        return found

    def tables(self, name: str) -> set[Table]:
        """Which tables of this name exist."""
        known = {number: word for word, number in wire.FAMILIES.items()}
        return {
            Table(known[family(data, start, end)], name)
            for data, start, end in self._dump(wire.GETTABLE, "inet", b"", all_families=True)
            if names(data, start, end).get(1) == name and family(data, start, end) in known
        }

    def chains(self, table: Table) -> set[str]:
        """The names of a table's chains."""
        answers = self._dump(wire.GETCHAIN, table.family, wire.text(1, table.name))
        found = (names(data, start, end) for data, start, end in answers)
        return {each[3] for each in found if each.get(1) == table.name and 3 in each}

    def rules(self, table: Table) -> dict[str, int]:
        """How many rules each chain of a table has; chains without are missing."""
        counts: dict[str, int] = {}
        for data, start, end in self._dump(wire.GETRULE, table.family, wire.text(1, table.name)):
            each = names(data, start, end)
            if each.get(1) == table.name and 2 in each:
                counts[each[2]] = counts.get(each[2], 0) + 1
        return counts

    def sets(self, table: Table) -> set[str]:
        """The names of a table's sets and maps."""
        answers = self._dump(wire.GETSET, table.family, wire.text(1, table.name))
        found = (names(data, start, end) for data, start, end in answers)
        return {each[2] for each in found if each.get(1) == table.name and 2 in each}

    def policies(self, table: Table) -> set[str]:
        """The names of a table's policies of time-outs, and of other objects that rules refer to."""
        answers = self._dump(wire.GETOBJ, table.family, wire.text(1, table.name))
        found = (names(data, start, end) for data, start, end in answers)
        return {each[2] for each in found if each.get(1) == table.name and 2 in each}

    def elements(self, table: Table, name: str) -> list[Element]:
        """Everything in a set or map. Raises :class:`FileNotFoundError` if there is no such set."""
        question = wire.text(1, table.name) + wire.text(2, name)
        return [
            element
            for data, start, end in self._dump(wire.GETSETELEM, table.family, question)
            for element in elements(data, start, end)
        ]

    def counters(self, table: Table, name: str) -> dict[bytes, tuple[int, int]]:
        """Packets and bytes by key. Raises :class:`FileNotFoundError` if there is no such set."""
        question = wire.text(1, table.name) + wire.text(2, name)
        answers = self._dump(wire.GETSETELEM, table.family, question)
        return {key: (packets, octets) for each in answers for key, packets, octets in counters(*each)}

    def element(self, table: Table, container: Set, key: bytes) -> Element | None:
        """One element, or None if there is none with this key."""
        listed = wire.nested(3, b"".join(encode_elements(container, {key: None})))
        body = wire.subject(table.family, wire.text(1, table.name) + wire.text(2, container.name) + listed)
        try:
            answers = list(self._ask(wire.GETSETELEM, NLM_F_REQUEST | NLM_F_ACK, body))
        except FileNotFoundError:
            return None
        return next((each for data, start, end in answers for each in elements(data, start, end)), None)

    def _dump(
        self, kind: int, table_family: str, attributes: bytes, *, all_families: bool = False
    ) -> list[tuple[bytes, int, int]]:
        body = wire.subject(table_family, attributes)
        if all_families:
            body = b"\0" + body[1:]
        return unbroken(lambda: list(self._ask(kind, NLM_F_REQUEST | NLM_F_DUMP, body)))

    def _ask(self, kind: int, flags: int, body: bytes) -> Iterator[tuple[bytes, int, int]]:
        ours = self._numbers(1)
        self._socket.sendmsg([_message(wire.SUBSYSTEM << 8 | kind, flags, ours, body)])
        yield from answers(self._socket, ours)

    def _numbers(self, count: int) -> int:
        """The first of ``count`` sequence numbers."""
        if self._sequence + count > 0x7FFFFFFF:
            self._sequence = 0
        first = self._sequence + 1
        self._sequence += count
        return first


def netfilter_socket() -> socket.socket:
    """A socket for nf_tables or connection tracking, with room for large transactions."""
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, wire.NETLINK_NETFILTER)
    for option, size in ((_SO_SNDBUFFORCE, _SEND_BUFFER), (_SO_RCVBUFFORCE, _RECEIVE_BUFFER)):
        with suppress(PermissionError):  # what the system allows will do for small ones
            made.setsockopt(socket.SOL_SOCKET, option, size)
    made.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    made.setsockopt(SOL_NETLINK, _NETLINK_EXT_ACK, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", _ANSWER_SECONDS, 0))
    made.bind((0, 0))
    return made


def answers(asked: socket.socket, ours: int) -> Iterator[tuple[bytes, int, int]]:
    """The answers to request ``ours`` until its end. Raises :class:`OSError`, :class:`DumpInterrupted`."""
    interrupted = False
    while True:
        data = asked.recv(_BUFFER)
        for kind, flags, sequence, start, end in messages(data):
            if sequence != ours:
                continue
            interrupted = interrupted or bool(flags & NLM_F_DUMP_INTR)
            if kind == NLMSG_ERROR:
                number = decode_error(data, start, end)
                if number:
                    raise OSError(number, errno_words(number))
                return
            if kind == NLMSG_DONE:
                if interrupted:
                    raise DumpInterrupted
                return
            yield data, start, end


def unbroken(dump: Callable[[], T]) -> T:
    """Repeat a dump that was interrupted by somebody's change."""
    for _attempt in range(_DUMP_TRIES - 1):
        try:
            return dump()
        except DumpInterrupted:
            continue
    return dump()


class Watch:
    """Hears of everybody's changes to nf_tables. ``fileno`` becomes readable when there is something."""

    def __init__(self, opened: socket.socket | None = None) -> None:
        self._socket = opened or netfilter_socket()
        if opened is None:
            self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, wire.GROUP_NFTABLES)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """For waiting."""
        return self._socket.fileno()

    def close(self) -> None:
        """Stop hearing."""
        self._socket.close()

    def touched_by_others(self, table: str, own_port: int) -> bool:
        """Read what has come: has somebody but ``own_port`` changed a table of this name (or did we lose track)?"""
        touched = False
        while True:
            try:
                data = self._socket.recv(_BUFFER)
            except BlockingIOError:
                return touched
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                touched = True  # messages were lost: better to look than to miss one
                continue
            touched = touched or _touches(data, table, own_port)


def _touches(data: bytes, table: str, own_port: int) -> bool:
    for kind, _flags, _sequence, start, end in messages(data):
        port = HEADER.unpack_from(data, start - HEADER.size)[4]
        if port == own_port or kind >> 8 != wire.SUBSYSTEM or kind & 0xFF == wire.NEWGEN:
            continue
        if names(data, start, end).get(1) == table:
            return True
    return False


def _message(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    return HEADER.pack(HEADER.size + len(body), kind, flags | NLM_F_REQUEST, sequence, 0) + body


def _refusal(batch: Sequence[Message], place: int, number: int, more: str) -> Refusal:
    what = batch[place].words if place >= 0 else "the transaction"
    return Refusal(place, number, f"{what}: {errno_words(number)}{f' ({more})' if more else ''}")
