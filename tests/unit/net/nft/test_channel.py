"""Against a pretended kernel; the real one is asked in ``tests/netns/test_nft_encoder.py``."""

from __future__ import annotations

import errno
import socket
import struct
import threading

import pytest

from standfast.net.netlink import HEADER, NLM_F_DUMP_INTR, NLMSG_DONE, NLMSG_ERROR, DumpInterrupted, messages
from standfast.net.nft import wire
from standfast.net.nft.channel import Channel, TransactionRefused, Watch, answers, unbroken
from standfast.net.nft.commands import AddTable, DeleteTable, Table

TABLE = Table("inet", "standfast")


@pytest.fixture
def ends():
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    yield ours, kernel
    ours.close()
    kernel.close()


def packet(kind, sequence, body, *, flags=0, port=0):
    return HEADER.pack(HEADER.size + len(body), kind, flags, sequence, port) + body


def error(sequence, number, more=b""):
    return packet(NLMSG_ERROR, sequence, struct.pack("=i", -number) + bytes(16) + more)


def test_a_transaction_is_one_datagram_between_begin_and_end(ends):
    ours, kernel = ends
    kernel.send(error(2, 0))  # an answer lies ready, as it does when sendmsg returns
    Channel(ours).commit([AddTable(TABLE)])
    sent = kernel.recv(4096)
    assert [kind for kind, *_ in messages(sent)] == [wire.BATCH_BEGIN, 0xA00, wire.BATCH_END]


def test_an_empty_transaction_is_no_system_call(ends):
    ours, kernel = ends
    Channel(ours).commit([])
    with pytest.raises(BlockingIOError):
        kernel.recv(1, socket.MSG_DONTWAIT)


def test_a_refusal_names_the_edit_and_has_the_kernels_words(ends):
    ours, kernel = ends
    kernel.send(error(2, 0) + error(3, errno.ENOENT, wire.text(1, "no table")))
    with pytest.raises(TransactionRefused, match=r"delete table inet standfast: No such file.*\(no table\)") as caught:
        Channel(ours).commit([AddTable(TABLE), DeleteTable(TABLE)])
    assert caught.value.errno == errno.ENOENT


def test_a_whole_transaction_may_be_refused(ends):
    ours, kernel = ends
    kernel.send(error(1, errno.EPERM))
    with pytest.raises(TransactionRefused, match="the transaction: Operation not permitted"):
        Channel(ours).commit([AddTable(TABLE)])


def test_silence_is_no_success(ends):
    ours, _kernel = ends
    with pytest.raises(TransactionRefused, match="did not answer"):
        Channel(ours).commit([AddTable(TABLE)])


def test_answers_end_at_done_and_leave_out_those_of_others(ends):
    ours, kernel = ends
    kernel.send(packet(0xA09, 5, b"mine") + packet(0xA09, 4, b"late"))
    kernel.send(packet(NLMSG_DONE, 5, b""))
    assert [data[start:end] for data, start, end in answers(ours, 5)] == [b"mine"]


def test_an_interrupted_dump_is_repeated(ends):
    ours, kernel = ends
    kernel.send(packet(NLMSG_DONE, 5, b"", flags=NLM_F_DUMP_INTR))
    with pytest.raises(DumpInterrupted):
        list(answers(ours, 5))
    tries = []

    def dump():
        tries.append(1)
        if len(tries) < 3:
            raise DumpInterrupted
        return "whole"

    assert unbroken(dump) == "whole"


def test_chains_and_rules_of_the_table_asked_for(ends):
    ours, kernel = ends
    asking = Channel(ours)

    def answer():
        body = wire.subject("inet", wire.text(1, "standfast") + wire.text(2, "vs1"))
        other = wire.subject("inet", wire.text(1, "other") + wire.text(2, "vs1"))
        sequence = next(messages(kernel.recv(4096)))[2]
        rule = packet(0xA06, sequence, body)
        kernel.send(rule + packet(0xA06, sequence, other) + rule + packet(NLMSG_DONE, sequence, b""))

    pretending = threading.Thread(target=answer)
    pretending.start()
    assert asking.rules(TABLE) == {"vs1": 2}
    pretending.join()


def test_only_others_changes_to_our_table_count(ends):
    ours, kernel = ends
    watch = Watch(ours)
    named = wire.subject("inet", wire.text(1, "standfast"))
    other = wire.subject("inet", wire.text(1, "docker"))
    kernel.send(packet(0xA00, 1, named, port=42) + packet(0xA02, 2, other, port=7))
    assert not watch.touched_by_others("standfast", own_port=42)
    kernel.send(packet(0xA02, 2, named, port=7))
    assert watch.touched_by_others("standfast", own_port=42)
