"""Every declaration of core: words, limits, and an example that is fine."""

from __future__ import annotations

import pytest

from standfast.config.keywords.root import build_schema
from standfast.config.load import load_text
from standfast.config.schema import Block, Entries, Keyword, block_at, walk
from standfast.plugins import installed_plugins

EVERYTHING = dict(walk(installed_plugins().schema))


def waits(path: str) -> bool:
    """Is it, or a block around it, not acted on?"""
    parts = path.split("/")
    return not all(EVERYTHING["/".join(parts[: i + 1])].acted_on for i in range(len(parts)))


ACTED_ON = sorted(path for path in EVERYTHING if not waits(path) and not path.startswith("vrrp_check/"))
"""Checkers' blocks are the same in a `vrrp_check`, whose own keywords stand apart below."""
NEEDS = {
    "vrrp_instance": "interface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n198.51.100.9/24\n}",
    "vrrp_instance/authentication": "auth_type PASS\nauth_pass s3cret",
    "vrrp_instance/auth_hmac": "key 1 0123456789abcdef0123456789abcdef\nactive_key 1",
    "vrrp_script": "script /bin/true",
    "track_file": "file /run/load",
    "vrrp_track_file": "file /run/load",
    "vrrp_track_process": "process haproxy",
    "webhook": "url https://hooks.example.com/ha",
    "address_webhook": "claim_url https://api.example.com/claim\ninstance VI_1",
    "vrrp_check": "TCP_CHECK {\nconnect_port 80\n}",
    "vrrp_sync_group": "group {\nVI_1\nVI_2\n}",
    "track_group": "group {\nVI_1\n}",
    "bfd_instance": "neighbor_ip 192.0.2.3",
    "garp_group": "garp_interval 1\ninterface eth9",
    "virtual_server": "protocol TCP\nlvs_sched sh\nlvs_method NAT\nreal_server 10.0.0.250 80 {\nweight 9\n}",
    "virtual_server/real_server/HTTP_GET": "url {\npath /\n}",
    "virtual_server/real_server/HTTP_GET/url": "path /",
    "virtual_server/real_server/SSL_GET": "url {\npath /\n}",
    "virtual_server/real_server/SSL_GET/url": "path /",
    "virtual_server/real_server/MISC_CHECK": "misc_path /bin/true",
    "virtual_server/real_server/FILE_CHECK": "track_file load",
    "virtual_server/real_server/BFD_CHECK": "name peer1",
}
"""What must stand beside the keyword to make a whole of its block."""

