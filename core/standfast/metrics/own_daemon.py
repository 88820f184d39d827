"""``standfast_up`` and what is told of the daemon as a whole and its processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from standfast import __version__
from standfast.metrics.moments import unix
from standfast.metrics.own_vrrp import Document
from standfast.metrics.sheet import Declared, Sheet, counter, gauge

DECLARED: Final[tuple[Declared, ...]] = (
    gauge("standfast_up", "1: parent and VRRP process answer."),
    gauge("standfast_build_info", "Always 1.", "version"),
    gauge("standfast_problems", "What `standfast status` complains of at the moment."),
    gauge("standfast_ready", "As `/readyz` says."),
    gauge("standfast_picture_timestamp_seconds", "When the daemon was asked for all this."),
    gauge("standfast_config_generation", "Which configuration a process runs by.", "process"),
    gauge("standfast_config_diagnostics", "Faults of the running configuration.", "severity"),
    gauge("standfast_http_clients", "Connected over HTTP."),
    counter("standfast_http_requests_total", "Requests over HTTP."),
    gauge("standfast_process_up", "1: it runs, and its loop turns.", "process"),
    counter("standfast_process_restarts_total", "Times it was replaced after its death.", "process"),
    gauge("standfast_process_heartbeat_age_seconds", "Since its loop last turned, as the parent sees it.", "process"),
    gauge("standfast_process_start_timestamp_seconds", "When it was started.", "process"),
)  # fmt: skip


def fill(sheet: Sheet, picture: Document, problems: Sequence[str], *, ready: bool) -> None:
    """From a picture, its problems, and what `/readyz` makes of it."""
    sheet.put("standfast_up", picture["daemon"] is not None and picture["vrrp"]["fresh"])
    sheet.put("standfast_build_info", 1, __version__)
    sheet.put("standfast_problems", len(problems))
    sheet.put("standfast_ready", ready)
    sheet.put("standfast_picture_timestamp_seconds", unix(picture["generated_at"]))
    for severity, count in Counter(each["severity"] for each in picture["diagnostics"]).items():
        sheet.put("standfast_config_diagnostics", count, severity)
    http = picture.get("http") or {}
    sheet.put("standfast_http_clients", http.get("clients"))
    sheet.put("standfast_http_requests_total", http.get("answered"))
    for name, process in picture["processes"].items():
        sheet.put("standfast_config_generation", process["generation"], name)
        sheet.put("standfast_process_up", process["state"] == "running", name)
        sheet.put("standfast_process_restarts_total", process.get("restarts"), name)
        sheet.put("standfast_process_heartbeat_age_seconds", process.get("heartbeat_age"), name)
        sheet.put("standfast_process_start_timestamp_seconds", process.get("since"), name)
