"""Global definitions and static objects: what keepalived dumps of them, and the same said of ours."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from harness.dump import SCOPES, Fields, identity, preferred, route, rule, script
from standfast.config.load import Loaded
from standfast.config.model import VirtualAddress
from standfast.config.script_model import Fifo, Identity, ScriptCall
from standfast.config.settings import Settings
from standfast.values import SECOND

STATIC = ("Static Addresses", "Static Routes", "Static Rules")

NOT_OURS = re.compile(
    # What nothing of ours corresponds to, what is counted elsewhere, and what is only news of the moment.
    r"Network namespace|libnftnl|VRRP CPU|BFD|SNMP|DBus|current realtime|No test config|Checkers log"
    # 2.2.7 does not print the one that it uses.
    r"|Default interface"
)


def read_globals(text: str) -> tuple[Fields, dict[str, list[str]]]:
    """Label -> value of the global definitions, and section -> lines of the static ones."""
    fields: Fields = {}
    sections: dict[str, list[str]] = {}
    title = heading = ""
    for line in text.splitlines():
        if line.startswith("------<"):
            title = line.strip("-<> ")
        elif title == "Global definitions" and line.startswith("   "):
            found = fields.setdefault(heading, [])
            assert isinstance(found, list)
            found.append(line.strip())
        elif title == "Global definitions" and line.strip():
            heading, equals, value = line.strip().removesuffix(":").partition(" = ")
            if equals:  # it calls two time-outs by one name
                fields[heading] = f"{fields[heading]} {value}" if heading in fields else value
            elif not line.endswith(":"):
                fields[heading] = "yes"
        elif title in STATIC:
            sections.setdefault(title, []).append(re.sub(r"( set)?( \[installed .*\])?$", "", line.strip()))
        elif (title == "Static Track groups" and line.strip()) or (
            title.startswith("GARP delay group") and "next time" not in line
        ):
            sections.setdefault(title, []).append(line.strip())
    return {label: value for label, value in fields.items() if not NOT_OURS.match(label)}, sections


def static_objects(loaded: Loaded) -> dict[str, list[str]]:
    """The sections of :func:`read_globals`, of ours."""
    config = loaded.config
    assert config is not None
    groups = [
        line
        for group in config.track_groups
        for line in (f"Static Track Group = {group.name}", "VRRP member instances :", *group.members)
    ]
    found = {
        "Static Addresses": [_address(one) for one in config.static_addresses],
        "Static Routes": [f"{route(one)}{_group(one.track_group)}" for one in config.static_routes],
        "Static Rules": [f"{rule(one)}{_group(one.track_group)}" for one in config.static_rules],
        "Static Track groups": groups,
    }
    written = config.announcement_groups
    for number, garps in enumerate(reversed(written)):
        intervals = (("GARP", garps.garp_interval), ("GNA", garps.gna_interval))
        lines = [f"{name} interval = {value / SECOND:g}" for name, value in intervals if value is not None]
        found[f"GARP delay group {number}"] = [*lines, "Interfaces", *garps.interfaces]
    return {title: lines for title, lines in found.items() if lines}


def _group(name: str) -> str:
    return f" track_group {name}" if name else ""


def _address(one: VirtualAddress) -> str:
    length = f"/{one.prefix}" if one.prefix < one.address.bits else ""
    words = [f"{one.address}{length}"]
    words += [f"brd {one.broadcast}"] if one.broadcast is not None else []
    words += [f"dev {one.dev}", f"scope {SCOPES[one.scope]}"]
    words += [f"label {one.label}"] * bool(one.label)
    words += ["home"] * one.home
    words += ["mngtmpaddr"] * one.mngtmpaddr
    words += [preferred(one.preferred_lft_s)] * (one.address.family == 6)
    words += [f"peer {one.peer}/{one.peer.bits}"] if one.peer is not None else []
    words += ["no_track"] * one.no_track
    return " ".join(words) + _group(one.track_group)


def spoken(loaded: Loaded) -> Fields:
    """Global definitions of ours in keepalived's words; those that nobody set have keepalived's default."""
    config = loaded.config
    assert config is not None
    said = _Said(loaded.settings.block("global_defs"))
    defs, firewall, programs = config.global_defs, config.global_defs.firewall, config.global_defs.programs
    fields: Fields = {
        "Default smtp_alert": said.switch("smtp_alert"),
        "Default smtp_alert_vrrp": said.switch("smtp_alert_vrrp"),
        "Default smtp_alert_checker": said.switch("smtp_alert_checker"),
        "Router ID": defs.router_id,
        "Dynamic interfaces": _true(defs.dynamic_interfaces),
        "Disable local IGMP": "yes" if defs.disable_local_igmp else "no",
        "FIFO write vrrp states on reload": _true(programs.states_on_reload),
        "VRRP notify priority changes": said.true("vrrp_notify_priority_changes"),
        "VRRP IPv4 mcast group": f"{said('vrrp_mcast_group4', '224.0.0.18')}",
        "VRRP IPv6 mcast group": f"{said('vrrp_mcast_group6', 'ff02::12')}",
        "Num adverts before down": f"{said('vrrp_down_timer_adverts', 3)}",
        "Send advert after receive lower priority advert": _true(not said("vrrp_lower_prio_no_advert", False)),
        "Send advert after receive higher priority advert": said.true("vrrp_higher_prio_send_advert"),
        "VRRP default protocol version": f"{said('vrrp_version', 2)}",
        "VRRP check unicast_src": said.true("vrrp_check_unicast_src"),
        "VRRP skip check advert addresses": said.true("vrrp_skip_check_adv_addr"),
        "VRRP strict mode": said.true("vrrp_strict"),
        "Max auto priority": f"{said('max_auto_priority', 0)}",
        "Min auto priority delay": f"{said('min_auto_priority_delay', 1_000_000)} usecs",
        "VRRP process priority": f"{defs.scheduling.nice or 0}",
        "VRRP don't swap": _true(defs.scheduling.no_swap),
        "VRRP realtime priority": f"{defs.scheduling.rt_priority or 0}",
        "VRRP realtime limit": f"{defs.scheduling.rlimit_rttime or 10_000}",
        "Script security enabled" if programs.secure else "Script security disabled": "yes",
        "rs_init_notifies": f"{said('rs_init_notifies', False):d}",
        "no_checker_emails": f"{said('no_checker_emails', False):d}",
        "rx_bufs_multiples": f"{defs.rx_buffer_multiplier}",
        "umask": f"0{defs.umask:o}",
        "process_monitor_rcv_bufs": f"{said('process_monitor_rcv_bufs', 0)}",
        "process_monitor_rcv_bufs_force": f"{said('process_monitor_rcv_bufs_force', False):d}",
    }
    for name in ("vrrp_netlink_cmd", "vrrp_netlink_monitor", "lvs_netlink_cmd", "lvs_netlink_monitor"):
        fields[f"{name}_rcv_bufs"] = f"{said(f'{name}_rcv_bufs', 0)}"
        fields[f"{name}_rcv_bufs_force"] = f"{said(f'{name}_rcv_bufs_force', False):d}"
    fields |= _announcements(said) | _mail(said) | _programs(loaded, programs.fifos) | _balancing(loaded)
    if defs.dynamic_interfaces:
        fields["Allow interface changes"] = _true(said("dynamic_interfaces") == "changes")
    if said("data_use_instance"):
        fields["Use instance name in data dumps"] = "yes"
    if defs.startup_delay:
        fields["vrrp_startup_delay"] = f"{defs.startup_delay / SECOND:g}"
    if said("vrrp_rx_bufs_policy"):
        fields["rx_bufs_policy"] = f"{defs.rx_buffer}".upper()
    if said("vmac_prefix"):
        fields["VMAC prefix"] = defs.vmac_prefix
    if said("vmac_addr_prefix"):
        fields["VMAC address prefix"] = defs.vmac_addr_prefix
    if said("nftables") is not None or said("vrrp_iptables") is not None:
        fields["nftables table name"] = firewall.table or "keepalived"
        fields["nftables base chain priority"] = f"{firewall.priority}"
        force = "force use" if said("nftables_ifindex") else "don't force use"
        fields[f"nftables {force} ifindex for link local IPv6"] = "yes"
    fields[f"nftables with{'' if firewall.counters else 'out'} counters"] = "yes"
    return fields


class _Said:
    """What a block says, by keyword."""

    def __init__(self, block: Settings) -> None:
        self.block = block

    def __call__(self, name: str, default: Any = None) -> Any:
        return self.block.get(name, default)

    def switch(self, name: str) -> str:
        value = self(name)
        return "unset" if value is None else "on" if value else "off"

    def true(self, name: str) -> str:
        return _true(self(name, False))


def _announcements(said: _Said) -> Fields:
    least = said("vrrp_min_garp", False)
    delay, repeat = said("vrrp_garp_master_delay"), said("vrrp_garp_master_repeat")
    delay = (0 if least else 5 * SECOND) if delay is None else delay
    repeat = (1 if least else 5) if repeat is None else repeat
    lower_delay, lower_repeat = said("vrrp_garp_lower_prio_delay"), said("vrrp_garp_lower_prio_repeat")
    _, extra = said("vrrp_garp_extra_if", (False, 0))
    return {
        "Gratuitous ARP delay": f"{delay // SECOND}",
        "Gratuitous ARP repeat": f"{repeat}",
        "Gratuitous ARP refresh timer": f"{said('vrrp_garp_master_refresh', 0) // SECOND}",
        "Gratuitous ARP refresh repeat": f"{said('vrrp_garp_master_refresh_repeat', 0 if least else 1)}",
        "Gratuitous ARP lower priority delay": f"{(delay if lower_delay is None else lower_delay) // SECOND}",
        "Gratuitous ARP lower priority repeat": f"{repeat if lower_repeat is None else lower_repeat}",
        "Gratuitous ARP for each secondary VMAC": f"{extra // SECOND}s",
        "Gratuitous ARP interval": f"{said('vrrp_garp_interval', 0) / SECOND:.6f}",
        "Gratuitous NA interval": f"{said('vrrp_gna_interval', 0) / SECOND:.6f}",
    }


def _mail(said: _Said) -> Fields:
    fields: Fields = {}
    relay, to = said("smtp_server"), said.block.all("notification_email")
    if relay is not None:
        host = os.uname().nodename
        fields |= {"Smtp server": relay.host, "Smtp server port": f"{relay.port}"}
        if to:
            fields["Smtp HELO name"] = said("smtp_helo_name", host)
            fields["Email notification from"] = said("notification_email_from", f"root@{host}")
    if relay is not None or said("smtp_connect_timeout"):
        fields["Smtp server connection timeout"] = f"{said('smtp_connect_timeout', 30 * SECOND) // SECOND}"
    if to:
        fields["Email notification to"] = [value.value[0] for value in to]
    if said("no_email_faults"):
        fields["Send emails for fault transitions"] = "off"
    return fields


def _programs(loaded: Loaded, fifos: Mapping[str, Fifo]) -> Fields:
    fields: Fields = {}
    for keyword, label in (("notify_fifo", "Global"), ("vrrp_notify_fifo", "VRRP"), ("lvs_notify_fifo", "LVS")):
        fifo = fifos.get(keyword)
        if fifo is not None:
            fields[f"{label} notify fifo"] = f"{fifo.path}, uid:gid {identity(ScriptCall(('x',), fifo.owner))}"
        if fifo is not None and fifo.script is not None:
            fields[f"{label} notify fifo script"] = script(fifo.script)
    user = loaded.settings.block("global_defs").get("script_user", Identity())
    fields[f"Default script uid:gid {identity(ScriptCall(('x',), user))}"] = "yes"
    return fields


def _balancing(loaded: Loaded) -> Fields:
    assert loaded.config is not None
    found, process = loaded.balancing.globals, loaded.config.global_defs.checker_scheduling
    stop = {"": "disabled", "all": "full", "VS": "VS"}[found.flush_on_stop]
    fields: Fields = {
        "LVS flush": _true(found.flush),
        "LVS flush on stop": stop,
        "Checker process priority": f"{process.nice or 0}",
        "Checker don't swap": _true(process.no_swap),
        "Checker realtime priority": f"{process.rt_priority or 0}",
        "Checker realtime limit": f"{process.rlimit_rttime or 10_000}",
    }
    times = found.timeouts_s
    if "tcpfin" in times:
        fields["LVS TCP FIN timeout"] = f"{times['tcpfin']}"
    if {"tcp", "udp"} & times.keys():
        fields["LVS TCP timeout"] = " ".join(f"{times[name]}" for name in ("tcp", "udp") if name in times)
    if found.nftables_table:
        fields["ipvs nftables table name"] = found.nftables_table
        fields["ipvs nftables base chain priority"] = f"{found.nftables_priority}"
        fields["ipvs nftables start fwmark"] = f"{found.nftables_start_mark}"
    daemon = found.sync_daemon
    if daemon is not None:
        named = {"interface": daemon.interface, "syncid": daemon.id, "maxlen": daemon.maxlen}
        named |= {"mcast port": daemon.port, "mcast ttl": daemon.ttl}
        fields |= {f"LVS syncd {label}": f"{value}" for label, value in named.items() if value is not None}
        if daemon.group is not None:
            fields[f"LVS mcast group {daemon.group}"] = "yes"
    return fields


def _true(value: bool) -> str:
    return "true" if value else "false"
