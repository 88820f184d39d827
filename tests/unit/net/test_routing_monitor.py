from __future__ import annotations

import errno

import pytest
from tests.unit.net.routing_cases import to

from standfast.config.route_model import Rule
from standfast.net.netlink import HEADER, RTM_DELROUTE, RTM_DELRULE, RTM_NEWROUTE
from standfast.net.policy import rule_body, rule_key
from standfast.net.routes import route_body, route_key
from standfast.net.routing_monitor import RoutingMonitor

ROUTE = to("10.0.0.0/8", dev="eth0")
RULE = Rule(family=6, preference=100, action="nop")


class Wire:
    def __init__(self) -> None:
        self.queue: list[bytes | OSError] = []

    def recv(self, _size: int) -> bytes:
        if not self.queue:
            raise BlockingIOError
        said = self.queue.pop(0)
        if isinstance(said, OSError):
            raise said
        return said


@pytest.fixture
def monitor():
    made = RoutingMonitor()
    made.close()
    made._socket = Wire()
    return made


def message(kind: int, body: bytes) -> bytes:
    return HEADER.pack(HEADER.size + len(body), kind, 0, 0, 0) + body


def test_only_what_is_gone_is_told(monitor):
    body = route_body(ROUTE, 254, lambda _name: 2)
    monitor._socket.queue = [
        message(RTM_NEWROUTE, body) + message(RTM_DELROUTE, body),
        message(RTM_DELRULE, rule_body(RULE)),
    ]
    assert [seen.key for seen in monitor.read()] == [route_key(ROUTE, 254), rule_key(RULE)]
    assert not monitor.overrun


@pytest.mark.parametrize("said", [OSError(errno.ENOBUFS, ""), b"nonsense"])
def test_lost_messages_and_nonsense_call_for_a_look_at_the_tables(monitor, said):
    monitor._socket.queue = [said]
    assert monitor.read() == []
    assert monitor.overrun


def test_any_other_error_is_not_hidden(monitor):
    monitor._socket.queue = [OSError(errno.EBADF, "")]
    with pytest.raises(OSError, match="Errno 9"):
        monitor.read()
