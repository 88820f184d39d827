"""One virtual router in keepalived's words: its ``data`` and ``stats`` objects, and the strings in them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from standfast.config.model import Config, VirtualAddress, VrrpInstance
from standfast.config.script_model import ScriptCall
from standfast.config.tracking_model import SyncGroup, Tracker
from standfast.net.routing import words as routing_words
from standfast.values import SECOND

Standing = dict[str, Any]
"""An instance as ``vrrp.status`` describes it."""

STATES = {"INIT": 0, "BACKUP": 1, "MASTER": 2, "FAULT": 3, "LEAVING": 1, "DELETED": 97, "STOP": 98}
"""A router that is LEAVING has said good-bye, and speaks no more; keepalived has no word for it."""

SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}

STATISTICS = (
    *("advert_rcvd", "advert_sent", "become_master", "release_master", "packet_len_err", "advert_interval_err"),
    *("ip_ttl_err", "invalid_type_rcvd", "addr_list_err", "invalid_authtype", "authtype_mismatch", "auth_failure"),
    *("auth_ext_missing", "auth_ext_malformed", "auth_ext_unknown_key", "auth_ext_invalid_hmac", "auth_ext_stale"),
    *("auth_ext_replay", "pri_zero_rcvd", "pri_zero_sent"),
)

HIDDEN = "*" * 8


def data_of(instance: VrrpInstance, standing: Standing, config: Config) -> dict[str, Any]:
    """The ``data`` object, keys in keepalived's order."""
    announcing, master = instance.announcing, standing["state"] == "MASTER"
    state = STATES.get(standing["state"], 0)
    scripts = {each.name: command(each.command) for each in config.scripts}
    found: dict[str, Any] = {
        "iname": instance.name,
        "dont_track_primary": int(not instance.track_primary),
        "skip_check_adv_addr": int(instance.skip_check_adv_addr),
        "strict_mode": 0,
        "vmac_ifname": instance.vmac.name if instance.vmac is not None else "",
        "ifp_ifname": instance.interface,
        "master_priority": 0 if master else standing["master_priority"] or 0,
        "last_transition": datetime.datetime.fromisoformat(standing["since"]).timestamp(),
        "garp_delay": whole(announcing.delay),
        "garp_refresh": whole(announcing.refresh),
        "garp_rep": announcing.repeat,
        "garp_refresh_rep": announcing.refresh_repeat,
        "garp_lower_prio_delay": whole(announcing.lower_prio_delay),
        "garp_lower_prio_rep": announcing.lower_prio_repeat,
        "lower_prio_no_advert": int(instance.lower_prio_no_advert),
        "higher_prio_send_advert": int(instance.higher_prio_send_advert),
        "vrid": instance.vrid,
        "base_priority": instance.priority,
        "effective_priority": standing["priority"],
        "vipset": holds(standing),
        "promote_secondaries": instance.promote_secondaries,
        "adver_int": whole(instance.advert_interval),
        "master_adver_int": whole(round(standing["master_interval_ms"] * 1000)),
        "accept": int(instance.accept),
        "nopreempt": not instance.preempt,
        "preempt_delay": instance.preempt_delay // SECOND,
        "state": state,
        "wantstate": state,
        "version": instance.version,
        "smtp_alert": instance.notify.mail,
        "notify_deleted": instance.notify.tells_deleted,
    }
    found |= {key: command(call) for key, call in _scripts(instance) if call is not None}
    found |= {key: list(words) for key, words in _lists(instance, standing, instance.trackers, scripts) if words}
    found["auth_type"] = {"pass": 1, "ah": 2}[instance.auth.kind] if instance.auth is not None else 0
    if instance.auth is not None:
        found["auth_data"] = HIDDEN
    return found


def stats_of(standing: Standing) -> dict[str, int]:
    """The ``stats`` object."""
    return {name: standing["counters"].get(name, 0) for name in STATISTICS}


def holds(standing: Standing) -> bool:
    """Are all of its addresses on?"""
    wanted = set(standing["addresses_wanted"])
    return bool(wanted) and wanted <= set(standing["addresses_present"])


def whole(microseconds: int) -> int | float:
    """Seconds; an integer where it is one, because readers decode it as such."""
    return microseconds // SECOND if microseconds % SECOND == 0 else microseconds / SECOND


def command(call: ScriptCall) -> str:
    """Each word in single quotes."""
    return " ".join(f"'{word}'" for word in call.argv)


def address_words(address: VirtualAddress, present: Iterable[str] = ()) -> str:
    """``10.0.0.1/24 brd 10.0.0.255 dev eth0 scope global set``; ``set``: it is on the interface."""
    text = f"{address.address}/{address.prefix}"
    words = [text]
    if address.peer is not None:
        words = [str(address.address), "peer", f"{address.peer}/{address.prefix}"]
    if address.broadcast is not None:
        words += ["brd", str(address.broadcast)]
    words += ["dev", address.dev, "scope", SCOPES.get(address.scope, str(address.scope))]
    if address.label:
        words += ["label", address.label]
    return " ".join([*words, "set"] if f"{text} dev {address.dev}" in present else words)


def _scripts(instance: VrrpInstance) -> tuple[tuple[str, ScriptCall | None], ...]:
    notify = instance.notify
    return (
        ("script_backup", notify.backup),
        ("script_master", notify.master),
        ("script_fault", notify.fault),
        ("script_stop", notify.stop),
        ("script_deleted", notify.deleted),
        ("script", notify.change),
        ("script_master_rx_lower_pri", notify.lower_priority),
    )


def _lists(
    instance: VrrpInstance, standing: Standing, trackers: Iterable[Tracker], scripts: dict[str, str]
) -> tuple[tuple[str, list[str]], ...]:
    present = standing["addresses_present"]
    of_kind: dict[str, list[str]] = {}
    for tracker in trackers:
        of_kind.setdefault(tracker.kind, []).append(tracker.name)
    return (
        ("vips", [address_words(each, present) for each in instance.vips]),
        ("evips", [address_words(each, present) for each in instance.evips]),
        ("vroutes", [routing_words(each) for each in instance.routes]),
        ("vrules", [routing_words(each) for each in instance.rules]),
        ("track_ifp", of_kind.get("interface", [])),
        ("track_script", [scripts.get(name, name) for name in of_kind.get("script", [])]),
        ("track_process", of_kind.get("process", [])),
    )


def group_of(instance: VrrpInstance, config: Config) -> SyncGroup | None:
    """Its sync group."""
    return next((group for group in config.sync_groups if instance.name in group.members), None)
