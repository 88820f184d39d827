"""What is shown of daemons that are well, stuck, dying and dead. Their answers are canned."""

from __future__ import annotations

import datetime
import json
import socket
import threading

import pytest

from standfast.clock import now
from standfast.control import picture

WANTED = ["10.0.0.100/24 dev eth0", "10.0.0.101/24 dev eth0", "10.0.0.102/24 dev eth1"]


def process(**more):
    whole = {"pid": 11, "state": "running", "generation": 3, "since": 1.7e9, "heartbeat_age": 0.01}
    return whole | {"restarts": 0, "detail": ""} | more


def daemon_answer(vrrp=None, **more):
    return {
        "turned_at": now(),
        "pid": 10,
        "version": "0.1.0",
        "generation": 3,
        "config_file": "x.conf",
        "processes": {"parent": process(pid=10), "vrrp": vrrp or process()},
        "diagnostics": [],
        "away": [],
    } | more


def vrrp_answer(**more):
    return {"process": "vrrp", "pid": 11, "generation": 3, "turned_at": now(), "instances": [instance()]} | more


def instance(**more):
    known = {"name": "VI_1", "state": "MASTER", "since": "2020-11-23T22:37:13.261+00:00", "cause": "silence"}
    return known | {"addresses_wanted": WANTED, "addresses_present": WANTED} | more


@pytest.fixture
def answers(tmp_path):
    """Put canned answers behind sockets: None = take the question and never answer."""
    listeners, over = [], threading.Event()

    def serve(listener, lines):
        held = []
        for line in lines:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if line is None:
                held.append(connection)
                continue
            with connection:
                connection.recv(4096)
                if line := line() if callable(line) else line:
                    connection.sendall(json.dumps(line).encode() + b"\n")
        over.wait(20)
        for connection in held:
            connection.close()

    threads = []

    def put(**sockets):
        for name, lines in sockets.items():
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(tmp_path / f"{name}.status"))
            listener.listen(8)
            listeners.append(listener)
            threads.append(threading.Thread(target=serve, args=(listener, lines)))
            threads[-1].start()
        return tmp_path

    yield put
    over.set()
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join()
    for listener in listeners:
        listener.close()


def states(taken):
    return [(instance["name"], instance["state"]) for instance in taken.document["vrrp"]["instances"]]


def test_a_daemon_that_is_well(answers):
    taken = picture.take(answers(daemon=[daemon_answer()], vrrp=[vrrp_answer]))
    assert taken.problems == ()
    assert taken.document["schema"] == "standfast.status/1"
    assert states(taken) == [("VI_1", "MASTER")]
    assert taken.document["vrrp"]["fresh"] is True
    assert taken.document["processes"]["vrrp"]["generation"] == 3
    assert taken.document["virtual_servers"] == []
    assert "generated_at" in taken.document


def test_nobody_there(tmp_path):
    taken = picture.take(tmp_path)
    assert len(taken.problems) == 1
    assert "no daemon listens" in taken.problems[0]
    assert (states(taken), taken.document["processes"]) == ([], {})


def test_a_stuck_speaker_never_reads_as_master(answers):
    stuck = daemon_answer(process(state="stuck"), away=["VI_1"])
    taken = picture.take(answers(daemon=[stuck], vrrp=[None]))
    assert states(taken) == [("VI_1", "UNKNOWN")]
    assert "UNKNOWN (stuck)" in taken.problems[0]


@pytest.mark.parametrize(("detail", "words"), [("log lines are not written", ": log lines are not written"), ("", "")])
def test_a_stuck_writer_is_a_problem_and_the_speaker_is_believed(answers, detail, words):
    answer = daemon_answer()
    answer["processes"]["writer"] = process(pid=12, state="stuck", detail=detail)
    taken = picture.take(answers(daemon=[answer], vrrp=[vrrp_answer()]))
    assert taken.problems == (f"the writer process (PID 12) is stuck{words}",)
    assert states(taken) == [("VI_1", "MASTER")]


