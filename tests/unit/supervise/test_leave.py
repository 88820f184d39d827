"""Stopping, with a real parent and a fake child."""

from __future__ import annotations

import os
import signal
import time


def test_a_stop_lets_the_child_leave_and_ends_well(daemon):
    daemon.start()
    assert daemon.order(do="stop") == {"ok": True, "words": "stopped, all addresses are off"}
    assert daemon.process.wait(60) == 0
    assert [event["now"] for event in daemon.events("stop")] == [False]
    assert daemon.events("reaped") == []


def test_a_signal_to_everybody_is_obeyed_by_the_parent_alone(daemon):
    daemon.configure(child_wait_time=20)
    daemon.start()
    child = daemon.started(1)["pid"]
    (daemon.run_dir / "hold").touch()
    os.kill(daemon.process.pid, signal.SIGSTOP)  # so that it hears all of them at once, however slow we are
    for pid in (child, daemon.process.pid, child, daemon.process.pid):
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)
    os.kill(daemon.process.pid, signal.SIGCONT)
    asked = daemon.eventually(lambda: daemon.events("stop"))[0]["at"]
    daemon.eventually(lambda: daemon.status()["turned_at"] > asked + 300_000)
    assert daemon.vrrp()["state"] == "stopping"
    assert [event["now"] for event in daemon.events("stop")] == [False]
    daemon.end()


def test_a_second_signal_is_impatience_unless_it_is_the_same_wish_twice(daemon):
    daemon.configure(child_wait_time=20)
    daemon.start()
    (daemon.run_dir / "hold").touch()
    daemon.process.send_signal(signal.SIGTERM)
    daemon.eventually(lambda: daemon.events("stop"))
    time.sleep(0.25)  # what is later than 200 ms is a second wish
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(60) == 0
    assert [event["now"] for event in daemon.events("stop")] == [False, True]


def test_stop_now_overtakes_a_stop(daemon):
    daemon.configure(child_wait_time=20)
    daemon.start()
    (daemon.run_dir / "hold").touch()
    daemon.process.send_signal(signal.SIGTERM)
    daemon.eventually(lambda: daemon.events("stop"))
    assert daemon.order(do="stop", now=True)["ok"] is True
    assert daemon.process.wait(60) == 0


def test_a_child_that_does_not_leave_is_killed_and_its_addresses_go(daemon):
    daemon.configure(child_wait_time=1)
    daemon.start()
    (daemon.run_dir / "hold").touch()
    answer = daemon.order(do="stop")
    assert "could not leave by itself" in answer["words"]
    assert daemon.process.wait(60) == 0
    assert daemon.events("reaped")
    assert daemon.logged("stop.forced")


def test_a_child_that_dies_while_leaving_is_not_replaced(daemon):
    daemon.configure(child_wait_time=20)
    daemon.start()
    (daemon.run_dir / "hold").touch()
    daemon.process.send_signal(signal.SIGTERM)
    daemon.eventually(lambda: daemon.events("stop"))
    os.kill(daemon.started(1)["pid"], signal.SIGKILL)
    assert daemon.process.wait(60) == 0
    assert daemon.events("reaped")
    assert len(daemon.events("started")) == 1


def test_leaving_out_of_a_crash_loop_takes_the_addresses_off(daemon):
    daemon.start()
    daemon.tell_child("die")
    daemon.eventually(lambda: daemon.vrrp()["state"] == "crash loop")
    assert daemon.order(do="stop")["ok"] is True
    assert daemon.process.wait(60) == 0
