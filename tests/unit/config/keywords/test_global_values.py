"""Mail, pipes, LVS timeouts, the sync daemon, firewall names."""

from __future__ import annotations

from typing import Any

import pytest

from standfast.config.keywords.global_values import Pipe, Relay
from standfast.config.load import load_text
from standfast.config.lvs_model import SyncDaemon
from standfast.config.script_model import Identity
from standfast.values import Address


def read(line: str) -> tuple[Any, list[str]]:
    loaded = load_text(f"global_defs {{\n{line}\n}}\n")
    told = [d.code for d in loaded.diagnostics if d.code not in ("SF5001", "SF4551", "SF4554", "SF6701")]
    block, name = loaded.settings.block("global_defs"), line.split(maxsplit=1)[0]
    every = block.all(name)
    return block.get(name, every[-1].value if every else None), told


MULTICAST = Address.parse("239.0.0.1")
OWNED = Pipe("/run/x", Identity(user="nobody", group="adm", supplementary=True))


@pytest.mark.parametrize(
    ("line", "value", "found"),
    [
        ("smtp_server mail", Relay("mail"), []),
        ("smtp_server 192.0.2.1 587", Relay("192.0.2.1", 587), []),
        ("smtp_server mail 0", None, ["SF3002"]),
        ("smtp_server fd00::1%eth0", Relay("fd00::1%eth0"), []),
        ("smtp_server **", None, ["SF3318"]),
        ("notification_email_from a@example.com", "a@example.com", []),
        ('notification_email_from "A <a@example.com>"', "A <a@example.com>", []),
        ("notification_email_from root", "root", []),
        ("notification_email_from @", "@", ["SF3317"]),
        ("notify_fifo /run/x nobody :adm", OWNED, []),
        ("lvs_timeouts tcp 5 udp 7", {"tcp": 5, "udp": 7}, []),
        ("lvs_timeouts tcp 5 foo 3", {"tcp": 5}, ["SF3313", "SF3313"]),
        ("lvs_timeouts tcp x udp 5", {"udp": 5}, ["SF3001"]),
        ("lvs_timeouts tcp 2678401", None, ["SF3002"]),
        ("lvs_timeouts tcp", None, ["SF3102"]),
        ("lvs_sync_daemon eth0", SyncDaemon(interface="eth0"), []),
        ("lvs_sync_daemon eth0 VI_1 id 3", SyncDaemon(interface="eth0", instance="VI_1", id=3), []),
        ("lvs_sync_daemon eth0 inst VI_1 ttl 9", SyncDaemon(interface="eth0", instance="VI_1", ttl=9), []),
        ("lvs_sync_daemon eth0 VI_1 3", SyncDaemon(interface="eth0", instance="VI_1", id=3), ["SF3313"]),
        ("lvs_sync_daemon eth0 id 256", SyncDaemon(interface="eth0"), ["SF3002"]),
        ("lvs_sync_daemon eth0 maxlen 65508", SyncDaemon(interface="eth0"), ["SF3002"]),
        ("lvs_sync_daemon eth0 group 239.0.0.1", SyncDaemon(interface="eth0", group=MULTICAST), []),
        ("lvs_sync_daemon eth0 group 10.0.0.1", SyncDaemon(interface="eth0"), ["SF3007"]),
        ("lvs_sync_daemon eth0 id", SyncDaemon(interface="eth0"), ["SF3102"]),
        ("include_check", {"read": True, "match": True, "wildcard_match": True, "brace_match": True}, []),
        ("include_check +match -readable", {"match": True, "read": False}, []),
        ("include_check foo", {}, ["SF1507"]),
        ("reload_time_file reload-at", None, ["SF3315"]),
        ("process_name aaaaaaaaaaaaaaaaaaaa", "a" * 15, ["SF3314"]),
        ("vrrp_iptables IN OUT", ("IN", "OUT"), ["SF6202"]),
        ("vrrp_iptables IN IN", None, ["SF3316"]),
        ("vrrp_ipsets " + "a" * 28, None, ["SF3006"]),
        ("dbus_service_name org.example.Vrrp1", "org.example.Vrrp1", []),
        ("nftables_ipvs", "keepalived_ipvs", []),
        ("lvs_flush_on_stop", "all", []),
    ],
)
def test_values(line, value, found):
    assert read(line) == (value, found)


def test_recipients_are_looked_at_one_by_one():
    loaded = load_text("global_defs {\nsmtp_server m\nnotification_email {\na@example.com b@\n}\n}\n")
    assert [d.code for d in loaded.diagnostics if d.code != "SF5001"] == ["SF3317"]
    (line,) = loaded.settings.block("global_defs").all("notification_email")
    assert line.value == ("a@example.com", "b@")