def test_an_answer_from_a_loop_that_no_longer_turns_is_not_believed(answers):
    stale = vrrp_answer(turned_at=now() - 2_000_000)
    taken = picture.take(answers(daemon=[daemon_answer(away=["VI_1"])], vrrp=[stale]))
    assert states(taken) == [("VI_1", "UNKNOWN")]
    assert "has not turned for 2.0 s" in taken.problems[0]


def test_a_crash_loop_is_a_fault_and_nobody_is_asked(answers):
    held = process(pid=None, state="crash loop", detail="exit status 9; next try in 4 s")
    taken = picture.take(answers(daemon=[daemon_answer(held, away=["VI_1", "VI_2"])]))
    assert states(taken) == [("VI_1", "FAULT"), ("VI_2", "FAULT")]
    assert taken.document["vrrp"]["instances"][0]["cause"] == "crash loop: exit status 9; next try in 4 s"
    assert taken.problems == ("no VRRP process runs (crash loop: exit status 9; next try in 4 s)",)


def test_a_stuck_parent_does_not_hide_a_speaker_that_speaks(answers):
    taken = picture.take(answers(daemon=[None], vrrp=[vrrp_answer]))
    assert states(taken) == [("VI_1", "MASTER")]
    assert "UNKNOWN (stuck)" in taken.problems[0]
    assert taken.document["daemon"] is None


def test_when_both_are_stuck_both_are_named(answers):
    taken = picture.take(answers(daemon=[None], vrrp=[None]))
    assert [words.split(":")[0] for words in taken.problems] == ["UNKNOWN (stuck)"] * 2
    assert states(taken) == []


def test_a_process_that_is_being_replaced_is_asked_again(answers):
    taken = picture.take(answers(daemon=[daemon_answer()], vrrp=[b"", vrrp_answer()]))
    assert states(taken) == [("VI_1", "MASTER")]
    assert taken.problems == ()


def problems(answers, **more):
    return picture.take(answers(daemon=[daemon_answer()], vrrp=[vrrp_answer(instances=[instance(**more)])])).problems


@pytest.mark.parametrize(
    ("present", "words"),
    [(WANTED[1:], f"{WANTED[0]} is missing"), (WANTED[:1], f"{WANTED[1]} and 1 more are missing")],
)
def test_a_master_without_its_addresses_is_a_problem(answers, present, words):
    found = problems(answers, addresses_present=present)
    assert found == (f"VI_1: MASTER, but {words}: the log has the reason",)


def test_a_master_without_a_route_is_a_problem(answers):
    routes = ["route 10.0.0.0/8 via 10.9.0.7", "route default via 10.9.0.8"]
    found = problems(answers, routing_wanted=routes, routing_present=routes[1:])
    assert found == (f"VI_1: MASTER, but {routes[0]} is missing: the log has the reason",)


def test_who_has_just_become_master_is_still_putting_its_addresses_on(answers):
    since = datetime.datetime.now(datetime.UTC).isoformat()
    assert problems(answers, since=since, addresses_present=[]) == ()


def test_a_backup_lacks_nothing(answers):
    assert problems(answers, state="BACKUP", addresses_present=[]) == ()


def test_a_token_that_cannot_be_read_is_a_problem(answers):
    daemon = daemon_answer()
    daemon["processes"]["health"] = process(pid=13)
    http = {"listening": ["127.0.0.1:80"], "failing": {}, "problem": "/x cannot be read", "clients": 0, "answered": 0}
    health = {"turned_at": now(), "balancing": None, "http": http}
    taken = picture.take(answers(daemon=[daemon], vrrp=[vrrp_answer()], health=[health]))
    assert taken.problems == ("over HTTP nobody is let in: /x cannot be read",)


def test_a_place_where_http_is_not_answered_is_a_problem(answers):
    daemon = daemon_answer()
    daemon["processes"]["health"] = process(pid=13)
    http = {"listening": [], "failing": {"127.0.0.1:80": "Address already in use"}, "clients": 0, "answered": 0}
    health = {"turned_at": now(), "balancing": None, "http": http}
    taken = picture.take(answers(daemon=[daemon], vrrp=[vrrp_answer()], health=[health]))
    assert taken.problems == ("HTTP is not answered at 127.0.0.1:80: Address already in use",)
    assert taken.document["http"] == http
