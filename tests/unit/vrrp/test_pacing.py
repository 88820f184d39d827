from __future__ import annotations

from standfast.vrrp.pacing import Pacer


def drain(pacer):
    sent = []
    while pacer.deadline is not None:
        moment = pacer.deadline
        sent.append((moment, pacer.take(moment)))
    return sent


def test_without_an_interval_everything_leaves_at_once():
    pacer = Pacer(0)
    assert all(pacer.offer("a", 5, 0) for _ in range(10))
    assert pacer.deadline is None


def test_s63_twelve_frames_round_robin():
    pacer = Pacer(100)
    sent_now = [vip for _ in range(3) for vip in "abcd" if pacer.offer(vip, 3, 0)]
    assert sent_now == ["a"]
    assert drain(pacer) == [(100 * n, vip) for n, vip in enumerate("bcdabcdabcd", start=1)]


def test_requests_for_a_waiting_frame_add_up_to_a_burst_at_most():
    pacer = Pacer(100)
    for _ in range(20):
        pacer.offer("a", 3, 0)
    assert len(pacer) == 3


def test_early_asking_gives_nothing():
    pacer = Pacer(100)
    pacer.offer("a", 1, 0)
    pacer.offer("b", 1, 0)
    assert pacer.take(99) is None
    assert pacer.take(100) == "b"
    assert pacer.take(1000) is None


def test_the_distance_holds_after_the_queue_ran_empty():
    pacer = Pacer(100)
    pacer.offer("a", 1, 0)
    pacer.offer("b", 1, 0)
    pacer.take(100)
    assert not pacer.offer("c", 1, 150)
    assert pacer.deadline == 200
    assert pacer.take(200) == "c"
    assert pacer.offer("d", 1, 300)


def test_leaving_master_empties_the_queue():
    pacer = Pacer(100)
    for item in (("VI_1", 1), ("VI_1", 2), ("VI_2", 3)):
        pacer.offer(item, 1, 0)
    pacer.cancel(lambda item: item[0] == "VI_1")
    assert drain(pacer) == [(100, ("VI_2", 3))]
