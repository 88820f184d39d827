from __future__ import annotations

import msgspec

from standfast.api import SECOND, Secret
from standfast.config.load import load_text
from standfast_notifiers.smtp.options import SmtpOptions

VI = "vrrp_instance {} {{\ninterface eth0\nvirtual_router_id {}\nvirtual_ipaddress {{\n192.0.2.{}\n}}\n{}\n}}\n"


def loaded(globally: str, more: str = ""):
    found = load_text(f"global_defs {{\n{globally}\n}}\n{more}")
    targets = [msgspec.msgpack.decode(each.options, type=SmtpOptions) for each in found.health.targets]
    return targets, [d.message for d in found.diagnostics if d.code.startswith("SF69")]


RELAY = "smtp_server 192.0.2.25 2525\nnotification_email {\na@example.com b@example.com\n}"


def test_no_mail_without_relay_and_recipients():
    assert loaded("smtp_server 192.0.2.25")[0] == []
    assert loaded("notification_email {\na@example.com\n}")[0] == []


def test_everything():
    text = (
        f"{RELAY}\nnotification_email_from lb@example.com\nsmtp_helo_name lb.example.com\nsmtp_connect_timeout 7\n"
        "no_email_faults\nno_checker_emails\nsmtp_tls starttls\nsmtp_tls_verify off\nsmtp_tls_ca /ca\n"
        "smtp_tls_cert /c\nsmtp_tls_key /k\nsmtp_user lb\nsmtp_password file:/p\nsmtp_digest 30"
    )
    assert loaded(text) == (
        [
            SmtpOptions(
                host="192.0.2.25", port=2525, recipients=("a@example.com", "b@example.com"), sender="lb@example.com",
                helo_name="lb.example.com", timeout=7 * SECOND, no_faults=True, no_checkers=True, tls="starttls",
                verify=False, ca="/ca", certificate="/c", key="/k", user="lb", password=Secret(file="/p"),
                digest=30 * SECOND,
            )
        ],
        [],
    )  # fmt: skip


def test_which_instances_and_groups_mail():
    text = VI.format("A", 1, 1, "smtp_alert") + VI.format("B", 2, 2, "") + VI.format("C", 3, 3, "smtp_alert off")
    text += "vrrp_sync_group G {\ngroup {\nA\nB\n}\n}\n"
    (options,), _ = loaded(RELAY, text)
    assert (options.instances, options.groups) == (frozenset({"A"}), frozenset())
    (options,), _ = loaded(f"{RELAY}\nsmtp_alert", text)
    assert (options.instances, options.groups) == (frozenset({"A", "B"}), frozenset({"G"}))
    (options,), _ = loaded(f"{RELAY}\nsmtp_alert\nsmtp_alert_vrrp off", text)
    assert options.instances == frozenset({"A"})


def test_settings_that_do_nothing_are_told():
    assert loaded(f"{RELAY}\nsmtp_user x\nsmtp_tls_key /k")[1] == [
        "`smtp_tls_key` counts only with `smtp_tls_cert`",
        "`smtp_user` counts only with `smtp_tls`",
    ]
    assert loaded(f"{RELAY}\nsmtp_tls smtps\nsmtp_user x")[1] == ["`smtp_user` counts only with `smtp_password`"]
