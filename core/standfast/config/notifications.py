"""What is run and told on which change, with what is inherited from ``global_defs``."""

from __future__ import annotations

from collections.abc import Iterator

from standfast.config.definitions import identity, with_user
from standfast.config.findings import Findings
from standfast.config.script_model import Fifo, Notifications, ProgramRules, ScriptCall
from standfast.config.settings import Settings, Value
from standfast.values import SECOND

FIELDS = {
    "notify_master": "master",
    "notify_backup": "backup",
    "notify_fault": "fault",
    "notify_stop": "stop",
    "notify_deleted": "deleted",
    "notify": "change",
    "notify_master_rx_lower_pri": "lower_priority",
}
"""Keyword -> field of the record."""

WORDS = frozenset((*FIELDS, "smtp_alert", "notify_priority_changes"))
INHERITED = frozenset(("smtp_alert_vrrp", "smtp_alert", "vrrp_notify_priority_changes"))


def notifications(block: Settings, defaults: Settings) -> Notifications:
    """Those of an instance or a group."""
    calls: dict[str, ScriptCall] = {}
    for keyword, name in FIELDS.items():
        call: ScriptCall | None = block.get(keyword)
        if call is not None:
            calls[name] = ScriptCall(argv=call.argv, identity=identity(call.identity, defaults))
    mail = defaults.get("smtp_alert_vrrp", defaults.get("smtp_alert", False))
    return Notifications(
        **calls,
        tells_deleted="notify_deleted" in block.scalars,
        mail=block.get("smtp_alert", mail),
        priority_changes=block.get("notify_priority_changes", defaults.get("vrrp_notify_priority_changes", False)),
    )


FIFOS = ("notify_fifo", "vrrp_notify_fifo", "lvs_notify_fifo")


def program_rules(defaults: Settings) -> ProgramRules:
    """What ``global_defs`` says of programs and pipes."""
    get = defaults.get
    fifos: dict[str, Fifo] = {}
    for name in FIFOS:
        pipe = get(name)
        if pipe is None or pipe.path in {fifo.path for fifo in fifos.values()}:
            continue  # a pipe that the general one is already is written to once
        call: ScriptCall | None = get(f"{name}_script")
        if call is not None:
            call = ScriptCall(argv=(*call.argv, pipe.path), identity=identity(call.identity, defaults))
        fifos[name] = Fifo(path=pipe.path, owner=pipe.owner, script=call)
    return ProgramRules(
        secure=get("enable_script_security", False),
        as_written=get("use_symlink_paths", False),
        fifos=fifos,
        startup=with_user(get("startup_script"), defaults),
        startup_timeout=get("startup_script_timeout", 10 * SECOND),
        shutdown=with_user(get("shutdown_script"), defaults),
        shutdown_timeout=get("shutdown_script_timeout", 10 * SECOND),
        states_on_reload=get("fifo_write_vrrp_states_on_reload", False),
        notify_timeout=get("notify_timeout", 10 * SECOND),
    )


def check_users(settings: Settings, defaults: Settings, findings: Findings) -> None:
    """With ``enable_script_security`` somebody other than root must be named to run scripts."""
    if "enable_script_security" not in defaults.scalars or "script_user" in defaults.scalars:
        return
    nameless = [value for value in _commands(settings) if not value.value.identity.user]
    if not nameless:
        return
    at = defaults.scalars["enable_script_security"].statement
    more = f" and {len(nameless) - 1} more" if len(nameless) > 1 else ""
    message = (
        f"no user is named for the script in line {nameless[0].statement.keyword.span.line}{more}: "
        "with `enable_script_security` it is not run, unless there is an account `keepalived_script`"
    )
    findings.warning("SF4121", at, message, hint="add a line such as `script_user nobody`")


def _commands(settings: Settings) -> Iterator[Value]:
    """Every program that is named, apart from those whose block names a user."""
    for value in settings.sequence:
        if isinstance(value.value, ScriptCall) and "user" not in settings.scalars:
            yield value
        elif isinstance(value.value, Settings):
            yield from _commands(value.value)
