"""A health check as a tracker: what the checked service and the death of the process that checks it do to a pair."""

from __future__ import annotations

import json
import os
import signal
import socket
import time

import pytest
from harness.config import VIP, instance
from harness.network import Net, eventually
from harness.pairings import OURS, ours_on_a, ours_on_b, pairing
from harness.timing import master_down_s

from standfast.lab.daemons import Daemon, Standfast
from standfast.lab.lab import Host

PORT = 8080
NOBODY = "10.9.0.77"
ours_alone_pair = pytest.mark.parametrize("duo", [pairing(OURS, OURS)], indirect=True)
"""Where the other machine does nothing but listen, it does not matter what runs there."""


def service(host: Host, address: str = "127.0.0.1") -> socket.socket:
    """Something that listens on the host."""
    with host.namespace.entered():
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, PORT))
        made.listen(64)
    return made


def config(*more: str, weight: int = 0) -> str:
    settings = "\n".join((f"weight {weight}", "delay_loop 0.1", "TCP_CHECK {", f"connect_port {PORT}", "retry 0", "}"))
    check = f"vrrp_check web {{\n{settings}\n" + "\n".join(more) + "\n}\n"
    return check + instance("track_check {", "    web", "}", priority=150)


def health(daemon: Daemon) -> int:
    assert isinstance(daemon, Standfast)
    record = json.loads((daemon.run_dir / "processes.json").read_text())
    return {each["role"]: each["pid"] for each in record["processes"]}.get("health", 0)


@ours_on_a
@pytest.mark.parametrize("weight", [0, -100])
def test_the_peer_takes_over_when_the_service_dies(duo: Net, weight: int):
    listening = service(duo.a)
    a = duo.start(duo.a, config(weight=weight))
    duo.start(duo.b, instance(priority=100))
    assert duo.a.wait_address(VIP), duo.logs()
    listening.close()
    assert duo.b.wait_address(VIP), duo.logs()
    assert duo.a.wait_address(VIP, held=False)
    assert isinstance(a, Standfast)
    assert a.instance()["trackers"][0]["points"] == weight
    (thing,) = a.status()["vrrp"]["trackers"]
    assert (thing["kind"], thing["good"]) == ("check", False)
    assert "refused" in thing["words"]
    assert a.instance()["state"] == ("BACKUP" if weight else "FAULT")
    with service(duo.a):
        assert duo.a.wait_address(VIP), duo.logs()
        assert duo.b.wait_address(VIP, held=False), duo.logs()


@ours_alone_pair
def test_the_death_of_the_process_that_checks_is_not_the_service_s(duo: Net):
    """Its successor checks again; meanwhile the last verdict holds. (A master without a first verdict waits.)"""
    with service(duo.a):
        a = duo.start(duo.a, config())
        assert duo.a.wait_address(VIP), duo.logs()
        duo.start(duo.b, instance(priority=100))
        before = health(a)
        killed = time.time()
        os.kill(before, signal.SIGKILL)
        eventually(lambda: health(a) not in (0, before), 30, lambda: a.log)
        duo.steady([each for each in duo.adverts_during(duo.a, 1.5) if each.time > killed], 0.1)
        duo.silent(duo.b, since=killed)
        assert a.instance()["state"] == "MASTER"  # type: ignore[attr-defined] # ours


@ours_alone_pair
@pytest.mark.parametrize("on_silence", ["keep", "fail", "ignore"])
def test_what_counts_while_nobody_checks_is_said_in_the_configuration(duo: Net, on_silence: str):
    """Three deaths within 10 s: its successor comes after a pause, in which the verdict becomes too old."""
    with service(duo.a):
        a = duo.start(duo.a, config("max_age 0.5", f"on_silence {on_silence}"))
        assert duo.a.wait_address(VIP), duo.logs()
        duo.start(duo.b, instance(priority=100))
        before = 0
        for _ in range(3):
            eventually(lambda known=before: health(a) not in (0, known), 30, lambda: a.log)  # type: ignore[misc]
            before = health(a)
            os.kill(before, signal.SIGKILL)
        killed = time.time()
        eventually(lambda: "nothing new from the health process" in a.log, 30, lambda: a.log)
        if on_silence == "fail":
            assert duo.b.wait_address(VIP), duo.logs()
            eventually(lambda: "makes it bad" in a.log, 30, lambda: a.log)
        else:
            duo.wait_until(killed + 0.9)
            duo.silent(duo.b, since=killed)
        eventually(lambda: "the health process tells of it again" in a.log, 30, lambda: a.log)
        assert duo.a.wait_address(VIP), duo.logs()


