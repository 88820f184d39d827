from __future__ import annotations

from standfast.config.interface_model import UpDownDelay
from standfast.vrrp.debounce import Debounce

SECOND = 1_000_000
DELAY = UpDownDelay(name="eth0", down=SECOND // 2, up=2 * SECOND)


def made(*delays: UpDownDelay) -> Debounce:
    debounce = Debounce()
    debounce.configure(delays or (DELAY,))
    debounce.seen("eth0", True, 0)
    return debounce


def test_s41_a_short_flap_is_not_seen():
    debounce = made()
    debounce.seen("eth0", False, SECOND)
    assert debounce.up("eth0", False)
    debounce.seen("eth0", True, SECOND + 300_000)
    assert debounce.deadline is None
    assert debounce.due(10 * SECOND) == []


def test_s41_an_outage_is_believed_when_it_has_lasted():
    debounce = made()
    debounce.seen("eth0", False, SECOND)
    debounce.seen("eth0", False, SECOND + 400_000)  # said again: it does not begin anew
    assert debounce.deadline == SECOND + 500_000
    assert debounce.due(SECOND + 499_999) == []
    assert debounce.due(SECOND + 500_000) == ["eth0"]
    assert not debounce.up("eth0", False)
    debounce.seen("eth0", True, 3 * SECOND)
    assert not debounce.up("eth0", True)
    assert debounce.due(5 * SECOND) == ["eth0"]
    assert debounce.up("eth0", True)


def test_what_is_seen_first_is_believed_at_once():
    debounce = Debounce()
    debounce.configure((DELAY,))
    debounce.seen("eth0", False, 0)
    assert not debounce.up("eth0", False)
    assert debounce.deadline is None


def test_without_a_delay_everything_is_believed_at_once():
    debounce = made(UpDownDelay(name="eth0", down=SECOND))
    debounce.seen("eth0", False, 0)
    debounce.due(SECOND)
    debounce.seen("eth0", True, 2 * SECOND)
    assert debounce.up("eth0", True)
    debounce.seen("eth1", False, 0)
    assert not debounce.up("eth1", False)


def test_a_delay_never_outlasts_what_peers_wait():
    debounce = made()
    debounce.seen("eth0", False, 0, 100_000)
    assert debounce.deadline == 100_000


def test_deleting_is_no_flapping():
    debounce = made()
    debounce.seen("eth0", False, 0)
    debounce.gone("eth0")
    assert debounce.deadline is None
    assert not debounce.up("eth0", False)


def test_a_reload_keeps_what_is_believed():
    debounce = made()
    debounce.seen("eth0", False, 0)
    debounce.configure((DELAY,))
    assert debounce.deadline == 500_000
    debounce.configure(())
    assert debounce.deadline is None
    assert not debounce.up("eth0", False)
