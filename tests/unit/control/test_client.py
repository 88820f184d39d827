from __future__ import annotations

import contextlib
import os
import socket
import threading

import pytest

from standfast.control.client import Denied, Gone, Stuck, alive, ask, watch
from standfast.control.protocol import Request, encode


@pytest.fixture
def listener(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.bind(str(tmp_path / "x.status"))
        sock.listen(1)
        yield sock


def answering(listener, *pieces):
    def serve():
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(4096).endswith(b"\n")
            for piece in pieces:
                connection.sendall(piece)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_one_answer(listener, tmp_path):
    thread = answering(listener, b'{"a"', b": 1}\n")
    assert ask(tmp_path, "x.status", Request(do="status")) == {"a": 1}
    thread.join()


def test_answers_as_they_come(listener, tmp_path):
    thread = answering(listener, encode({"n": 1}) + encode({"n": 2}), encode({"n": 3}))
    assert list(watch(tmp_path, "x.status", patience_s=5)) == [{"n": 1}, {"n": 2}, {"n": 3}]
    thread.join()


def test_answers_that_are_cut_anywhere(listener, tmp_path):
    whole = encode({"n": "one"}) + encode({"n": "two"})
    thread = answering(listener, *(whole[place : place + 1] for place in range(len(whole))))
    assert list(watch(tmp_path, "x.status", patience_s=5)) == [{"n": "one"}, {"n": "two"}]
    thread.join()


def test_an_answer_of_very_many_pieces(listener, tmp_path):
    servers = [f"10.0.{n // 250}.{n % 250}" for n in range(100_000)]
    thread = answering(listener, encode({"servers": servers}))
    assert ask(tmp_path, "x.status", Request(do="status"), patience_s=30)["servers"] == servers
    thread.join()


def test_a_process_that_does_not_answer_is_stuck(listener, tmp_path):
    with pytest.raises(Stuck, match="does not answer"):
        ask(tmp_path, "x.status", Request(do="status"), patience_s=0.05)


def test_a_process_that_does_not_even_accept_is_stuck(listener, tmp_path):
    waiting = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(5)]
    for client in waiting:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):  # the queue is full
            client.connect(str(tmp_path / "x.status"))
    with pytest.raises(Stuck, match="takes no more questions"):
        ask(tmp_path, "x.status", Request(do="status"))
    for client in waiting:
        client.close()


def test_nobody_there_is_gone(tmp_path):
    with pytest.raises(Gone, match="no daemon listens"):
        ask(tmp_path, "x.status", Request(do="status"))
    with pytest.raises(Gone, match="no daemon has been"):
        ask(tmp_path / "nowhere", "x.status", Request(do="status"))


def test_one_who_hangs_up_without_a_word_gives_an_empty_answer(listener, tmp_path):
    thread = answering(listener)
    assert ask(tmp_path, "x.status", Request(do="status")) == {}
    thread.join()


@pytest.mark.skipif(os.geteuid() != 0, reason="root becomes somebody else for this")
def test_one_who_may_not_ask_is_told_so(listener, tmp_path):
    (tmp_path / "x.status").chmod(0o600)
    os.seteuid(65534)
    try:
        with pytest.raises(Denied, match=r"be root"):
            ask(tmp_path, "x.status", Request(do="status"))
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(("name", "who"), [("x.status", "be root, or of the group that .*"), ("x.ctl", "be root")])
def test_no_group_may_give_orders(name, who, tmp_path, monkeypatch):
    def refuse(_self, _address):
        raise PermissionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(Denied, match=rf"{name}: {who}$"):
        ask(tmp_path, name, Request(do="status"))


def test_who_hangs_is_known_before_an_order_that_may_take_long(listener, tmp_path, monkeypatch):
    monkeypatch.setattr("standfast.control.client._ALIVE_S", 0.05)
    with pytest.raises(Stuck, match="does not answer"):
        alive(tmp_path, "x")


def test_whether_an_order_may_be_given_is_not_for_the_status_to_say(tmp_path, monkeypatch):
    def denied(*_asked, **_more):
        raise Denied("be root, or of the group that `status_group` names")

    monkeypatch.setattr("standfast.control.client.ask", denied)
    alive(tmp_path, "x")


def test_a_daemon_with_a_name_of_its_own_is_found(tmp_path):
    (tmp_path / "blue").mkdir()
    (tmp_path / "blue" / "daemon.status").touch()
    with pytest.raises(Gone, match=f"; there is {tmp_path}/blue: say so with --run-dir"):
        ask(tmp_path, "daemon.status", Request(do="status"))
