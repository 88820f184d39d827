"""Services, servers, checks, data planes and targets as ``standfast_*``: what the health process looks after."""

from __future__ import annotations

from collections import Counter
from typing import Final

from standfast.metrics.moments import unix
from standfast.metrics.own_vrrp import Document
from standfast.metrics.sheet import Declared, Sheet, counter, gauge

STATISTICS: Final = {
    "connections": "connections_total",
    "packets_in": "packets_in_total",
    "packets_out": "packets_out_total",
    "bytes_in": "bytes_in_total",
    "bytes_out": "bytes_out_total",
    "active": "connections_active",
    "inactive": "connections_inactive",
}
"""What a data plane counts -> the end of the metric's name."""

SERVER_STATES: Final = ("up", "down", "drained", "disabled")
_SERVER: Final = ("service", "server")
_CHECK: Final = (*_SERVER, "check")


def _statistics(what: str, labels: tuple[str, ...]) -> tuple[Declared, ...]:
    return tuple(
        Declared(
            f"standfast_{what}_{name}",
            "counter" if name.endswith("_total") else "gauge",
            f"As the data plane counts: {name.removesuffix('_total').replace('_', ' ')}.",
            labels,
        )
        for name in STATISTICS.values()
    )


DECLARED: Final[tuple[Declared, ...]] = (
    gauge("standfast_service_up", "1: the virtual server has its quorum.", "service"),
    gauge("standfast_service_weight", "Weights of the servers that are up, together.", "service"),
    gauge("standfast_service_quorum", "The weight that it needs.", "service"),
    gauge("standfast_service_last_change_timestamp_seconds", "When it went up or down.", "service"),
    gauge("standfast_service_servers", "Its real servers, by state.", "service", "state"),
    gauge("standfast_service_sorry", "1 while the sorry server serves.", "service"),
    gauge("standfast_service_panicking", "1 while all servers serve because none is up.", "service"),
    gauge("standfast_service_unbalanced", "1: the kernel does not have what it should have.", "service"),
    *_statistics("service", ("service",)),
    gauge("standfast_server_up", "1: the real server is up.", *_SERVER),
    gauge("standfast_server_ordered", "1: somebody has drained or disabled it.", *_SERVER),
    gauge("standfast_server_weight", "Its weight by configuration and checks.", *_SERVER),
    gauge("standfast_server_programmed_weight", "Its weight in the data plane; absent: it is not there.", *_SERVER),
    gauge("standfast_server_last_change_timestamp_seconds", "When it went up or down.", *_SERVER),
    *_statistics("server", _SERVER),
    gauge("standfast_check_up", "1: this check holds the server for up.", *_CHECK, "kind"),
    gauge("standfast_check_ran", "1: it has run once.", *_CHECK, "kind"),
    gauge("standfast_check_failures", "Failures in a row that were forgiven.", *_CHECK, "kind"),
    gauge("standfast_check_last_duration_seconds", "How long it took last.", *_CHECK, "kind"),
    gauge("standfast_check_last_run_timestamp_seconds", "When it last ended.", *_CHECK, "kind"),
    gauge("standfast_check_certificate_days", "Days until the certificate that it was shown ends.", *_CHECK, "kind"),
    Declared("standfast_check_duration_seconds", "histogram", "How long checks took.", ("kind",)),
    counter("standfast_check_results_total", "What checks said; `none`: nothing was learned.", "kind", "result"),
    gauge("standfast_checks", "Different checks that are made."),
    counter("standfast_checks_begun_total", "Checks begun."),
    counter("standfast_checks_shared_total", "Checks saved because an identical one was made."),
    gauge("standfast_checks_faulty", "Checkers that raise, hang or return nonsense."),
    gauge("standfast_check_lateness_p99_seconds", "99 of 100 checks began within this of their time."),
    gauge("standfast_check_lateness_max_seconds", "The latest that a check began."),
    counter("standfast_plane_batches_total", "Times the data plane was programmed.", "plane"),
    counter("standfast_plane_repairs_total", "Differences found in the data plane, and mended.", "plane"),
    gauge("standfast_target_queue", "Notices that wait for this target or are under way.", "target", "kind"),
    gauge("standfast_target_oldest_seconds", "How long the oldest of them has waited.", "target", "kind"),
    gauge("standfast_target_failing", "1: the last delivery failed.", "target", "kind"),
    gauge("standfast_target_failures", "Deliveries that failed in a row.", "target", "kind"),
    counter("standfast_target_delivered_total", "Notices that it has taken.", "target", "kind"),
    counter("standfast_target_dropped_total", "Notices given up.", "target", "kind"),
    gauge("standfast_provider_state", "1 for the state of an address's claim at its provider.", "provider", "instance",
          "state"),
    gauge("standfast_provider_failures", "Calls to the provider that failed in a row.", "provider", "instance"),
    counter("standfast_provider_claims_total", "Times addresses were claimed.", "provider", "instance"),
    gauge("standfast_provider_verified_timestamp_seconds", "When the provider last confirmed a claim.", "provider",
          "instance"),
    gauge("standfast_plane_failing", "1: it cannot be programmed.", "plane"),
    gauge("standfast_plane_delay_p99_seconds", "From a change to its being programmed, 99 of 100.", "plane"),
    gauge("standfast_plane_delay_max_seconds", "The longest.", "plane"),
)  # fmt: skip


