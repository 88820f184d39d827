from __future__ import annotations

from standfast.metrics.own_daemon import DECLARED, fill
from standfast.metrics.sheet import Sheet


def told(picture, problems, samples, *, ready=True):
    sheet = Sheet(DECLARED)
    fill(sheet, picture, problems, ready=ready)
    return samples(sheet)


def test_processes_and_problems(picture, samples):
    found = told(picture, ["one"], samples, ready=False)
    assert (found["standfast_up", ()], found["standfast_problems", ()], found["standfast_ready", ()]) == (1, 1, 0)
    assert found["standfast_process_up", (("process", "vrrp"),)] == 1
    assert found["standfast_process_restarts_total", (("process", "health"),)] == 0


def test_who_asks(picture, samples):
    assert ("standfast_http_clients", ()) not in told(picture, [], samples)
    picture["http"] = {"listening": [], "failing": {}, "clients": 2, "answered": 9}
    found = told(picture, [], samples)
    assert (found["standfast_http_clients", ()], found["standfast_http_requests_total", ()]) == (2, 9)


def test_not_up_without_the_speaker(picture, samples):
    picture["vrrp"]["fresh"] = False
    assert told(picture, [], samples)["standfast_up", ()] == 0


def test_not_up_without_the_parent(picture, samples):
    picture["daemon"] = None
    picture["processes"] = {"vrrp": {"pid": 1, "generation": 1, "state": "running"}}
    found = told(picture, [], samples)
    assert found["standfast_up", ()] == 0
    assert ("standfast_process_restarts_total", (("process", "vrrp"),)) not in found
