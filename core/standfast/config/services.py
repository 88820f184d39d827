"""What the keywords of ``global_defs`` for mail, pipes and reloads need of one another."""

from __future__ import annotations

from standfast.config.findings import Findings
from standfast.config.firewall import other_filters
from standfast.config.settings import Settings

NEEDS = {
    "notify_fifo_script": "notify_fifo",
    "vrrp_notify_fifo_script": "vrrp_notify_fifo",
    "lvs_notify_fifo_script": "lvs_notify_fifo",
    "reload_repeat": "reload_time_file",
    "startup_script_timeout": "startup_script",
    "shutdown_script_timeout": "shutdown_script",
    "nftables_ipvs_priority": "nftables_ipvs",
    "nftables_ipvs_start_fwmark": "nftables_ipvs",
}
"""Keyword -> the one without which it does nothing."""


def check_services(defaults: Settings, findings: Findings) -> None:
    """Tell what is there without its other half. ``defaults`` is the block ``global_defs``."""
    for name, needed in NEEDS.items():
        if name in defaults.scalars and needed not in defaults.seen:
            at = defaults.scalars[name].statement
            findings.warning("SF4554", at, f"`{name}` without `{needed}` has no effect")
    other_filters(defaults, findings)
    _mail(defaults, findings)
    _pipes(defaults, findings)


def _mail(defaults: Settings, findings: Findings) -> None:
    block, relay = defaults.seen.get("notification_email"), defaults.seen.get("smtp_server")
    recipients = defaults.all("notification_email")
    if block is not None and not recipients:
        findings.warning("SF4552", block, "`notification_email` is empty: nobody gets mail")
    elif block is not None and relay is None:
        findings.warning("SF4551", block, "no mail is sent without `smtp_server`", hint="add `smtp_server HOST`")
    if relay is not None and block is None:
        hint = "add `notification_email {` with the addresses, or take the line out"
        findings.warning("SF4551", relay, "nobody gets mail without `notification_email`", hint=hint)


def _pipes(defaults: Settings, findings: Findings) -> None:
    seen: dict[str, str] = {}
    for name in ("notify_fifo", "vrrp_notify_fifo", "lvs_notify_fifo"):
        value = defaults.scalars.get(name)
        if value is None:
            continue
        earlier = seen.setdefault(value.value.path, name)
        if earlier != name:
            hint = f"`{earlier}` gets these lines too" if earlier == "notify_fifo" else "give it another path"
            message = f"`{name}` is the same pipe as `{earlier}`: {value.value.path}"
            findings.warning("SF4553", value.statement, message, hint=hint)
