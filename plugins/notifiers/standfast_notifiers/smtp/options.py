"""From ``global_defs`` to what the mail notifier needs."""

from __future__ import annotations

from standfast.api import SECOND, Record, Secret, Settings, TargetPlace


class SmtpOptions(Record, frozen=True):
    """One relay, and who gets mail of what. Times in microseconds."""

    host: str
    port: int = 25
    recipients: tuple[str, ...] = ()
    sender: str = ""
    """Empty: the user at this host."""
    helo_name: str = ""
    """Empty: this host's name."""
    timeout: int = 30 * SECOND
    """For the connection, and for each answer of the relay."""
    instances: frozenset[str] = frozenset()
    """Whose changes are mailed."""
    groups: frozenset[str] = frozenset()
    no_faults: bool = False
    no_checkers: bool = False
    tls: str = "off"
    """``starttls``, ``smtps``."""
    verify: bool = True
    ca: str = ""
    certificate: str = ""
    key: str = ""
    user: str = ""
    password: Secret | None = None
    digest: int = 0
    """How long a mail waits for more changes to go with it; 0: a mail for each."""


_NEEDS = {
    "smtp_tls_verify": "smtp_tls",
    "smtp_tls_ca": "smtp_tls",
    "smtp_tls_cert": "smtp_tls",
    "smtp_tls_key": "smtp_tls_cert",
    "smtp_user": "smtp_tls",
    "smtp_password": "smtp_user",
}


def options_of(place: TargetPlace) -> SmtpOptions | None:
    """None: no relay, or nobody who gets mail."""
    get = place.settings.get
    relay, recipients = get("smtp_server"), place.settings.all("notification_email")
    if relay is None or not recipients:
        return None
    _complain(place)
    tls = get("smtp_tls", "off")
    return SmtpOptions(
        host=relay.host,
        port=relay.port,
        recipients=tuple(address for line in recipients for address in line.value),
        sender=get("notification_email_from", ""),
        helo_name=get("smtp_helo_name", ""),
        timeout=get("smtp_connect_timeout", 30 * SECOND),
        instances=frozenset(each.name for each in place.config.instances if each.notify.mail),
        groups=frozenset(each.name for each in place.config.sync_groups if each.notify.mail),
        no_faults=get("no_email_faults", False),
        no_checkers=get("no_checker_emails", False),
        tls=tls,
        verify=get("smtp_tls_verify", True),
        ca=get("smtp_tls_ca", ""),
        certificate=get("smtp_tls_cert", ""),
        key=get("smtp_tls_key", ""),
        user=get("smtp_user", "") if tls != "off" else "",
        password=get("smtp_password"),
        digest=get("smtp_digest", 0),
    )


def _complain(place: TargetPlace) -> None:
    settings = place.settings
    for name, needed in _NEEDS.items():
        if name in settings.scalars and not _there(settings, needed):
            at = settings.scalars[name].statement
            hint = "a password is never sent in the clear" if name == "smtp_user" else f"add `{needed}`"
            place.findings.warning("SF6906", at, f"`{name}` counts only with `{needed}`", hint=hint)
    if "smtp_user" in settings.scalars and settings.get("smtp_password") is None:
        at = settings.scalars["smtp_user"].statement
        hint = "add `smtp_password file:/path`"
        place.findings.warning("SF6906", at, "`smtp_user` counts only with `smtp_password`", hint=hint)


def _there(settings: Settings, name: str) -> bool:
    return bool(settings.get(name, "off") != "off")
