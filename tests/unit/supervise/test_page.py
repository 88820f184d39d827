from __future__ import annotations

import os

from standfast.supervise.page import MASTER, SharedPage, Slot


def test_a_successor_reads_what_a_dead_child_wrote():
    page = SharedPage()
    slot = Slot(MASTER, last_advert_sent=123_456_789, learned_interval=100_000, ah_sequence=7)
    child = os.fork()
    if child == 0:
        page.beat(42)
        page.write(3, "51/4/eth0/to 224.0.0.18", slot)
        os._exit(0)
    os.waitpid(child, 0)
    assert page.heartbeat == 42
    assert page.read(3, "51/4/eth0/to 224.0.0.18") == slot


def test_another_instance_at_the_same_place_is_nobody():
    page = SharedPage()
    page.write(0, "one", Slot(MASTER, 1, 1))
    assert page.read(0, "two") is None
    assert page.read(1, "one") is None


def test_cleared_means_as_on_a_fresh_machine():
    page = SharedPage()
    page.beat(5)
    page.write(0, "one", Slot(MASTER, 1, 1))
    page.clear()
    assert page.heartbeat == 0
    assert page.read(0, "one") is None
