"""Sync groups, tracked interfaces and orders on the wire."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.config import VIP, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone, ours_on_a
from harness.timing import master_down_s

from standfast.lab.frames import Advert
from standfast.lab.lab import Host
from standfast.lab.namespace import LabError

SECOND_VIP = "10.9.0.101"
GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n"
CABLE = ("link add tr0 type veth peer name tr1", "link set tr0 up", "link set tr1 up")
TRACKED = ("track_interface {", "    tr0", "}")


def both(*lines: str, priority: int) -> str:
    """Two virtual routers in one sync group; ``lines`` belong to the first."""
    first = instance(*lines, priority=priority)
    return first + instance(name="VI_2", vrid=52, priority=priority, vips=(f"{SECOND_VIP}/24",)) + GROUP


def holds_both(host: Host) -> bool:
    return host.holds(VIP) and host.holds(SECOND_VIP)


def holds_none(host: Host) -> bool:
    return not host.holds(VIP) and not host.holds(SECOND_VIP)


def first_advert(duo: Net, vrid: int, since: float) -> Advert | None:
    """The first that b sent for one of the two."""
    return next((each for each in duo.wire.adverts(duo.b.address, since=since) if each.vrid == vrid), None)


def test_s53_a_fault_of_one_member_moves_both(duo: Net):
    duo.a.ip(*CABLE)
    duo.start_master(duo.a, both(*TRACKED, priority=150))
    eventually(lambda: holds_both(duo.a), 20, duo.logs)
    duo.start(duo.b, both(priority=100))
    duo.next_advert(duo.a, since=time.time())
    mark = time.time()
    duo.a.ip("link set tr0 down")
    eventually(lambda: holds_both(duo.b) and holds_none(duo.a), 20, duo.logs)
    farewells = [each.vrid for each in duo.wire.adverts(duo.a.address, since=mark) if each.priority == 0]
    assert set(farewells) == {51, 52}
    assert duo.is_keepalived(duo.a) or len(farewells) == 2, "one each; keepalived sends that of the faulty one twice"
    firsts = {vrid: duo.wire.wait(lambda vrid=vrid: first_advert(duo, vrid, mark), 20) for vrid in (51, 52)}
    earlier, later = sorted(each.time for each in firsts.values())
    duo.on_time(later, earlier, tolerance_s=0.02)
    duo.a.ip("link set tr0 up")
    eventually(lambda: holds_both(duo.a) and holds_none(duo.b), 20, duo.logs)


def test_s54_a_better_router_for_one_takes_both(solo: Net):
    solo.start_master(solo.a, both(priority=150))
    eventually(lambda: holds_both(solo.a), 20, solo.logs)
    with solo.speaking(0.1, priority=200, interval=30):
        eventually(lambda: holds_none(solo.a), 20, solo.logs)
        solo.wait_until(time.time() + 0.6)
        assert holds_none(solo.a)
    eventually(lambda: holds_both(solo.a), 20, solo.logs)


@ours_alone
def test_kd15_s55_a_reload_that_adds_a_member_disturbs_nobody(solo: Net):
    daemon = solo.start_master(solo.a, instance(priority=150) + GROUP.replace("        VI_2\n", ""))
    mark = time.time()
    daemon.write(both(priority=150))
    daemon.reload()
    eventually(lambda: holds_both(solo.a), 20, solo.logs)
    assert not [each for each in solo.wire.adverts(solo.a.address, since=mark) if each.priority == 0]
    solo.steady([each for each in solo.wire.adverts(solo.a.address, since=mark) if each.vrid == 51], 0.1)
    group = daemon.status()["vrrp"]["groups"][0]
    assert (group["state"], group["members"]) == ("MASTER", ["VI_1", "VI_2"])


@ours_alone
def test_s55_a_reload_that_removes_a_member_disturbs_nobody(solo: Net):
    daemon = solo.start_master(solo.a, both(priority=150))
    eventually(lambda: holds_both(solo.a), 20, solo.logs)
    mark = time.time()
    daemon.write(instance(priority=150) + GROUP.replace("        VI_2\n", ""))
    daemon.reload()
    assert solo.a.wait_address(SECOND_VIP, held=False)
    solo.wait_until(time.time() + 0.5)
    own = [each for each in solo.wire.adverts(solo.a.address, since=mark) if each.vrid == 51]
    assert {each.priority for each in own} == {150}, "the one that stays is not touched"
    solo.steady(own, 0.1)
    group = daemon.status()["vrrp"]["groups"][0]  # type: ignore[attr-defined] # ours
    assert (group["state"], group["members"]) == ("MASTER", ["VI_1"])


def test_s43_a_weighted_interface_moves_the_priority(duo: Net):
    duo.a.ip(*CABLE)
    weighted = ("track_interface {", "    tr0 weight -60", "}")
    duo.start_master(duo.a, instance(*weighted, priority=150))
    duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    mark = time.time()
    duo.a.ip("link set tr0 down")
    lowered = duo.next_advert(duo.a, since=mark, priority=90)
    taken = duo.next_advert(duo.b, since=mark)
    accepted = [each for each in duo.wire.adverts(duo.a.address) if each.time < lowered.time][-1]
    duo.on_time(taken.time, accepted.time + master_down_s(100, 0.1))
    assert duo.b.wait_address(VIP), duo.logs()
    duo.a.ip("link set tr0 up")
    assert duo.a.wait_address(VIP), duo.logs()


@ours_on_a
def test_a_master_yields_and_resumes(duo: Net):
    a = duo.start_master(duo.a, instance(priority=150))
    duo.start(duo.b, instance(priority=100))
    duo.next_advert(duo.a, since=time.time())
    assert "10.9.0.2 is master now" in a.tell("yield", "VI_1", "--for", "30m")
    assert duo.b.wait_address(VIP)
    assert duo.a.wait_address(VIP, held=False)
    shown = a.instance()
    assert (shown["state"], shown["order"]["kind"], shown["faults"]) == ("BACKUP", "yield", [])
    reloaded = a.reload()
    duo.wait_until(reloaded + 0.6)
    duo.silent(duo.a, since=reloaded)
    a.tell("resume", "VI_1")
    assert duo.a.wait_address(VIP), duo.logs()
    assert "vrrp.transition" in a.tell("events")


@ours_alone
def test_nobody_yields_to_nobody(solo: Net):
    a = solo.start_master(solo.a, instance(priority=150))
    client = solo.client()
    with pytest.raises(LabError, match="nobody took over, so everything is as before"):
        a.tell("yield", "VI_1")
    assert solo.a.holds(VIP)
    assert client is not None
    assert "MASTER" in a.tell("explain", "VI_1")


def test_s47_a_number_in_a_file_moves_the_priority(solo: Net, tmp_path: Path):
    load = tmp_path / "load"
    load.write_text("0")
    tracked = f"vrrp_track_file load {{\n    file {load}\n    weight 1\n}}\n"
    solo.start_master(solo.a, tracked + instance("track_file {", "    load", "}", priority=150))
    for text, priority in (("-30", 120), ("0x10", 166), ("junk", 150), ("500", 254)):
        mark = time.time()
        load.write_text(text)
        assert solo.next_advert(solo.a, since=mark, priority=priority)
    load.write_text("-300")
    assert solo.a.wait_address(VIP, held=False)
    load.unlink()
    assert solo.a.wait_address(VIP), solo.logs()
    assert solo.next_advert(solo.a, since=time.time(), priority=150)


@ours_alone
def test_s48_there_may_be_too_few_processes_and_too_many(solo: Net, tmp_path: Path):
    program = tmp_path / f"sg{os.getpid()}"
    program.symlink_to(shutil.which("sleep") or "")
    block = f"process {program.name}\nquorum 2\nquorum_max 3\nweight -20\n"
    tracked = f"vrrp_track_process web {{\n{block}}}\n"
    with ExitStack() as running:

        def start(count: int) -> None:
            for _ in range(count):
                child = running.enter_context(subprocess.Popen([str(program), "60"]))
                running.callback(child.kill)

        start(1)
        solo.start_master(solo.a, tracked + instance("track_process {", "    web", "}", priority=150))
        assert solo.next_advert(solo.a, since=time.time(), priority=130)
        for more, priority in ((1, 150), (2, 130)):  # 2 are enough, 4 are too many
            start(more)
            assert solo.next_advert(solo.a, since=time.time(), priority=priority)


def test_s48_a_process_that_ends_moves_the_priority(solo: Net, tmp_path: Path):
    """In a network namespace the kernel tells nobody, so this is the way round: a look at /proc every second."""
    program = tmp_path / f"sf{os.getpid()}"
    program.symlink_to(shutil.which("sleep") or "")
    tracked = f"vrrp_track_process web {{\n    process {program.name}\n    weight -20\n}}\n"
    with subprocess.Popen([str(program), "60"]) as child:
        solo.start_master(solo.a, tracked + instance("track_process {", "    web", "}", priority=150))
        assert solo.next_advert(solo.a, since=time.time(), priority=150)
        child.kill()
    assert solo.next_advert(solo.a, since=time.time(), priority=130)
