"""A place where distributions are installed, and a daemon that answers as it is told."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest


class Site:
    """A directory on Python's path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def install(self, name: str, code: str, version: str = "1.0") -> None:
        """As pip leaves it: a module, and the entry point that names it."""
        (self.path / f"standfast_{name}.py").write_text(code)
        info = self.path / f"standfast_{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: standfast-{name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[standfast]\n{name} = standfast_{name}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Site(tmp_path)
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def daemon(tmp_path):
    """Answers on both sockets; the requests it got."""
    requests, threads, listeners = [], [], []

    def serve(listener, answer):
        connection, _ = listener.accept()
        with connection:
            requests.append(json.loads(connection.recv(4096)))
            connection.sendall(json.dumps(answer).encode() + b"\n")

    def answering(**answers):
        for name, answer in answers.items():
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(tmp_path / f"daemon.{name}"))
            listener.listen(1)
            listeners.append(listener)
            threads.append(threading.Thread(target=serve, args=(listener, answer)))
            threads[-1].start()
        return requests

    yield answering
    for thread in threads:
        thread.join(10)
    for listener in listeners:
        listener.close()
