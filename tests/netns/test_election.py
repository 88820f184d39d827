"""Who becomes master, and what a master and a backup answer to what they hear."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from harness.config import VIP, instance
from harness.network import Net
from harness.pairings import ours_alone
from harness.timing import EARLY_S, TOLERANCE_S, excuse, master_down_s, skew_s


def test_s08_nopreempt_waits_until_the_master_leaves(duo: Net):
    a = duo.start_master(duo.a, instance(priority=100))
    duo.start(duo.b, instance("nopreempt", priority=150))
    heard = duo.next_advert(duo.a, since=time.time())
    duo.wait_until(heard.time + 3 * master_down_s(150, 0.1))
    duo.silent(duo.b)
    asked = a.terminate()
    good_bye = duo.next_advert(duo.a, since=asked, priority=0)
    duo.on_time(duo.next_advert(duo.b, since=asked).time, good_bye.time + skew_s(150, 0.1))


def test_s09_preempt_delay_comes_before_the_down_timer(duo: Net):
    delay_s = 0.7
    duo.start_master(duo.a, instance(priority=100))
    b = duo.daemon(duo.b, instance(f"preempt_delay {delay_s}", priority=150))
    b.start()
    heard_first = duo.next_advert(duo.a, since=duo.wait_listening(b))
    heard_at_last = duo.next_advert(duo.a, since=time.time())
    taken = duo.next_advert(duo.b, since=heard_first.time)
    # Up to one interval earlier: the down timer counts from the last advert that was accepted in the delay.
    assert taken.time >= heard_first.time + delay_s + master_down_s(150, 0.1) - 0.1 - EARLY_S
    due = heard_at_last.time + delay_s + master_down_s(150, 0.1)
    duo.on_time(max(taken.time, due), due, tolerance_s=0.1 + TOLERANCE_S)


def test_s09_nobody_to_preempt_no_delay(solo: Net):
    solo.start(solo.a, instance("preempt_delay 3", priority=150))
    listening = time.time()
    first = solo.next_advert(solo.a, since=0)
    solo.on_time(max(first.time, listening + 0.341), listening + 0.341)


def test_s10_of_equals_the_higher_address_wins(duo: Net):
    duo.b.cut()
    duo.start_master(duo.a, instance(priority=100))
    duo.start_master(duo.b, instance(priority=100))
    duo.b.heal()
    assert duo.a.wait_address(VIP, held=False)
    assert duo.b.holds(VIP)
    mark = time.time()
    duo.wait_until(mark + 0.5)
    duo.silent(duo.a, since=mark)
    assert duo.wire.adverts(duo.b.address, since=mark)


QUIET = ("garp_master_delay 0", "garp_master_repeat 1")


def test_s11_a_lower_advert_is_answered_and_the_hosts_told_again(solo: Net):
    lines = (*QUIET, "garp_lower_prio_repeat 2", "garp_lower_prio_delay 1")
    solo.start_master(solo.a, instance(*lines, priority=150))
    own = solo.next_advert(solo.a, since=time.time())
    solo.wait_until(own.time + 0.04)
    told = len(solo.wire.garps(VIP))
    injected = solo.inject(priority=100)
    answer = solo.next_advert(solo.a, since=injected)
    solo.on_time(answer.time, injected, tolerance_s=0.03)
    assert solo.wire.wait(lambda: (solo.wire.garps(VIP)[told + 1 :] or [None])[0], 20)
    assert len(solo.wire.garps(VIP)) == told + 2
    solo.on_time(solo.next_advert(solo.a, since=answer.time + EARLY_S).time, answer.time + 0.1)
    again = solo.wire.wait(lambda: (solo.wire.garps(VIP)[told + 3 :] or [None])[0], 20)
    assert again
    solo.on_time(again.time, injected + 1)
    assert solo.a.holds(VIP)


def test_s12_a_master_told_not_to_answer_keeps_its_beat(solo: Net):
    solo.start_master(solo.a, instance(*QUIET, "lower_prio_no_advert true", priority=150))
    own = solo.next_advert(solo.a, since=time.time())
    solo.wait_until(own.time + 0.04)
    told = len(solo.wire.garps(VIP))
    injected = solo.inject(priority=100)
    after = solo.next_advert(solo.a, since=injected)
    before = [each for each in solo.wire.adverts(solo.a.address) if each.time < injected][-1]
    solo.on_time(after.time, before.time + 0.1, tolerance_s=0.03)
    assert len(solo.wire.garps(VIP)) > told


def test_s13_one_last_word_before_yielding(solo: Net):
    solo.start_master(solo.a, instance("higher_prio_send_advert true", priority=150))
    own = solo.next_advert(solo.a, since=time.time())
    solo.wait_until(own.time + 0.03)
    injected = solo.inject(priority=200, interval=100)
    assert solo.a.wait_address(VIP, held=False)
    solo.wait_until(injected + 0.25)
    said = solo.wire.adverts(solo.a.address, since=injected)
    assert [each.priority for each in said] == [150]
    solo.on_time(said[0].time, injected)


def test_s13_without_it_yielding_is_silent(solo: Net):
    solo.start_master(solo.a, instance("higher_prio_send_advert false", priority=150))
    own = solo.next_advert(solo.a, since=time.time())
    solo.wait_until(own.time + 0.03)
    injected = solo.inject(priority=200, interval=100)
    assert solo.a.wait_address(VIP, held=False)
    solo.wait_until(injected + 0.25)
    assert solo.wire.adverts(solo.a.address, since=injected) == []


def test_s14_a_good_bye_does_not_unseat_a_master(solo: Net):
    solo.start_master(solo.a, instance(priority=150))
    own = solo.next_advert(solo.a, since=time.time())
    solo.wait_until(own.time + 0.04)
    injected = solo.inject(priority=0)
    answer = solo.next_advert(solo.a, since=injected)
    solo.on_time(answer.time, injected, tolerance_s=0.03)
    following = solo.next_advert(solo.a, since=answer.time + EARLY_S)
    solo.on_time(following.time, answer.time + 0.1)
    assert following.priority == 150


@pytest.mark.parametrize("version", [2, 3])
def test_s15_after_a_good_bye_only_the_skew_time_is_waited(solo: Net, version: int):
    """At version 3 with the interval that it has learned, a second as well."""
    header = 1 if version == 2 else 100
    with solo.speaking(0.05, priority=200, version=version, interval=header):
        solo.start(solo.a, instance(priority=100, version=version, interval=1 if version == 2 else 0.1))
        heard = solo.next_advert(solo.c, since=time.time())
        solo.next_advert(solo.c, since=heard.time + EARLY_S)
    injected = solo.inject(priority=0, version=version, interval=header)
    taken = solo.next_advert(solo.a, since=injected)
    solo.on_time(taken.time, injected + skew_s(100, 1, version))


def test_s20_equal_passwords_make_one_router(duo: Net):
    secret = ("authentication {", "auth_type PASS", "auth_pass secret", "}")
    duo.start_master(duo.a, instance(*secret, version=2, interval=1, priority=150))
    duo.start(duo.b, instance(*secret, version=2, interval=1, priority=100))
    duo.wait_until(time.time() + master_down_s(100, 1, 2) + 0.3)
    duo.silent(duo.b, tolerance_s=1)
    spoken = duo.last_advert(duo.a)
    assert (spoken.auth_type, spoken.vrrp[-8:]) == (1, b"secret\0\0")


@pytest.mark.parametrize(
    ("other", "counter"),
    [
        (("authentication {", "auth_type PASS", "auth_pass other", "}"), "auth_failure"),
        ((), "authtype_mismatch"),
    ],
    ids=["different", "none"],
)
def test_s20_other_passwords_make_two_masters(duo: Net, other: tuple[str, ...], counter: str):
    secret = ("authentication {", "auth_type PASS", "auth_pass secret", "}")
    a = duo.start(duo.a, instance(*secret, version=2, interval=1, priority=150))
    b = duo.start(duo.b, instance(*other, version=2, interval=1, priority=100))
    assert duo.a.wait_address(VIP)
    assert duo.b.wait_address(VIP)
    duo.wait_until(time.time() + 1.2)
    assert duo.a.holds(VIP)
    assert duo.b.holds(VIP)
    for daemon in (a, b):
        assert duo.counter(daemon, counter) != 0


@ours_alone
def test_s33_a_wrong_address_list_is_obeyed_and_counted(solo: Net):
    """Keepalived 2.2.7 drops it, later ones obey."""
    a = solo.start_master(solo.a, instance(priority=150))
    solo.inject(priority=200, interval=100, addresses=("10.9.0.101",))
    assert solo.a.wait_address(VIP, held=False)
    assert solo.counter(a, "addr_list_err") in (1, None)


@ours_alone
def test_s33_a_wrong_address_list_can_be_refused(solo: Net):
    """Keepalived has no `addr_mismatch`."""
    a = solo.start_master(solo.a, instance("addr_mismatch drop", priority=150))
    with solo.speaking(0.05, priority=200, addresses=("10.9.0.101",)):
        solo.steady(solo.adverts_during(solo.a, 1), 0.1)
    assert solo.a.holds(VIP)
    assert solo.counter(a, "addr_list_err")


def test_s73_three_routers_stand_in_line(solo: Net):
    """200, 150 and 100 on a, d and e: killed in turn, revived in turn."""
    solo.kinds |= dict.fromkeys("de", solo.kinds["a"])
    d, e = solo.lab.add_hosts(d=["10.9.0.4/24"], e=["10.9.0.5/24"])
    line = [(solo.a, 200), (d, 150), (e, 100)]
    daemons = {host.name: solo.start(host, instance(priority=priority)) for host, priority in line}
    assert solo.a.wait_address(VIP)
    for (host, _), (heir, priority) in pairwise(line):
        solo.next_advert(host, since=time.time())
        daemons[host.name].kill()
        last = solo.last_advert(host).time
        solo.on_time(solo.next_advert(heir, since=last).time, last + master_down_s(priority, 0.1))
    for host, priority in reversed(line[:-1]):
        started = solo.restart(daemons[host.name])
        back = solo.next_advert(host, since=started, priority=priority)
        solo.wait_until(back.time + 0.35)
        speaking = {each.source for each in solo.wire.adverts(since=back.time + 0.02)}
        if speaking != {host.address}:
            excuse(solo.witness, solo.began, 0.02)
        assert speaking == {host.address}


def test_s34_of_two_owners_one_remains(duo: Net):
    """The one with the lower address yields, whoever it is."""
    duo.b.cut()
    duo.start_master(duo.a, instance(priority=255))
    duo.start_master(duo.b, instance(priority=255))
    duo.b.heal()
    healed = time.time()
    duo.wait_until(healed + 6 * 0.1 + 0.2)
    sources = {each.source for each in duo.adverts_during(duo.b, 0.5)} | {
        each.source for each in duo.wire.adverts(duo.a.address, since=healed + 6 * 0.1 + TOLERANCE_S)
    }
    assert len(sources) == 1, f"after six intervals {sources} still speak"


@ours_alone
@pytest.mark.parametrize("insists", [True, False])
def test_s34_an_owner_with_the_higher_address_waits_for_one_that_yields_and_no_longer(solo: Net, insists: bool):
    (d,) = solo.lab.add_hosts(d=["10.9.0.4/24"])
    solo.kinds["d"] = "standfast"
    solo.start_master(d, instance(priority=255))
    if insists:
        with solo.speaking(0.1, priority=255, interval=10):
            began = time.time()
            assert d.wait_address(VIP, held=False), solo.logs()
            assert time.time() < began + 5
        return
    for _ in range(2):
        solo.wait_until(solo.inject(priority=255) + 0.1)
    solo.wait_until(time.time() + 0.6)
    assert d.holds(VIP)
    solo.steady(solo.adverts_during(d, 0.5), 0.1)


@ours_alone
def test_s34_an_owner_with_the_lower_address_yields_at_once(solo: Net):
    solo.start_master(solo.a, instance(priority=255))
    with solo.speaking(0.1, priority=255):
        assert solo.a.wait_address(VIP, held=False), solo.logs()
        assert solo.adverts_during(solo.a, 0.4) == []


def test_s36_an_echo_of_ourselves_changes_nothing(solo: Net):
    solo.a.namespace.sysctl("net/ipv4/conf/eth0/accept_local", 1)  # without it the kernel keeps them away
    a = solo.start_master(solo.a, instance(priority=150))
    with solo.speaking(0.03, source=solo.a.address, priority=150, interval=10):
        solo.wait_until(time.time() + 0.5)
    own = [each for each in solo.wire.adverts(solo.a.address) if each.source_mac == solo.a.mac]
    solo.steady(own, 0.1)
    assert min(later.time - earlier.time for earlier, later in pairwise(own)) > 0.05, "an answer"
    assert a.running
    assert solo.a.holds(VIP)
    if not solo.is_keepalived(solo.a):
        assert (solo.counter(a, "self_rcvd") or 0) > 10
        assert a.log.count("reflects frames") == 1, "one line, not one for each"
