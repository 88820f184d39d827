from __future__ import annotations

from standfast.metrics.own_health import DECLARED, fill
from standfast.metrics.sheet import Sheet

SERVICE = ("service", "[10.9.0.100]:tcp:80")
DOWN, UP = "[127.0.0.1]:8080", "[127.0.0.1]:9165"


def test_services_servers_and_checks(picture, samples):
    sheet = Sheet(DECLARED)
    fill(sheet, picture)
    found = samples(sheet)
    assert found["standfast_service_up", (SERVICE,)] == 1
    assert found["standfast_service_servers", (SERVICE, ("state", "down"))] == 1
    assert found["standfast_server_up", (("server", DOWN), SERVICE)] == 0
    assert ("standfast_server_programmed_weight", (("server", DOWN), SERVICE)) not in found
    assert found["standfast_server_programmed_weight", (("server", UP), SERVICE)] == 1
    assert found["standfast_server_connections_total", (("server", UP), SERVICE)] == 0
    check = (("check", "1"), ("kind", "TCP_CHECK"), ("server", UP), SERVICE)
    assert found["standfast_check_ran", check] == 1
    assert 0 < found["standfast_check_last_duration_seconds", check] < 1
    kind = ("kind", "TCP_CHECK")
    results = sum(found["standfast_check_results_total", (kind, ("result", word))] for word in ("good", "bad", "none"))
    assert found["standfast_check_duration_seconds_count", (kind,)] == results > 0
    assert found["standfast_plane_batches_total", (("plane", "nftables"),)] > 0


def test_orders_and_certificates(picture, samples):
    (service,) = picture["virtual_servers"]
    service["servers"][0]["state"] = "drained"
    service["servers"][0]["checks"][0]["details"] = {"certificate_days": -3}
    sheet = Sheet(DECLARED)
    fill(sheet, picture)
    found = samples(sheet)
    assert [found["standfast_server_ordered", (("server", who), SERVICE)] for who in (DOWN, UP)] == [1, 0]
    assert found["standfast_service_servers", (SERVICE, ("state", "drained"))] == 1
    check = (("check", "1"), ("kind", "TCP_CHECK"), ("server", DOWN), SERVICE)
    assert found["standfast_check_certificate_days", check] == -3
    assert sum(name == "standfast_check_certificate_days" for name, _ in found) == 1


def test_without_a_health_process_nothing_is_said(picture, samples):
    picture["virtual_servers"] = []
    del picture["data_planes"], picture["checks"]
    sheet = Sheet(DECLARED)
    fill(sheet, picture)
    assert samples(sheet) == {}


def test_targets_with_their_queues(picture, samples):
    figures = {"queue": 3, "oldest_s": 1.5, "state": "failing", "failures": 2, "delivered": 7, "dropped": 1}
    picture["targets"] = [{"name": "ops", "kind": "webhook"} | figures]
    sheet = Sheet(DECLARED)
    fill(sheet, picture)
    found = samples(sheet)
    who = (("kind", "webhook"), ("target", "ops"))
    assert (found["standfast_target_queue", who], found["standfast_target_failing", who]) == (3, 1)
    assert found["standfast_target_delivered_total", who] == 7


def test_providers(picture, samples):
    figures = {"state": "held", "claims": 4, "failures": 0, "verified_at": "1970-01-01T00:01:00+00:00"}
    picture["providers"] = [{"name": "webhook cloud", "instance": "VI_1", "addresses": [], "last_error": ""} | figures]
    sheet = Sheet(DECLARED)
    fill(sheet, picture)
    found = samples(sheet)
    who = (("instance", "VI_1"), ("provider", "webhook cloud"))
    assert found["standfast_provider_claims_total", who] == 4
    assert found["standfast_provider_verified_timestamp_seconds", who] == 60
    assert found["standfast_provider_state", (*who, ("state", "held"))] == 1


def test_a_check_that_has_not_run(picture, samples):
    server = picture["virtual_servers"][0]["servers"][1]
    server["checks"] = [{"kind": "TCP_CHECK", "up": True, "since": server["since"], "last": "not checked yet"}]
    sheet = Sheet(DECLARED)
    fill(sheet, picture)
    check = (("check", "1"), ("kind", "TCP_CHECK"), ("server", UP), SERVICE)
    assert samples(sheet)["standfast_check_ran", check] == 0
    assert ("standfast_check_last_duration_seconds", check) not in samples(sheet)
