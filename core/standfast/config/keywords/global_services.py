"""``global_defs``: mail, scripts, pipes, load balancing, SNMP and D-Bus. Checked; the parts that act come later."""

from __future__ import annotations

from dataclasses import replace

from standfast.config.keywords.common import IDENTITY, script, waiting
from standfast.config.keywords.global_values import (
    MailEntry,
    dbus_name,
    lvs_timeouts,
    mail_address,
    pipe,
    relay,
    smtp_timeout,
    sync_daemon,
)
from standfast.config.keywords.values import INT_MAX, UINT_MAX
from standfast.config.kinds import Choice, Custom, Flag, Integer, Seconds, Switch, Text
from standfast.config.schema import Entries, Keyword
from standfast.config.secret_text import SECRET
from standfast.values import SECOND

ON_STOP = Choice({"VS": "VS"}, least=0, bare="all")
STATISTICS = Seconds(1000, 30 * SECOND)
TIMEOUT = Seconds(1 * SECOND, 1000 * SECOND, places=0)
TABLE = "keepalived_ipvs"
NO_SNMP = "standfast has no SNMP agent: take the metrics over HTTP, or `standfast status --json`"
NO_DBUS = "standfast does not speak D-Bus: take notify scripts or pipes, or `standfast events --json`"


def _program(name: str, doc: str) -> Keyword:
    """A script; without a command the line alone is wrong."""
    return replace(script(name, doc), incomplete="skip")


MAIL = (
    Entries("notification_email", MailEntry(), "Who gets mail about events.",
            "notification_email {\n    ops@example.com\n}"),
    Keyword("notification_email_from", Custom("ADDRESS", mail_address), "Sender of the mail.",
            "notification_email_from lb@example.com", "the user at this host", incomplete="skip"),
    Keyword("smtp_server", Custom("HOST [PORT]", relay, most=2), "Mail relay.", "smtp_server 192.0.2.25 25", "no mail"),
    Keyword("smtp_helo_name", Text("NAME"), "Name given to the relay.", "smtp_helo_name lb.example.com", "host name",
            incomplete="skip", quiet=True),
    Keyword("smtp_connect_timeout", Custom("1-4294 seconds", smtp_timeout, most=1), "How long to wait for the relay.",
            "smtp_connect_timeout 30", "30"),
    Keyword("smtp_alert", Switch(), "Send mail about everything.", "smtp_alert"),
    Keyword("smtp_alert_vrrp", Switch(), "Send mail about instances.", "smtp_alert_vrrp"),
    Keyword("smtp_alert_checker", Switch(), "Send mail about services.", "smtp_alert_checker"),
    Keyword("no_email_faults", Flag(), "No mail about FAULT.", "no_email_faults", "off"),
    Keyword("no_checker_emails", Switch(), "Mail only when a server enters or leaves.", "no_checker_emails", "off"),
    Keyword("smtp_tls", Choice({"off": "off", "starttls": "starttls", "smtps": "smtps"}), "Speak TLS to the relay, "
            "after `STARTTLS`, or from the first byte. The relay's certificate must be valid for its name.",
            "smtp_tls starttls", "off", ours=True),
    Keyword("smtp_tls_verify", Switch(), "Refuse a relay whose certificate is not valid.", "smtp_tls_verify off", "on",
            ours=True),
    Keyword("smtp_tls_ca", Text("PATH"), "File (or, with `/` at its end, directory) with those who may have signed it.",
            "smtp_tls_ca /etc/ssl/relay.pem", "this host's", ours=True),
    Keyword("smtp_tls_cert", Text("PATH"), "Certificate that is shown of us.", "smtp_tls_cert /etc/ssl/lb.pem", "none",
            ours=True),
    Keyword("smtp_tls_key", Text("PATH"), "Its key.", "smtp_tls_key /etc/ssl/lb.key", "in `smtp_tls_cert`", ours=True),
    Keyword("smtp_user", Text("NAME"), "Log in to the relay (`AUTH PLAIN` or `LOGIN`) as this user; only over TLS.",
            "smtp_user lb", "none", ours=True),
    Keyword("smtp_password", SECRET, "With this password.", "smtp_password file:/etc/standfast/smtp", "none",
            ours=True),
    Keyword("smtp_digest", Seconds(0, 3600 * SECOND), "Wait so long for more and send one mail of all; 0: a mail for "
            "each change, as keepalived does.", "smtp_digest 30", "0", ours=True),
)  # fmt: skip