BESIDE = {
    "startup_script_timeout": "startup_script /bin/true",
    "shutdown_script_timeout": "shutdown_script /bin/true",
    "notify_fifo_script": "notify_fifo /run/events",
    "vrrp_notify_fifo_script": "vrrp_notify_fifo /run/events",
    "timer_expired_backup": "nopreempt",
    "thread_timer_expired": "nopreempt",
    "unicast_ttl": "unicast_peer {\n192.0.2.3\n}",
    "unicast_src_ip": "unicast_peer {\n192.0.2.3\n}",
    "check_unicast_src": "unicast_peer {\n192.0.2.3\n}",
    "old_unicast_checksum": "unicast_peer {\n192.0.2.3\n}",
    "unicast_fault_no_peer": "unicast_peer {\n192.0.2.3\n}",
    "vmac_xmit_base": "use_vmac",
    "ops": "protocol UDP",
    "hysteresis": "quorum 2",
    "persistence_engine": "persistence_timeout 50",
    "min_reply_length": "require_reply 00",
    "max_reply_length": "require_reply 00",
    "lvs_notify_fifo_script": "lvs_notify_fifo /run/events",
    "notification_email": "smtp_server 192.0.2.25",
    "smtp_server": "notification_email {\nops@example.com\n}",
    **dict.fromkeys(("nftables_ipvs_priority", "nftables_ipvs_start_fwmark"), "nftables_ipvs"),
    "enable_sni": "virtualhost www.example.com",
    **dict.fromkeys(
        ("regex_max_offset", "regex_min_offset", "regex_no_match", "regex_options", "regex_stack"), "regex ok"
    ),
}
BEFORE = {
    "mh-port": "lvs_sched mh",
    "mh-fallback": "lvs_sched mh",
    "sorry_server_inhibit": "sorry_server 10.0.0.99 80",
    "sorry_server_lvs_method": "sorry_server 10.0.0.99 80",
}
_VI = "vrrp_instance {} {{\ninterface eth0\nvirtual_router_id {}\nvirtual_ipaddress {{\n192.0.2.{}/24\n}}\n}}"
DEFINED = {
    "track_script": 'vrrp_script check_http {\nscript "/bin/true"\n}',
    "track_file": "track_file load {\nfile /run/load\n}",
    "track_process": "vrrp_track_process haproxy {\nprocess haproxy\n}",
    "track_bfd": "bfd_instance peer1 {\nneighbor_ip 192.0.2.3\n}",
    "vrrp_sync_group": _VI.format("VI_1", 1, 1) + "\n" + _VI.format("VI_2", 2, 2),
    "track_group": _VI.format("VI_1", 1, 1) + "\n" + _VI.format("VI_2", 2, 2),
    "address_webhook": _VI.format("VI_1", 1, 1),
    "lvs_sync_daemon": _VI.format("VI_1", 1, 1),
    "track_check": "vrrp_check web {\nTCP_CHECK {\nconnect_port 80\n}\n}",
    "check_before_master": "".join(
        f"vrrp_check {name} {{\nconnect_timeout 0.4\nTCP_CHECK {{\nconnect_port 80\n}}\n}}\n"
        for name in ("gateway", "web_elsewhere")
    ),
    **dict.fromkeys(
        ("virtual_server", "vrrp_check"),
        "track_file load {\nfile /run/load\n}\nbfd_instance peer1 {\nneighbor_ip 192.0.2.3\n}",
    ),
}
"""What the names in an example stand for."""

FIRST_COUNTS = ("file", "process", "group")
"""Needs that are left out beside themselves."""

APART = {"vrrp_instance/native_ipv6", "vrrp_instance/vrf"}
"""A relic that cannot stand beside IPv4 addresses, and what is for instances without interface."""


def whole(path: str) -> str:
    """The example with everything around and beside it that it needs."""
    declaration = EVERYTHING[path]
    top = path.partition("/")[0]
    text = f"{BEFORE.get(declaration.name, '')}\n{declaration.example}\n{BESIDE.get(declaration.name, '')}"
    defined = DEFINED.get(top, "") + "\n" + (DEFINED.get(declaration.name, "") if top != declaration.name else "")
    if isinstance(declaration, Block) and path == "vrrp_instance":
        return declaration.example
    while path := path.rpartition("/")[0]:
        head = EVERYTHING[path].example.splitlines()[0].partition("{")[0]
        needs = NEEDS.get(path, "")
        if needs.startswith(FIRST_COUNTS) and needs.split()[0] == text.split(maxsplit=1)[0]:
            needs = ""
        text = f"{head} {{\n{needs}\n{text}\n}}"
    return f"{defined}\n{text}"


def test_everything_has_words_an_example_and_a_beginning():
    for path, declaration in EVERYTHING.items():
        assert declaration.doc.endswith((".", "?")), path
        assert declaration.example.startswith(declaration.name), path
        assert declaration.since == "0.1"
        kind = declaration.kind if isinstance(declaration, Keyword) else declaration.header
        assert isinstance(kind.syntax, str), path
        assert not isinstance(declaration, Entries) or declaration.entry.syntax, path


UNTRACKED = {"track_file", "vrrp_track_file", "vrrp_script", "vrrp_check", "vrrp_track_process"}
ABOUT_TLS = {"ca", "certificate", "key", "sni_name", "verify", "enable_sni"}


