from __future__ import annotations

import json
import os
import socket
import stat
import threading
from contextlib import ExitStack

import pytest

from standfast.control.client import Gone, Stuck, ask
from standfast.control.protocol import Outcome, Request
from standfast.supervise.desk import Desk, listen
from standfast.supervise.reactor import Reactor


@pytest.fixture
def served(tmp_path):
    """A desk that a thread turns; the orders it got, and the directory of its socket."""
    run_dir = tmp_path / ("long" * 20) / ("name" * 20)
    run_dir.mkdir(parents=True)
    listener = listen(run_dir, "daemon.ctl", mode=0o600)
    reactor, orders, kept, stop = Reactor(), [], [], []

    def handle(request, answer):
        orders.append(request)
        if request.do == "watch":
            kept.append(answer)
        else:
            answer(Outcome(ok=True, words=request.do + "x" * (3_000_000 if request.now else 0)))

    desk = Desk(reactor, listener, handle)

    def turn():
        while not stop:
            reactor.after(10_000, lambda: None)
            reactor.turn()

    thread = threading.Thread(target=turn)
    thread.start()
    yield run_dir, orders
    stop.append(True)
    thread.join()
    for answer in kept:
        answer(Outcome(ok=True, words="at last"))
    for client in list(desk._clients):
        client.hang_up()
    listener.close()


def test_a_question_is_answered_even_where_names_are_long(served):
    run_dir, orders = served
    assert ask(run_dir, "daemon.ctl", Request(do="status")) == {"ok": True, "words": "status"}
    assert orders == [Request(do="status")]


def test_long_answers_come_whole(served):
    assert len(ask(served[0], "daemon.ctl", Request(do="stop", now=True))["words"]) == 3_000_004


def raw(run_dir, data, *, half_close=False):
    directory = os.open(run_dir, os.O_PATH)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(10)
        client.connect(f"/proc/self/fd/{directory}/daemon.ctl")
        os.close(directory)
        client.sendall(data)
        if half_close:
            client.shutdown(socket.SHUT_WR)
        return client.makefile().read()


def test_nonsense_is_answered_with_words(served):
    for nonsense in (b"hello\n", b'{"do":"dance"}\n', b"x" * 5_000):
        assert json.loads(raw(served[0], nonsense))["ok"] is False


def test_a_client_that_closes_its_sending_side_still_gets_the_answer(served):
    assert json.loads(raw(served[0], b'{"do":"status"}\n', half_close=True)) == {"ok": True, "words": "status"}


def test_silent_clients_keep_nobody_from_asking(served):
    run_dir, _ = served
    directory = os.open(run_dir, os.O_PATH)
    silent = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(20)]
    for client in silent:
        client.connect(f"/proc/self/fd/{directory}/daemon.ctl")
    os.close(directory)
    assert ask(run_dir, "daemon.ctl", Request(do="status"))["ok"]
    for client in silent:
        client.close()
    assert ask(run_dir, "daemon.ctl", Request(do="status"))["ok"]


def test_no_answer_is_stuck(served):
    with pytest.raises(Stuck):
        ask(served[0], "daemon.ctl", Request(do="watch"), patience_s=0.1)


def test_a_socket_is_made_anew_with_its_mode(tmp_path):
    for mode in (0o600, 0o660):
        listen(tmp_path, "x.status", mode=mode).close()
        assert stat.S_IMODE((tmp_path / "x.status").stat().st_mode) == mode
    with pytest.raises(Gone):
        ask(tmp_path, "x.status", Request(do="status"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives sockets to groups")
def test_a_status_socket_may_belong_to_a_group(tmp_path):
    listen(tmp_path, "x.status", mode=0o660, group=4).close()
    assert (tmp_path / "x.status").stat().st_gid == 4


def test_those_that_hang_do_not_keep_orders_out(served):
    run_dir, _orders = served
    directory = os.open(run_dir, os.O_PATH)
    with ExitStack() as hanging:
        hanging.callback(os.close, directory)
        for _ in range(40):
            client = hanging.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            client.settimeout(10)
            client.connect(f"/proc/self/fd/{directory}/daemon.ctl")
        assert ask(run_dir, "daemon.ctl", Request(do="reload"))["words"] == "reload"
