"""The names, labels and encodings of mehdy/keepalived-exporter, which dashboards and alerts ask for."""

from __future__ import annotations

from typing import Final

from standfast import __version__
from standfast.metrics.own_vrrp import Document
from standfast.metrics.sheet import Declared, Sheet, counter, gauge

STATE: Final = {"INIT": 0, "BACKUP": 1, "MASTER": 2, "LEAVING": 1, "FAULT": 3}
"""LEAVING: it has given up its addresses to whoever comes next. UNKNOWN has no number, so nothing is said."""

COUNTERS: Final = {
    "advertisements_received": ("advert_rcvd", "Advertisements received"),
    "advertisements_sent": ("advert_sent", "Advertisements sent"),
    "become_master": ("become_master", "Became master"),
    "release_master": ("release_master", "Released master"),
    "packet_length_errors": ("packet_len_err", "Packet length errors"),
    "advertisements_interval_errors": ("advert_interval_err", "Advertisement interval errors"),
    "ip_ttl_errors": ("ip_ttl_err", "TTL errors"),
    "invalid_type_received": ("invalid_type_rcvd", "Invalid type errors"),
    "address_list_errors": ("addr_list_err", "Address list errors"),
    "authentication_invalid": ("invalid_authtype", "Authentication invalid"),
    "authentication_mismatch": ("authtype_mismatch", "Authentication mismatch"),
    "authentication_failure": ("auth_failure", "Authentication failure"),
    "priority_zero_received": ("pri_zero_rcvd", "Priority zero received"),
    "priority_zero_sent": ("pri_zero_sent", "Priority zero sent"),
}
_WHO: Final = ("iname", "intf", "vrid")

DECLARED: Final[tuple[Declared, ...]] = (
    gauge("keepalived_up", "Status"),
    gauge("keepalived_vrrp_state", "State of vrrp: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT", *_WHO, "ip_address"),
    gauge("keepalived_vrrp_excluded_state", "State of vrrp with excluded VIP", *_WHO, "ip_address"),
    counter("keepalived_gratuitous_arp_delay_total", "Gratuitous ARP delay", *_WHO),
    *(counter(f"keepalived_{name}_total", doc, *_WHO) for name, (_, doc) in COUNTERS.items()),
    gauge("keepalived_script_status", "Tracker script status: 0 BAD, 1 GOOD", "name"),
    gauge("keepalived_script_state", "Tracker script state: 0 idle, 1 running, 2 requested termination, 3 forcing "
          "termination", "name"),
    gauge("keepalived_exporter_build_info", "Which program says all this", "branch", "goarch", "goos", "goversion",
          "revision", "tags", "version"),
)  # fmt: skip


def fill(sheet: Sheet, vrrp: Document) -> None:
    """From the part ``vrrp`` of a picture."""
    sheet.put("keepalived_up", vrrp["fresh"])
    sheet.put("keepalived_exporter_build_info", 1, "", "", "linux", "", "", "", f"standfast {__version__}")
    if not vrrp["fresh"]:
        return
    for instance in vrrp["instances"]:
        _instance(sheet, instance)
    for thing in vrrp["trackers"]:
        if thing["kind"] == "script":
            sheet.put("keepalived_script_status", thing["good"] is True, thing["name"])
            sheet.put("keepalived_script_state", bool(thing.get("running")), thing["name"])


def _instance(sheet: Sheet, instance: Document) -> None:
    who = (instance["name"], instance["interface"], instance["vrid"])
    excluded = set(instance["addresses_excluded"])
    state = STATE.get(instance["state"])
    advertised = [each for each in instance["addresses_wanted"] if each not in excluded]
    for address, device in map(parts, advertised):
        sheet.put("keepalived_vrrp_state", state, who[0], device, who[2], address)
    if not advertised:
        sheet.put("keepalived_vrrp_state", state, *who, "")
    for address, device in map(parts, instance["addresses_excluded"]):
        sheet.put("keepalived_vrrp_excluded_state", state, who[0], device, who[2], address)
    sheet.put("keepalived_gratuitous_arp_delay_total", instance["announce_delay_ms"] // 1000, *who)
    for name, (ours, _) in COUNTERS.items():
        sheet.put(f"keepalived_{name}_total", instance["counters"][ours], *who)


def parts(address: str) -> tuple[str, str]:
    """``10.0.0.100/24 dev eth0`` -> ``10.0.0.100/24``, ``eth0``."""
    text, _, device = address.partition(" dev ")
    return text, device