def fill(sheet: Sheet, picture: Document) -> None:
    """From a picture whose health process has answered (otherwise nothing is known, and nothing is said)."""
    for service in picture["virtual_servers"]:
        _service(sheet, service)
    for name, plane in (picture.get("data_planes") or {}).items():
        sheet.put("standfast_plane_batches_total", plane["batches"], name)
        sheet.put("standfast_plane_repairs_total", plane["repairs"], name)
        sheet.put("standfast_plane_failing", bool(plane["problem"]), name)
        sheet.put("standfast_plane_delay_p99_seconds", plane["delay_p99_ms"] / 1000, name)
        sheet.put("standfast_plane_delay_max_seconds", plane["delay_worst_ms"] / 1000, name)
    for target in picture.get("targets", ()):
        _target(sheet, target)
    for provider in picture.get("providers", ()):
        who = (provider["name"], provider["instance"])
        sheet.put("standfast_provider_state", 1, *who, provider["state"])
        sheet.put("standfast_provider_failures", provider["failures"], *who)
        sheet.put("standfast_provider_claims_total", provider["claims"], *who)
        sheet.put("standfast_provider_verified_timestamp_seconds", unix(provider["verified_at"]), *who)
    checks = picture.get("checks")
    if checks:
        _checks(sheet, checks)


def _service(sheet: Sheet, service: Document) -> None:
    name = service["name"]
    sheet.put("standfast_service_up", service["up"], name)
    sheet.put("standfast_service_weight", service["weight"], name)
    sheet.put("standfast_service_quorum", service["quorum"], name)
    sheet.put("standfast_service_last_change_timestamp_seconds", unix(service["since"]), name)
    states = Counter(server["state"] for server in service["servers"])
    for state in dict.fromkeys((*SERVER_STATES, *states)):
        sheet.put("standfast_service_servers", states[state], name, state)
    sheet.put("standfast_service_sorry", service["serving"] == "sorry", name)
    sheet.put("standfast_service_panicking", service["panicking"], name)
    sheet.put("standfast_service_unbalanced", bool(service["problem"]), name)
    _counted(sheet, "service", service.get("statistics"), name)
    for server in service["servers"]:
        _server(sheet, name, server)


def _server(sheet: Sheet, service: str, server: Document) -> None:
    who = (service, server["server"])
    sheet.put("standfast_server_up", server["state"] == "up", *who)
    sheet.put("standfast_server_ordered", server["state"] in ("drained", "disabled"), *who)
    sheet.put("standfast_server_weight", server["weight"], *who)
    sheet.put("standfast_server_programmed_weight", server["programmed"], *who)
    sheet.put("standfast_server_last_change_timestamp_seconds", unix(server["since"]), *who)
    _counted(sheet, "server", server.get("statistics"), *who)
    for number, check in enumerate(server["checks"], 1):
        which = (*who, number, check["kind"])
        sheet.put("standfast_check_up", check["up"], *which)
        sheet.put("standfast_check_ran", "code" in check, *which)
        sheet.put("standfast_check_failures", check.get("failures", 0), *which)
        sheet.put("standfast_check_last_duration_seconds", check["ms"] / 1000 if "ms" in check else None, *which)
        sheet.put("standfast_check_last_run_timestamp_seconds", unix(check.get("at")), *which)
        sheet.put("standfast_check_certificate_days", check.get("details", {}).get("certificate_days"), *which)


def _target(sheet: Sheet, target: Document) -> None:
    who = (target["name"], target["kind"])
    sheet.put("standfast_target_queue", target["queue"], *who)
    sheet.put("standfast_target_oldest_seconds", target["oldest_s"], *who)
    sheet.put("standfast_target_failing", target["state"] == "failing", *who)
    sheet.put("standfast_target_failures", target["failures"], *who)
    sheet.put("standfast_target_delivered_total", target["delivered"], *who)
    sheet.put("standfast_target_dropped_total", target["dropped"], *who)


def _counted(sheet: Sheet, what: str, statistics: Document | None, *labels: object) -> None:
    for name, end in STATISTICS.items():
        sheet.put(f"standfast_{what}_{end}", (statistics or {}).get(name), *labels)


def _checks(sheet: Sheet, checks: Document) -> None:
    sheet.put("standfast_checks", checks["probes"])
    sheet.put("standfast_checks_begun_total", checks["made"])
    sheet.put("standfast_checks_shared_total", checks["joined"])
    sheet.put("standfast_checks_faulty", len(checks["faulty"]))
    sheet.put("standfast_check_lateness_p99_seconds", checks["late_p99_ms"] / 1000)
    sheet.put("standfast_check_lateness_max_seconds", checks["late_worst_ms"] / 1000)
    for kind, figures in checks["kinds"].items():
        for result in ("good", "bad", "none"):
            sheet.put("standfast_check_results_total", figures[result], kind, result)
        durations = figures["durations"]
        limits = [limit / 1000 for limit in durations["limits_ms"]]
        name = "standfast_check_duration_seconds"
        sheet.put_histogram(name, limits, durations["counts"], durations["total_ms"] / 1000, kind)
