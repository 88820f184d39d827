"""Services and servers as people see them."""

from __future__ import annotations

import re

import pytest
from rich.console import Console

from standfast import clock
from standfast.cli.services_table import _checks, checks_at_fault, services_table, size
from standfast.config.load import load_text
from standfast.contract.balancing import Counters, PoolStatistics
from standfast.contract.checking import Code, bad, good
from standfast.health.describe import describe_service
from standfast.health.reconcile import services_of
from standfast.health.server import Origin

TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched wrr
    lvs_method NAT
    sorry_server 10.0.0.99 80
    quorum 2
    real_server 10.0.0.1 80 {
        TCP_CHECK {
        }
    }
    real_server 10.0.0.2 80 {
        TCP_CHECK {
        }
    }
}
"""


def shown(*results) -> list[str]:
    (service,) = services_of(load_text(TEXT).balancing, 0).values()
    service.begin(0)
    for server, result in zip(service.servers, results, strict=False):
        service.take(server, 0, result, 1)
    counted = PoolStatistics(pool=Counters(connections=3, bytes_in=1500), members={})
    console = Console(width=200, record=True, highlight=False, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(services_table([describe_service(service, plane="ipvs", problem="", counted=counted)]))
    console.file.close()
    return [" ".join(line.split()) for line in console.export_text().splitlines()]


def test_a_line_for_the_service_and_one_for_each_server():
    heading, service, first, second = shown(good("connected", duration=250), good("connected", duration=1250))
    assert heading.startswith("service / server state weight since last check")
    assert service.startswith("[192.0.2.10]:tcp:80 up 2 of 2")
    assert service.endswith("all servers up; live servers weigh 2, enough: 2; wrr NAT by ipvs 3 1.5 kB / -")
    assert first.startswith("[10.0.0.1]:80 up 1 ")
    assert first.endswith("TCP_CHECK: connected (0.25 ms)")
    assert second.endswith("TCP_CHECK: connected (1.25 ms)")


def test_the_sorry_server_shows_when_it_serves():
    lines = shown(bad(Code.REFUSED, "connection refused"))
    assert lines[2].startswith("[10.0.0.1]:80 down 1 (out)")
    assert "TCP_CHECK: connection refused" in lines[2]
    assert lines[3].startswith("[10.0.0.2]:80 up 1 (out)")
    assert lines[4].startswith("[10.0.0.99]:80 sorry 1 serves instead of all others")


def test_an_order_shows_since_when_by_whom_and_what_for():
    (service,) = services_of(load_text(TEXT).balancing, 0).values()
    service.begin(0)
    first, second = service.servers
    first.order, first.order_from = "drained", Origin(clock.now(), "anna", "new kernel")
    second.weight_ordered, second.weight_from = 3, Origin(clock.now())
    described = describe_service(service, plane="ipvs", problem="", counted=None)
    first_words, second_words = (_checks(server) for server in described["servers"])
    assert re.fullmatch(r"TCP_CHECK: not checked yet; ordered at \d\d:\d\d:\d\d by anna: new kernel", first_words)
    assert re.fullmatch(r"TCP_CHECK: not checked yet; weight ordered at \d\d:\d\d:\d\d", second_words)


@pytest.mark.parametrize(
    ("days", "words"),
    [(31, ""), (30, ", its certificate ends in 30 days"), (0, ", its certificate ends in 0 days"),
     (-1, ", its certificate has ended")],
)  # fmt: skip
def test_a_certificate_that_ends_soon_is_told(days, words):
    result = good("status 200 for /", duration=1000, details={"status": 200, "certificate_days": days})
    assert shown(result)[2].endswith(f"TCP_CHECK: status 200 for / (1 ms){words}")


def test_no_services_no_table():
    assert services_table([]) is None


def test_sizes():
    assert [size(count) for count in (0, 999, 1500, 2_000_000, 5 * 10**12)] == [
        "0 B", "999 B", "1.5 kB", "2 MB", "5 TB",
    ]  # fmt: skip


def test_checkers_that_are_at_fault_are_named():
    assert checks_at_fault({}) == []
    assert checks_at_fault({"faulty": {"X of Y": "raised KeyError"}, "late_p99_ms": 250.0}) == [
        "X of Y: the checker raised KeyError", "checks begin up to 250 ms late (99 of 100)",
    ]  # fmt: skip