def witnessed(duo: Net, *options: str, on_silence: str = "keep") -> str:
    """A backup that asks a service on c before it takes over."""
    check = f"TCP_CHECK {{\nconnect_ip {duo.c.address}\nconnect_port {PORT}\nretry 0\nconnect_timeout 1\n}}"
    made = f"vrrp_check witness {{\ndelay_loop 60\non_silence {on_silence}\n{check}\n}}\n"
    line = " ".join(("    witness", *options))
    return made + instance("check_before_master {", line, "}", priority=100)


def ready(duo: Net, daemon: Daemon) -> Standfast:
    """The process that checks has its plugins, and answers questions from now on."""
    assert isinstance(daemon, Standfast)
    eventually(lambda: "the health process is ready" in daemon.log, 30, duo.logs)
    return daemon


@ours_on_b
@pytest.mark.parametrize("reverse", [False, True])
def test_a_check_that_objects_keeps_a_backup_from_taking_over(duo: Net, reverse: bool):
    """The check is made every minute, so what decides is the look that was asked for."""
    listening = service(duo.c, duo.c.address)
    if not reverse:
        listening.close()
    a = duo.start_master(duo.a, instance(priority=150))
    b = ready(duo, duo.start(duo.b, witnessed(duo, *(["reverse"] if reverse else []))))
    duo.next_advert(duo.a, since=time.time())
    killed = a.kill()
    eventually(lambda: b.instance()["held_back"] is not None, 20, duo.logs)
    duo.wait_until(killed + 1.5)
    duo.silent(duo.b)
    assert "check witness is" in b.instance()["held_back"]["words"]
    assert "held back: no master is heard" in b.tell("explain", "VI_1")
    if reverse:
        listening.close()
        assert duo.b.wait_address(VIP), duo.logs()
    else:
        with service(duo.c, duo.c.address):
            assert duo.b.wait_address(VIP), duo.logs()


@ours_on_b
def test_a_check_that_agrees_costs_no_time_to_speak_of(duo: Net):
    with service(duo.c, duo.c.address):
        a = duo.start_master(duo.a, instance(priority=150))
        ready(duo, duo.start(duo.b, witnessed(duo, "within 5")))
        duo.next_advert(duo.a, since=time.time())
        killed = a.kill()
        taken = duo.next_advert(duo.b, since=duo.last_advert(duo.a).time)
        assert taken.time < killed + 4.5, "it did not wait for the five seconds"


@ours_on_b
@pytest.mark.parametrize("on_silence", ["keep", "fail"])
def test_a_silent_process_that_checks_keeps_nobody_from_taking_over_unless_told_so(duo: Net, on_silence: str):
    with service(duo.c, duo.c.address):
        a = duo.start_master(duo.a, instance(priority=150))
        b = ready(duo, duo.start(duo.b, witnessed(duo, "within 0.3", on_silence=on_silence)))
        duo.wait_until(time.time() + 1)  # and has looked once
        os.kill(health(b), signal.SIGSTOP)
        duo.next_advert(duo.a, since=time.time())
        killed = a.kill()
        if on_silence == "keep":
            last = duo.last_advert(duo.a).time
            taken = duo.next_advert(duo.b, since=last)
            duo.on_time(taken.time, last + master_down_s(100, 0.1) + 0.3)
        else:
            duo.wait_until(killed + 0.8)  # after five seconds the parent replaces the one that is stopped
            duo.silent(duo.b)
            assert duo.b.wait_address(VIP), duo.logs()  # its successor answers


@ours_on_b
def test_a_witness_that_is_silent_says_no_in_time(duo: Net):
    """One that refuses says so at once; of one that is gone only `connect_timeout` tells, and a look is under way."""
    a = duo.start_master(duo.a, instance(priority=150))
    check = f"TCP_CHECK {{\nconnect_ip {NOBODY}\nconnect_port {PORT}\nconnect_timeout 0.4\n}}"
    made = f"vrrp_check witness {{\ndelay_loop 0.1\n{check}\n}}\n"
    b = ready(duo, duo.start(duo.b, made + instance("check_before_master {", "    witness", "}", priority=100)))
    duo.next_advert(duo.a, since=time.time())
    a.kill()
    eventually(lambda: b.instance()["held_back"] is not None, 20, duo.logs)
    assert "check witness is bad" in b.instance()["held_back"]["words"]
    duo.silent(duo.b)
