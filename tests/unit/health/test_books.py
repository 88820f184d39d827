"""From results to what is told; reloads; drained servers whose time is over."""

from __future__ import annotations

from standfast.config.load import load_text
from standfast.contract.checking import Code, bad, good
from standfast.health.books import Books
from standfast.values import SECOND

SERVICE = """
virtual_server 192.0.2.10 {port} {{
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    {more}
    real_server 10.0.0.1 80 {{
        TCP_CHECK {{
            retry 1
            log_all_failures {chatty}
        }}
    }}
    real_server 10.0.0.2 80 {{
        TCP_CHECK {{
        }}
    }}
}}
"""
REFUSED = bad(Code.REFUSED, "connection refused")


def text(*ports: int, more: str = "", chatty: str = "off") -> str:
    return "".join(SERVICE.format(port=port, more=more, chatty=chatty) for port in ports)


class Stage:
    def __init__(self, text: str) -> None:
        self.lines: list[str] = []
        self.heeded: list[str] = []
        self.failures: list[str] = []
        self.books = Books(self.heed, self.failures.append)
        self.books.begin(load_text(text).balancing, 0)

    def heed(self, service, told) -> None:
        self.heeded.append(service.name)
        self.lines += [each.line for each in told if each.line]

    def seats(self):
        return [seat for _, _, seat in self.books.wishes()]


def test_every_check_has_a_seat_and_a_result_there_goes_to_its_server():
    on = Stage(text(80, 81))
    assert [owner for _, owner, _ in on.books.wishes()] == ["[10.0.0.1]:80", "[10.0.0.2]:80"] * 2
    on.heeded.clear()
    wait = on.seats()[2].heard(REFUSED, 5)
    assert wait == 60 * SECOND
    assert on.heeded == ["[192.0.2.10]:tcp:81"]
    assert on.lines[-1] == "RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:81 DOWN"
    assert len(on.books.pool("[192.0.2.10]:tcp:81").members) == 1
    assert len(on.books.pool("[192.0.2.10]:tcp:80").members) == 2


def test_results_that_change_nothing_disturb_nobody():
    on = Stage(text(80))
    on.heeded.clear()
    for _ in range(3):
        on.seats()[0].heard(good(), 1)
    assert on.heeded == []


def test_failed_tries_are_logged_if_asked_for():
    on = Stage(text(80, chatty="on"))
    seat = on.seats()[0]
    seat.heard(good(), 1)
    seat.heard(REFUSED, 2)
    assert on.failures == ["TCP_CHECK of [10.0.0.1]:80 of [192.0.2.10]:tcp:80: connection refused"]


def test_a_reload_tells_what_came_went_and_changed():
    on = Stage(text(80, 81, 82))
    on.seats()[0].heard(REFUSED, 1)
    words = on.books.reload(load_text(text(80) + text(82, more="quorum 2") + text(83)).balancing, 9)
    assert words == [
        "[192.0.2.10]:tcp:81 is not balanced any more",
        "[192.0.2.10]:tcp:82 has changed",
        "[192.0.2.10]:tcp:83 is balanced now",
    ]
    assert list(on.books.services) == [f"[192.0.2.10]:tcp:{port}" for port in (80, 82, 83)]
    assert len(on.books.pool("[192.0.2.10]:tcp:80").members) == 1
    assert on.books.pool("[192.0.2.10]:tcp:81") is None


def test_an_unchanged_reload_changes_nothing():
    on = Stage(text(80, 81))
    on.seats()[0].heard(REFUSED, 1)
    before = {name: on.books.pool(name) for name in on.books.services}
    services = dict(on.books.services)
    on.lines.clear()
    on.heeded.clear()
    assert on.books.reload(load_text(text(80, 81)).balancing, 9) == []
    assert on.books.services == services
    assert on.heeded == []
    assert {name: on.books.pool(name) for name in on.books.services} == before
    assert on.lines == []


def test_suspended_services_are_not_checked():
    on = Stage(text(80, more="ha_suspend"))
    (service,) = on.books.services.values()
    assert not on.seats()[0].suspended
    service.suspended = True
    assert all(seat.suspended for seat in on.seats())


def test_drained_servers_are_taken_out_when_their_time_is_over():
    on = Stage(text(80))
    first, second = next(iter(on.books.services.values())).servers
    assert on.books.expire(0) is None
    first.order, first.order_ends = "drained", 50
    second.order, second.order_ends = "drained", 90
    assert on.books.expire(10) == 50
    assert on.books.expire(50) == 90
    assert (first.order, second.order) == ("disabled", "drained")
    assert on.lines[-1] == "RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:80 DOWN"


def test_the_end_is_told_with_omega():
    on = Stage(text(80, more="omega") + text(81))
    on.lines.clear()
    on.books.end(9)
    assert [line.rpartition(" ")[0] for line in on.lines] == [
        "RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:80",
        "RS [10.0.0.2]:tcp:80 [192.0.2.10]:tcp:80",
        "VS [192.0.2.10]:tcp:80",
    ]
