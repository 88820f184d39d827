"""What status shows: JSON can hold it, and it says what happened in words."""

from __future__ import annotations

import json

from standfast.config.load import load_text
from standfast.contract.balancing import Counters, PoolStatistics
from standfast.contract.checking import Code, bad, good
from standfast.health.describe import describe_checks, describe_service
from standfast.health.probe import Figures
from standfast.health.reconcile import services_of
from standfast.health.server import Origin

TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched wrr
    lvs_method NAT
    sorry_server 10.0.0.99 80
    real_server 10.0.0.1 80 {
        inhibit_on_failure
        TCP_CHECK {
        }
    }
    real_server 10.0.0.2 80 {
        TCP_CHECK {
        }
    }
}
"""


def test_a_service_with_everything_that_is_known_of_it():
    (service,) = services_of(load_text(TEXT).balancing, 0).values()
    service.begin(0)
    failed = bad(Code.REFUSED, "connection refused", duration=1500, details={"port": 80})
    service.take(service.servers[0], 0, failed, 7)
    service.take(service.servers[1], 0, good("connected", duration=250), 8)
    counted = PoolStatistics(pool=Counters(connections=7), members={"[10.0.0.2]:80": Counters(bytes_in=9)})
    shown = describe_service(service, plane="memory", problem="", counted=counted)
    json.dumps(shown)
    assert {name: shown[name] for name in ("up", "serving", "weight", "scheduler", "backend", "sorry_server")} == {
        "up": True, "serving": "servers", "weight": 1, "scheduler": "wrr", "backend": "memory",
        "sorry_server": "[10.0.0.99]:80",
    }  # fmt: skip
    first, second = shown["servers"]
    assert (first["state"], first["programmed"], first["cause"]) == ("down", 0, "TCP_CHECK: connection refused")
    (check,) = first["checks"]
    assert (check["last"], check["code"], check["ms"], check["details"]) == (
        "connection refused", "refused", 1.5, {"port": 80},
    )  # fmt: skip
    assert (second["state"], second["programmed"], second["statistics"]) == ("up", 1, {"bytes_in": 9})
    assert shown["statistics"] == {"connections": 7}


def test_before_the_first_check():
    (service,) = services_of(load_text(TEXT).balancing, 0).values()
    service.servers[0].order, service.servers[0].order_ends = "drained", 5
    shown = describe_service(service, plane="", problem="no data plane", counted=None)
    first = shown["servers"][0]
    assert (first["state"], first["checks"][0]["last"]) == ("drained", "not checked yet")
    assert "out_at" in first
    assert "statistics" not in shown


def test_whose_orders_they_are():
    (service,) = services_of(load_text(TEXT).balancing, 0).values()
    first = service.servers[0]
    first.order, first.order_from = "drained", Origin(5, "anna", "new kernel")
    first.weight_ordered, first.weight_from = 7, Origin(6, "bert")
    shown = describe_service(service, plane="", problem="", counted=None)["servers"]
    assert [shown[0][name]["by"] for name in ("order", "weight_order")] == ["anna", "bert"]
    assert shown[0]["order"]["why"] == "new kernel"
    assert not {"order", "weight_order"} & shown[1].keys()


def test_figures_of_the_scheduler():
    figures = Figures()
    figures.lateness.note(3000)
    figures.faulty["X"] = "raised"
    figures.note("TCP_CHECK", good())
    shown = describe_checks(figures, 5)
    assert (shown["probes"], shown["late_worst_ms"], shown["faulty"]) == (5, 3.0, {"X": "raised"})
    kind = shown["kinds"]["TCP_CHECK"]
    assert (kind["good"], kind["bad"], sum(kind["durations"]["counts"])) == (1, 0, 1)
