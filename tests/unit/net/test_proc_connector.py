from __future__ import annotations

import contextlib
import errno
import select
import struct
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.net.netlink import MalformedMessage
from standfast.net.proc_connector import ProcConnector, ProcessEvent, answer, decode

needs_root = pytest.mark.netns
"""The kernel tells root, and only in the network namespace that the machine started in."""


def message(what: int, *numbers: int, acknowledged: int = 1) -> bytes:
    data = struct.pack("=IIQ", what, 0, 0) + struct.pack(f"={len(numbers)}I", *numbers) + bytes(24 - 4 * len(numbers))
    body = struct.pack("=IIIIHH", 1, 1, 4, acknowledged, len(data), 0) + data
    return struct.pack("=IHHII", 16 + len(body), 3, 0, 0, 0) + body


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (message(0x1, 10, 10, 11, 11), [ProcessEvent("fork", 11, 10)]),
        (message(0x1, 12, 10, 11, 11), [ProcessEvent("fork", 11, 10)]),
        (message(0x1, 10, 10, 11, 10), []),
        (message(0x2, 7, 7), [ProcessEvent("exec", 7)]),
        (message(0x200, 7, 7), [ProcessEvent("comm", 7)]),
        (message(0x200, 8, 7), []),
        (message(0x80000000, 7, 7), [ProcessEvent("exit", 7)]),
        (message(0x80000000, 9, 7), []),
        (message(0x4, 7, 7), []),
        (message(0x2, 7, 7) + message(0x80000000, 7, 7), [ProcessEvent("exec", 7), ProcessEvent("exit", 7)]),
    ],
)
def test_what_the_kernel_tells(data, events):
    assert list(decode(data)) == events


@pytest.mark.parametrize("length", [1, 15, 20, 40, 55])
def test_what_is_cut_off_is_refused(length):
    data = message(0x2, 7, 7)[:length]
    data = struct.pack("=I", length) + data[4:] if length >= 4 else data
    with pytest.raises(MalformedMessage):
        list(decode(data))


def test_the_answer_to_an_order_of_ours():
    assert answer(message(0, 0, acknowledged=6), 5) == 0
    assert answer(message(0, errno.EPERM, acknowledged=6), 5) == errno.EPERM
    assert answer(message(0, 0, acknowledged=7), 5) is None
    assert answer(message(0x2, 0, acknowledged=6), 5) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data):
    for reading in (lambda: list(decode(data)), lambda: answer(data, 5)):
        with contextlib.suppress(MalformedMessage):
            reading()


def heard(connector: ProcConnector, pid: int, kind: str) -> bool:
    while select.select([connector.fileno()], [], [], 60)[0]:
        events, _more = connector.read()
        if any(event.pid == pid and event.kind == kind for event in events):
            return True
    return False


@needs_root
def test_the_kernel_tells_of_a_life():
    connector = ProcConnector()
    try:
        child = subprocess.Popen(["sleep", "60"])
        assert heard(connector, child.pid, "exec")
        child.kill()
        assert heard(connector, child.pid, "exit")
        child.wait()
    finally:
        connector.close()


@needs_root
def test_threads_are_not_heard_of():
    connector = ProcConnector()
    try:
        known: list[int] = []
        thread = threading.Thread(target=lambda: known.append(threading.get_native_id()))
        thread.start()
        thread.join()
        child = subprocess.Popen(["true"])
        child.wait()
        told: list[int] = []
        while child.pid not in told and select.select([connector.fileno()], [], [], 60)[0]:
            told += [event.pid for event in connector.read()[0]]
        assert known[0] not in told
        assert child.pid in told
    finally:
        connector.close()


@needs_root
def test_another_network_namespace_is_refused():
    code = (
        "from standfast.net.proc_connector import ProcConnector\n"
        "try:\n    ProcConnector()\nexcept OSError as error:\n    print(error.errno)"
    )
    out = subprocess.run(["unshare", "-n", sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(out.stdout) == errno.ECONNREFUSED
