from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

from standfast.clock import now
from standfast.config.model import encode
from standfast.dumps.process import Order, write
from standfast.supervise.logpipe import LogPipe, decode, pair

KEPT = json.loads((Path(__file__).parents[1] / "metrics" / "picture.json").read_text())


@pytest.fixture
def answering(tmp_path):
    """A process that answers once for each answer on its socket; what it was asked."""
    asked, threads = [], []

    def make(name, *answers):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(tmp_path / name))
        listener.listen(4)

        def serve():
            with listener:
                for answer in answers:
                    connection, _ = listener.accept()
                    with connection:
                        asked.append((name, json.loads(connection.recv(4096))["do"]))
                        connection.sendall(json.dumps(answer).encode() + b"\n")

        threads.append(threading.Thread(target=serve, daemon=True))
        threads[-1].start()
        return asked

    yield make
    for thread in threads:
        thread.join(5)


@pytest.fixture
def run(tmp_path, config):
    def do(kind):
        sender, receiver = pair()
        status = write(Order(kind, tmp_path, tmp_path, encode(config)), LogPipe(sender, "dumper"))
        sender.close()
        said = []
        with receiver:
            while data := receiver.recv(65536):
                said.append(decode(data).event)
        return status, said

    return do


def test_json(answering, run, status, tmp_path):
    answering("vrrp.status", status | {"turned_at": now()})
    assert run("json") == (0, ["dump.written"])
    assert json.loads((tmp_path / "keepalived.json").read_bytes())[0]["data"]["state"] == 2


def test_data_of_every_process(answering, run, status, tmp_path):
    answering("vrrp.status", status | {"turned_at": now()})
    answering("health.status", {"turned_at": now(), "balancing": {"services": KEPT["virtual_servers"]}})
    assert run("data")[0] == 0
    assert {each.name for each in tmp_path.glob("*.data")} == {
        "keepalived.data",
        "keepalived_parent.data",
        "keepalived_check.data",
    }


def test_statistics_are_written_before_they_are_cleared(answering, run, status, tmp_path):
    answering("vrrp.status", status | {"turned_at": now()})
    asked = answering("vrrp.ctl", {"ok": True, "words": ""})
    assert run("stats-clear")[0] == 0
    assert asked == [("vrrp.status", "status"), ("vrrp.ctl", "clear-counters")]
    assert "Sent: 5" in (tmp_path / "keepalived.stats").read_text()


@pytest.mark.parametrize("turned", [0, None])
def test_a_process_that_is_stuck_or_gone_is_not_told_as_master(answering, run, status, tmp_path, turned):
    (tmp_path / "keepalived.json").write_text('[{"data":{"state":2}}]')
    if turned is not None:
        answering("vrrp.status", status | {"turned_at": turned})
    assert run("json") == (1, ["dump.unknown"])
    assert not (tmp_path / "keepalived.json").exists()
