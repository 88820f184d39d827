"""The page of all metrics, from what the program declares."""

from __future__ import annotations

from standfast.metrics import gen2brain, mehdy
from standfast.metrics.exposition import OWN
from standfast.metrics.sheet import Declared

_INTRODUCTION = """# Metrics

What `metrics_listen` and `http_listen` answer at `/metrics`, in Prometheus's text form or as OpenMetrics.
What is not known is not said: a process that does not answer has no metrics, except `standfast_up` and
`standfast_vrrp_state{state="unknown"}`. Counters begin at 0 when their process is replaced.

"""


def page() -> str:
    """All sets."""
    parts = [
        _INTRODUCTION,
        "## Ours\n\n" + _table(OWN),
        "## Of mehdy/keepalived-exporter\n\nServed unless `metrics_compat` says otherwise. `keepalived_vrrp_state` is "
        "one series for each address, `intf` the address's device, `ip_address` with its prefix length.\n"
        "`keepalived_exporter_check_script_status` comes from a script of that exporter, and is not served.\n\n"
        + _table(mehdy.DECLARED),
        "## Of gen2brain/keepalived_exporter\n\nServed with `metrics_compat gen2brain` or `both`. These counters lack "
        "`_total`, so their type is given as unknown.\n\n" + _table(gen2brain.DECLARED),
    ]
    return "\n".join(parts)


def _table(declared: tuple[Declared, ...]) -> str:
    head = "| name | type | labels | meaning |\n| --- | --- | --- | --- |\n"
    return head + "".join(
        f"| `{each.name}` | {'unknown' if each.kind == 'untyped' else each.kind} | {', '.join(each.labels)} "
        f"| {each.doc} |\n"
        for each in declared
    )