def rightly(path: str) -> set[str]:
    """What an example draws because it stands alone, or is about a relic."""
    parts = path.split("/")
    around = [EVERYTHING["/".join(parts[: i + 1])] for i in range(len(parts))]
    codes = set()
    if any(each.retired for each in around) or "SMTP_CHECK/host" in path:
        codes.add("SF2112")
    if parts[0] in UNTRACKED or (parts[0] == "virtual_server" and path not in {FILE_CHECK, f"{FILE_CHECK}/weight"}):
        codes.add("SF4107")  # files for FILE_CHECK stand above every virtual server's example
    if parts[0] == "track_file" or path == f"{FILE_CHECK}/track_file":
        codes.add("SF4108")
    if path == "webhook/key":
        codes.add("SF6906")  # a key alone
    if parts[-1] == "await_services":
        codes.add("SF4115")  # there are none here
    if parts[-1] == "no_accept":
        codes.add("SF4038")
    if parts[-1] in ("vrrp_iptables", "vrrp_ipsets", "nftables_ifindex"):
        codes.add("SF6202")
    if parts[-1] == "reload_repeat":
        codes.add("SF4554")
    if path == "virtual_server/hashed":
        codes.add("SF4525")
    if path in ("webhook/key", "address_webhook/key", "address_webhook/verify_json"):
        codes.add("SF6906")  # the keyword that it belongs to is missing here
    if parts[-1] in ABOUT_TLS and parts[-2] in ("HTTP_CHECK", "HTTP_GET"):
        codes.add("SF4504")  # it is not for https here
    return codes


FILE_CHECK = "virtual_server/real_server/FILE_CHECK"


@pytest.mark.parametrize("path", [path for path in ACTED_ON if path not in APART])
def test_the_example_draws_no_complaint(path):
    loaded = load_text(whole(path))
    top = path.partition("/")[0]
    beside = [d for d in loaded.diagnostics if d.code == "SF5001" and d.source_line.split()[0] != top]
    assert [d for d in loaded.diagnostics if d.code not in rightly(path) and d not in beside] == []
    assert loaded.config is not None


WAITING = sorted(path for path in EVERYTHING if waits(path))


@pytest.mark.parametrize("path", WAITING)
def test_what_waits_says_so_and_nothing_worse(path):
    found = [(d.code, d.severity) for d in load_text(whole(path)).diagnostics]
    assert ("SF5001", "warning") in found
    assert {severity for _, severity in found} <= {"warning", "note"}


def test_whatever_is_not_acted_on_has_a_reason():
    silent = [path for path, declaration in EVERYTHING.items() if not declaration.acted_on and not declaration.reason]
    assert silent == []


def test_the_reason_is_told():
    (told,) = (d for d in load_text("global_defs {\nenable_dbus\n}\n").diagnostics if d.code == "SF5001")
    assert "D-Bus" in told.hint


def test_schemas_are_independent():
    one = build_schema()
    for path in ("", "vrrp_instance", "vrrp_instance/authentication", "virtual_server/real_server"):
        block_at(one, path).attach(Block("EXTRA", "", ""))
    assert "EXTRA" in {declaration.name for _, declaration in walk(one)}
    assert "EXTRA" not in {declaration.name for _, declaration in walk(build_schema())}


def test_ours_are_marked():
    ours = {declaration.name for declaration in EVERYTHING.values() if declaration.ours}
    names = ("checksum", "addr_mismatch", "vip_protect", "na_router", "skew_resolution", "late_grace", "stop_hold")
    assert ours >= {*names, "status_group", "verify"}
    assert ours.isdisjoint({"advert_int", "TCP_CHECK", "quorum", "helo_name"})


def test_a_daemon_may_have_no_name_if_a_parameter_says_so():
    for name in ("net_namespace", "instance"):
        silent = load_text(f"{name} ${{_INSTANCE}}\n")
        assert [d.code for d in silent.diagnostics] == []
        assert silent.settings.get(name) == ""
        told = load_text(f"{name}\n")
        assert [d.code for d in told.diagnostics] == ["SF2108"]
        assert told.stops == []