SCRIPTS = (
    Keyword("script_user", IDENTITY, "Who runs scripts that name no user.", "script_user nobody",
            "`keepalived_script` if there is such a user, else the daemon's", incomplete="skip"),
    Keyword("enable_script_security", Flag(), "Refuse root's scripts that others could change.",
            "enable_script_security", "off"),
    Keyword("use_symlink_paths", Switch(), "Run scripts by the path as written.", "use_symlink_paths", "off"),
    Keyword("set_supplementary_groups", Switch(), "Scripts have all groups of their user.",
            "set_supplementary_groups", "off"),
    _program("startup_script", "Run once before everything else."),
    _program("shutdown_script", "Run once after everything else."),
    Keyword("startup_script_timeout", TIMEOUT, "How long it may take.", "startup_script_timeout 10", "10",
            incomplete="skip"),
    Keyword("shutdown_script_timeout", TIMEOUT, "How long it may take.", "shutdown_script_timeout 10", "10",
            incomplete="skip"),
    *(
        Keyword(f"{prefix}notify_fifo", Custom("PATH [USER [[:]GROUP]]", pipe, most=3), f"A pipe that gets {what} "
                "as lines.", f"{prefix}notify_fifo /run/events", "none", repeat="first", incomplete="skip")
        for prefix, what in (("", "all events"), ("vrrp_", "VRRP events"), ("lvs_", "events of services"))
    ),
    *(
        _program(f"{prefix}notify_fifo_script", "Started to read that pipe.")
        for prefix in ("", "vrrp_", "lvs_")
    ),
    Keyword("notify_timeout", Seconds(0, 3600 * SECOND), "How long a notify script that still runs holds up the next "
            "one of its instance or group; it is not killed. 0: scripts run side by side, as in keepalived.",
            "notify_timeout 30", "10", ours=True),
    Keyword("vrrp_notify_priority_changes", Switch(), "Changes of priority are events too.",
            "vrrp_notify_priority_changes", "off"),
    Keyword("fifo_write_vrrp_states_on_reload", Flag(), "Repeat all states after a reload.",
            "fifo_write_vrrp_states_on_reload", "off"),
    Keyword("rs_init_notifies", Switch(), "Servers that are up at the start are announced.", "rs_init_notifies", "off"),
)  # fmt: skip

BALANCING = (
    Keyword("lb_backend", Text("ipvs|nftables|NAME"), "What balances services in the kernel: `ipvs`, `nftables`, or "
            "what a plugin brings.", "lb_backend nftables", "ipvs if the kernel has it, else nftables if that can do "
            "everything that is asked for", ours=True),
    Keyword("lvs_timeouts", Custom("[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]", lvs_timeouts), "Timeouts of "
            "connections; of several lines each counts for what it names.", "lvs_timeouts tcp 7200 udp 300",
            "the kernel's", repeat="each", incomplete="skip"),
    Keyword("lvs_flush", Flag(), "Empty the kernel's table at the start.", "lvs_flush", "off"),
    Keyword("lvs_flush_on_stop", ON_STOP, "Empty it at the end, all of it, or with `VS` our virtual servers.",
            "lvs_flush_on_stop VS", "off"),
    Keyword("lvs_flush_onstop", ON_STOP, "The same as `lvs_flush_on_stop`.", "lvs_flush_onstop", "off",
            field="lvs_flush_on_stop"),
    Keyword("lvs_sync_daemon", Custom("INTERFACE [[inst] INSTANCE] [id 0-255] [maxlen 1-65507] [port 1-65535] "
            "[ttl 1-255] [group ADDRESS]", sync_daemon), "Copy connections to the other machine; with an instance, "
            "from its master.", "lvs_sync_daemon eth0 VI_1 id 1", "off", repeat="first", incomplete="skip"),
    Keyword("checker_log_all_failures", Switch(), "Log every failed check.", "checker_log_all_failures", "off"),
    Keyword("nftables_ipvs", Text("TABLE", 30, least=0, bare=TABLE), "One mark for each group, by nftables.",
            "nftables_ipvs",
            "off", repeat="first"),
    Keyword("nftables_ipvs_priority", Integer(-(2**31), INT_MAX), "Priority of its chains.",
            "nftables_ipvs_priority -1", "-1"),
    Keyword("nftables_ipvs_start_fwmark", Integer(1, UINT_MAX), "The first mark.", "nftables_ipvs_start_fwmark 1000",
            "1000"),
)  # fmt: skip

SNMP = (
    waiting("snmp_socket", Text("ADDRESS"), "Where the SNMP agent listens.", "snmp_socket unix:/var/agentx/master",
            "unix:/var/agentx/master", repeat="first", incomplete="skip", reason=NO_SNMP),
    *(
        waiting(name, Flag(), doc, name, "off", reason=NO_DBUS if "dbus" in name else NO_SNMP)
        for name, doc in (
            ("enable_traps", "Send SNMP traps."), ("enable_snmp_vrrp", "Serve instances by SNMP."),
            ("enable_snmp_keepalived", "The same as `enable_snmp_vrrp`."), ("enable_snmp_rfc", "Serve both RFC MIBs."),
            ("enable_snmp_rfcv2", "Serve the MIB of version 2."), ("enable_snmp_rfcv3", "Serve the MIB of version 3."),
            ("enable_snmp_checker", "Serve services by SNMP."), ("enable_dbus", "Publish instances on D-Bus."),
        )
    ),
    waiting("snmp_vs_stats_update_interval", STATISTICS, "Age of statistics of services.",
            "snmp_vs_stats_update_interval 5", "5", reason=NO_SNMP),
    waiting("snmp_rs_stats_update_interval", STATISTICS, "Age of statistics of servers.",
            "snmp_rs_stats_update_interval 5", "5", reason=NO_SNMP),
    waiting("dbus_service_name", Custom("NAME", dbus_name, most=1), "Name on D-Bus.",
            "dbus_service_name org.example.Vrrp1", "org.keepalived.Vrrp1", incomplete="skip", quiet=True,
            reason=NO_DBUS),
    waiting("dbus_no_interface_name", Text("NAME"), "Stands for a missing interface.", "dbus_no_interface_name none",
            "none", incomplete="skip", reason=NO_DBUS),
)  # fmt: skip
