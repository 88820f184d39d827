"""A daemon of fakes in a process of its own, and what one can see of it from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from standfast.control.client import NoAnswer, ask
from standfast.control.protocol import Request

PROGRAM = Path(__file__).with_name("fake_daemon.py")
PATIENCE_S = 60


def eventually(look, *, patience_s=PATIENCE_S):
    """What ``look()`` gives as soon as it is true."""
    deadline = time.monotonic() + patience_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"still not after {patience_s} s: {found!r}"
        time.sleep(0.01)
    return found


def whole_lines(file):
    """What others have written so far, without a line that they are writing."""
    return file.read_text().rpartition("\n")[0].splitlines()


class FakeDaemon:
    eventually = staticmethod(eventually)

    def __init__(self, directory):
        self.file = directory / "config.json"
        self.run_dir = directory / "run"
        self.log = directory / "log"
        self.process = None
        self.configure()

    def configure(self, **what):
        whole = self.file.with_suffix(".new")
        whole.write_text(json.dumps(what))
        whole.rename(self.file)

    def start(self, *arguments, prefix=(), stderr=None, ready=True, **popen):
        command = [*prefix, sys.executable, str(PROGRAM), str(self.file), str(self.run_dir), *arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stderr=stderr or log, **popen)
        if ready:
            eventually(lambda: self.vrrp()["state"] == "running")
        return self

    def status(self):
        try:
            return ask(self.run_dir, "daemon.status", Request(do="status"), patience_s=PATIENCE_S)
        except NoAnswer:
            return {"processes": {"vrrp": {"state": "gone", "pid": None}}}

    def vrrp(self):
        return self.status()["processes"]["vrrp"]

    def order(self, **request):
        return ask(self.run_dir, "daemon.ctl", Request(**request), patience_s=PATIENCE_S)

    def tell_child(self, order):
        (self.run_dir / "orders.new").write_text(order)
        (self.run_dir / "orders.new").rename(self.run_dir / "orders")

    def events(self, *kinds):
        try:
            lines = whole_lines(self.run_dir / "events")
        except FileNotFoundError:
            return []
        return [event for event in map(json.loads, lines) if not kinds or event["what"] in kinds]

    def started(self, number):
        """The ``number``th start of a VRRP process, once it has happened."""
        return eventually(lambda: self.events("started")[number - 1 : number])[0]

    def records(self, event):
        """What the log holds of a kind by now."""
        lines = whole_lines(self.log)
        return [record for record in map(json.loads, lines) if record["event"] == event]

    def logged(self, event):
        """The same, once there is one: the writer takes its time."""
        return eventually(lambda: self.records(event))

    def end(self):
        """Everything, whatever state it is in."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        record = self.run_dir / "processes.json"
        if record.exists():
            for process in json.loads(record.read_text())["processes"]:
                if process["role"] != "parent":
                    kill_if_ours(process["pid"])


def kill_if_ours(pid):
    try:
        if Path(f"/proc/{pid}/comm").read_text().startswith("standfast-"):
            os.kill(pid, signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        pass


@pytest.fixture
def daemon(tmp_path):
    fake = FakeDaemon(tmp_path)
    yield fake
    fake.end()
