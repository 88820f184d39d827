from __future__ import annotations

import pytest

from standfast.events import Remark
from standfast.supervise.logpipe import LogPipe, decode, pair
from standfast.vrrp.voice import Voice


@pytest.fixture
def log():
    sender, receiver = pair()
    receiver.setblocking(False)
    with sender, receiver:
        yield LogPipe(sender, "vrrp"), receiver


def test_events_go_to_the_log_the_ring_and_scripts_and_remarks_to_no_script(log):
    made, heard = Voice(log[0]), []
    made.heeded = heard.append
    event = Remark(at=1, level="info", event="vrrp.test", words="something happened")
    made.tell(event)
    made.complain_of_devices("eth0 cannot be had")
    assert heard == [event]
    _, events = made.ring.since(0)
    assert [each.words for each in events] == ["something happened", "eth0 cannot be had"]
    records = [decode(log[1].recv(65_536)) for _ in range(2)]
    assert [(each.event, each.level) for each in records] == [("vrrp.test", "info"), ("vrrp.interface", "error")]
