from __future__ import annotations

import os
import socket

from standfast.supervise.logpipe import Record
from standfast.supervise.sinks import Destination, open_sinks, to_syslog

RECORD = Record(time=1.5, level="error", event="x", words="w", process="vrrp", pid=42)


def test_a_file_and_standard_error(tmp_path):
    ours, theirs = os.pipe()
    for sink in open_sinks(Destination(file=str(tmp_path / "log")), theirs):
        sink(RECORD, "one\n")
    assert (tmp_path / "log").read_text() == "one\n"
    assert os.read(ours, 100) == b"one\n"
    os.close(ours)
    os.close(theirs)


def test_a_file_that_cannot_be_opened_gives_way(tmp_path):
    ours, theirs = os.pipe()
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    for sink in open_sinks(Destination(file=str(tmp_path / "link"), stderr=False), theirs):
        sink(RECORD, "one\n")
    said = os.read(ours, 1000).decode()
    assert "cannot write the log to" in said
    assert said.endswith("one\n")
    assert not (tmp_path / "victim").exists()
    os.close(ours)
    os.close(theirs)


def test_syslog(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(tmp_path / "log"))
        write = to_syslog(16, str(tmp_path / "log"))
        write(RECORD, "one\ntwo\n")
        assert daemon.recv(1000) == b"<131>standfast[42]: one"  # local0, error
        assert daemon.recv(1000) == b"<131>standfast[42]: two"
    (tmp_path / "log").unlink()
    write(RECORD, "lost\n")
