"""Every other keyword of the language: known, so that a typo in it is found, but not acted on yet.

One word a keyword; what stands in braces stands in that block. ``name:`` opens a value block, whose lines are
data. As parts of standfast grow, names move from here to declarations of their own (:mod:`standfast.config.keywords`).
"""

from __future__ import annotations

from collections.abc import Iterator

from standfast.config.keywords.common import AnyLine
from standfast.config.kinds import Flag, Kind, Text, Unread
from standfast.config.schema import Block, BlockRepeat, Declaration, Entries, Keyword

_CONNECTION = """connect_ip connect_port bindto bind_port bind_if connect_timeout fwmark
    retry delay_before_retry warmup delay_loop alpha log_all_failures"""
_RETRIES = "retry delay_before_retry warmup delay_loop alpha log_all_failures"
_URL = """url { path digest status_code virtualhost regex regex_no_match regex_options regex_min_offset
    regex_max_offset regex_stack"""
_WEB = "nb_get_retry virtualhost http_protocol enable_sni sni_name fast_recovery"

HEALTH = f"""
    TCP_CHECK {{ {_CONNECTION} }}
    PING_CHECK {{ {_CONNECTION} }}
    UDP_CHECK {{ {_CONNECTION} payload require_reply min_reply_length max_reply_length }}
    SMTP_CHECK {{ {_CONNECTION} helo_name host {{ {_CONNECTION} }} }}
    DNS_CHECK {{ {_CONNECTION} type name }}
    HTTP_GET {{ {_CONNECTION} {_WEB} {_URL} }} }}
    SSL_GET {{ {_CONNECTION} {_WEB} tls_compliant {_URL} tls_compliant }} }}
    MISC_CHECK {{ {_RETRIES} misc_path misc_timeout misc_dynamic user }}
    FILE_CHECK {{ track_file weight }}
    BFD_CHECK {{ name alpha }}
"""
"""Checks of a real server."""

BALANCING = f"""
    SSL {{ password ca certificate key }}
    virtual_server_group:
    virtual_server {{
        ip_family retry delay_before_retry warmup connect_timeout delay_loop inhibit_on_failure
        lvs_sched lb_algo hashed ops flag-1 flag-2 flag-3 sh-port sh-fallback mh-port mh-fallback
        lvs_method lb_kind persistence_engine persistence_timeout persistence_granularity protocol
        ha_suspend smtp_alert virtualhost snmp_name alpha omega quorum_up quorum_down quorum hysteresis
        weight sorry_server sorry_server_inhibit sorry_server_lvs_method
        real_server {{
            weight lvs_method uthreshold lthreshold inhibit_on_failure notify_up notify_down
            alpha retry delay_before_retry warmup connect_timeout delay_loop smtp_alert virtualhost snmp_name
            {HEALTH}
        }}
    }}
"""

TRACKING = """
    track_group { group: }
    track_file { file weight init_file }
    vrrp_track_file { file weight init_file }
    vrrp_track_process {
        process param_match weight quorum quorum_max delay terminate_delay fork_delay full_command
    }
    vrrp_script { script interval timeout weight rise fall user init_fail }
    vrrp_sync_group {
        group: track_interface: track_script: track_file: track_process: track_bfd:
        notify_master notify_backup notify_fault notify_stop notify smtp_alert
        global_tracking sync_group_tracking_weight notify_priority_changes
    }
"""

INTERFACES = """
    linkbeat_use_polling net_namespace_ipvs namespace_with_ipsets
    static_ipaddress: static_routes: static_rules:
    linkbeat_interfaces: interface_up_down_delays:
    garp_group { garp_interval gna_interval interface interfaces: }
"""

SESSIONS = """
    bfd_instance {
        neighbor_ip neighbour_ip source_ip min_rx min_tx idle_tx multiplier passive ttl hoplimit max_hops
        multihop weight vrrp checker
    }
"""

WAITING = {
    BALANCING: "load balancing with health checks",
    TRACKING: "tracking and notification",
    INTERFACES: "helpers for interfaces and static addresses",
    SESSIONS: "BFD",
}

_NAME = Text("NAME")
_SERVICE = Unread("IP [PORT] | fwmark MARK | group NAME", 1)
_SERVER = Unread("IP [PORT]", 1)
_HEADERS: dict[str, tuple[Kind, BlockRepeat, str]] = {
    "virtual_server": (_SERVICE, "each", "virtual_server 192.0.2.10 80"),
    "real_server": (_SERVER, "each", "real_server 10.0.0.1 80"),
    "virtual_server_group": (_NAME, "each", "virtual_server_group web"),
    "track_group": (_NAME, "first", "track_group uplinks"),
    "track_file": (_NAME, "each", "track_file load"),
    "vrrp_track_file": (_NAME, "each", "vrrp_track_file load"),
    "vrrp_track_process": (_NAME, "each", "vrrp_track_process haproxy"),
    "vrrp_script": (_NAME, "each", "vrrp_script check_http"),
    "vrrp_sync_group": (_NAME, "first", "vrrp_sync_group VG_1"),
    "bfd_instance": (Text("NAME"), "first", "bfd_instance peer1"),
}
"""Blocks with words before their brace: what they are, what a second one means, and how they look."""

_RETIRED = {
    "vrrp_track_file": "track_file",
    "global_tracking": "sync_group_tracking_weight",
    "nb_get_retry": "retry",
    "host": "a second SMTP_CHECK",
}
_SKIPPED_UNNAMED = {"vrrp_sync_group", "track_group"}


def declarations() -> Iterator[Declaration]:
    """Everything in this module, as declarations that are not acted on."""
    for text, waits_for in WAITING.items():
        yield from _read(iter(text.split()), waits_for)


def _read(words: Iterator[str], waits_for: str) -> tuple[Declaration, ...]:
    """The declarations up to the closing brace."""
    result: list[Declaration] = []
    for word in words:
        if word == "}":
            break
        if word == "{":
            opening = result.pop()
            result.append(_block(opening.name, _read(words, waits_for), waits_for))
        elif word.endswith(":"):
            result.append(_list(word[:-1], waits_for))
        else:
            result.append(_leaf(word, waits_for))
    return tuple(result)


def _words(waits_for: str) -> str:
    return f"Known, but not acted on yet: waits for {waits_for}."


def _leaf(name: str, waits_for: str) -> Keyword:
    return Keyword(name, Unread(), _words(waits_for), name, acted_on=False, retired=_RETIRED.get(name, ""))


def _list(name: str, waits_for: str) -> Declaration:
    header, _, example = _HEADERS.get(name, (Flag(), "each", name))
    return Entries(name, AnyLine("..."), _words(waits_for), f"{example} {{\n}}", False, waits_for, header)


def _block(name: str, keywords: tuple[Declaration, ...], waits_for: str) -> Block:
    header, repeat, example = _HEADERS.get(name, (Unread(), "each", name))
    return Block(
        name,
        _words(waits_for),
        f"{example} {{\n}}",
        keywords,
        header,
        repeat,
        "skip" if name in _SKIPPED_UNNAMED else "stop",
        acted_on=False,
        waits_for=waits_for,
        retired=_RETIRED.get(name, ""),
    )
