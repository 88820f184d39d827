"""``standfast_vrrp_*``, ``standfast_group_*`` and ``standfast_tracker_*``."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from standfast.metrics.moments import unix
from standfast.metrics.sheet import Declared, Sheet, counter, gauge

Document: TypeAlias = dict[str, Any]

STATES: Final = ("init", "backup", "master", "fault", "leaving", "unknown")
_WHO: Final = ("instance", "vrid", "family")

COUNTERS: Final = {
    "advert_rcvd": "Adverts that were accepted.",
    "advert_sent": "Adverts sent; one for each, however many peers get it.",
    "become_master": "Times this router became MASTER.",
    "release_master": "Times it ceased to be MASTER.",
    "packet_len_err": "Adverts refused: wrong length.",
    "advert_interval_err": "Adverts with another interval.",
    "ip_ttl_err": "Adverts refused: TTL or hop limit below 255.",
    "invalid_type_rcvd": "Adverts refused: unknown type.",
    "addr_list_err": "Adverts with other addresses.",
    "invalid_authtype": "Adverts refused: unknown kind of authentication.",
    "authtype_mismatch": "Adverts refused: other kind of authentication.",
    "auth_failure": "Adverts refused: wrong password or digest.",
    "pri_zero_rcvd": "Farewells heard (priority 0).",
    "pri_zero_sent": "Farewells sent.",
    "chk_err": "Adverts refused: wrong checksum.",
    "vers_err": "Adverts refused: other version.",
    "destination_err": "Adverts refused: multicast instead of unicast, or the reverse.",
    "source_err": "Adverts refused: from a stranger, no configured peer.",
    "self_rcvd": "Adverts from our own address: something reflects frames.",
    "owner_ignored": "Adverts ignored by the owner of the addresses.",
    "auth_ext_missing": "Adverts refused: signature missing.",
    "auth_ext_malformed": "Adverts refused: signature malformed.",
    "auth_ext_unknown_key": "Adverts refused: signed with an unknown key.",
    "auth_ext_invalid_hmac": "Adverts refused: signature wrong.",
    "auth_ext_stale": "Adverts refused: signed too long ago.",
    "auth_ext_replay": "Adverts refused: heard before.",
    "dual_master": "Times another router certainly was MASTER beside us.",
    "contested": "Times we yielded as MASTER to another master.",
    "checksum_form_changes": "Changes of the form of checksum that the peer uses.",
    "late_wakeups": "Timers served later than a quarter of the interval (20 ms at least).",
    "addresses_lost": "Addresses that somebody else took off while we were MASTER (and were put back).",
    "routing_lost": "Routes and rules that somebody else took off while we were MASTER (and were put back).",
    "bounces": "Times everything was let go of because addresses kept being taken off.",
    "vip_add_failures": "Addresses that the kernel refused.",
    "send_errors": "Adverts that the kernel did not send.",
    "announced": "Gratuitous ARPs and unsolicited neighbour advertisements.",
}  # fmt: skip
"""Counter in ``status`` -> what it counts."""

DECLARED: Final[tuple[Declared, ...]] = (
    gauge("standfast_vrrp_fresh", "1: what is said of VRRP is known to be true now; 0: its process does not answer."),
    gauge("standfast_vrrp_age_seconds", "Since the loop of the VRRP process last turned."),
    gauge("standfast_vrrp_state", "1 for the state that an instance is in.", *_WHO, "interface", "state"),
    gauge("standfast_vrrp_info", "Always 1: what does not change by itself.", *_WHO, "interface", "version", "group",
          "source"),
    gauge("standfast_vrrp_cause_info", "Always 1: why it is in its state, in words.", "instance", "cause"),
    gauge("standfast_vrrp_fault", "1 for each reason for FAULT; `pending`: a first result is waited for.", "instance",
          "reason", "pending"),
    gauge("standfast_vrrp_order", "1 while people have ordered it to yield or to hold.", "instance", "order"),
    gauge("standfast_vrrp_priority_base", "As configured.", *_WHO),
    gauge("standfast_vrrp_priority", "Effective.", *_WHO),
    gauge("standfast_vrrp_master_priority", "Of the router that is master.", *_WHO),
    gauge("standfast_vrrp_last_transition_timestamp_seconds", "When it came into its state.", *_WHO),
    gauge("standfast_vrrp_advert_interval_seconds", "As configured.", *_WHO),
    gauge("standfast_vrrp_master_advert_interval_seconds", "As the master says.", *_WHO),
    gauge("standfast_vrrp_addresses_wanted", "Addresses that it holds as MASTER.", *_WHO),
    gauge("standfast_vrrp_addresses_present", "Which of them are on this machine.", *_WHO),
    gauge("standfast_vrrp_addresses_amiss", "Addresses that are missing although MASTER, or here although not.", *_WHO),
    gauge("standfast_vrrp_routing_wanted", "Routes and rules that it installs as MASTER.", *_WHO),
    gauge("standfast_vrrp_routing_present", "Which of them are installed.", *_WHO),
    gauge("standfast_vrrp_two_masters", "1 while another router is MASTER beside us.", *_WHO),
    gauge("standfast_vrrp_timer_lateness_max_seconds", "The latest that a timer was served.", *_WHO),
    gauge("standfast_vrrp_timer_lateness_p99_seconds", "99 of 100 timers were served within this.", *_WHO),
    counter("standfast_vrrp_adverts_refused_total", "Adverts refused for any reason since start or reload.", *_WHO),
    *(counter(f"standfast_vrrp_{name}_total", doc, *_WHO) for name, doc in COUNTERS.items()),
    gauge("standfast_vrrp_notify_waiting", "Notify scripts whose turn has not come."),
    gauge("standfast_vrrp_notify_overdue", "Notify scripts that still run after their `notify_timeout`."),
    counter("standfast_vrrp_notify_dropped_total", "Notify scripts left out because a later state overtook them."),
    counter("standfast_vrrp_notify_lines_lost_total", "Lines for notify pipes that nobody read."),
    gauge("standfast_group_state", "1 for the state that a sync group is in.", "group", "state"),
    gauge("standfast_group_last_transition_timestamp_seconds", "When it came into its state.", "group"),
    gauge("standfast_tracker_good", "1: good, 0: bad; absent: not known.", "kind", "name"),
    gauge("standfast_tracker_value", "The number in a file; 1 or 0 of everything else.", "kind", "name"),
    gauge("standfast_vrrp_tracker_points", "What a tracked thing adds to the priority.", "instance", "kind", "name"),
)  # fmt: skip


def fill(sheet: Sheet, vrrp: Document) -> None:
    """From the part ``vrrp`` of a picture."""
    sheet.put("standfast_vrrp_fresh", vrrp["fresh"])
    sheet.put("standfast_vrrp_age_seconds", vrrp["age_s"])
    for instance in vrrp["instances"]:
        _instance(sheet, instance)
    for group in vrrp["groups"]:
        for state in STATES[:-1]:
            sheet.put("standfast_group_state", group["state"].lower() == state, group["name"], state)
        sheet.put("standfast_group_last_transition_timestamp_seconds", unix(group["since"]), group["name"])
    for thing in vrrp["trackers"]:
        sheet.put("standfast_tracker_good", thing["good"], thing["kind"], thing["name"])
        sheet.put("standfast_tracker_value", thing["value"], thing["kind"], thing["name"])
    notify = vrrp.get("notify") or {}
    sheet.put("standfast_vrrp_notify_waiting", notify.get("waiting"))
    sheet.put("standfast_vrrp_notify_overdue", notify.get("overdue"))
    sheet.put("standfast_vrrp_notify_dropped_total", notify.get("dropped"))
    sheet.put("standfast_vrrp_notify_lines_lost_total", notify.get("lost_lines"))


def _instance(sheet: Sheet, instance: Document) -> None:
    name = instance["name"]
    if "vrid" not in instance:  # nobody speaks for it, so all that is known is its name
        for state in STATES:
            sheet.put("standfast_vrrp_state", instance["state"].lower() == state, name, "", "", "", state)
        sheet.put("standfast_vrrp_cause_info", 1, name, instance["cause"])
        return
    who = (name, instance["vrid"], instance["family"])
    for state in STATES:
        held = instance["state"].lower() == state
        sheet.put("standfast_vrrp_state", held, *who, instance["interface"], state)
    info = (instance["interface"], instance["version"], instance["group"], instance["source"] or "")
    sheet.put("standfast_vrrp_info", 1, *who, *info)
    sheet.put("standfast_vrrp_cause_info", 1, name, instance["cause"])
    for fault in instance["faults"]:
        sheet.put("standfast_vrrp_fault", 1, name, fault["key"], str(fault["pending"]).lower())
    if instance.get("order") is not None:
        sheet.put("standfast_vrrp_order", 1, name, instance["order"]["kind"])
    for tracker in instance["trackers"]:
        sheet.put("standfast_vrrp_tracker_points", tracker["points"], name, tracker["kind"], tracker["name"])
    _numbers(sheet, instance, who)


def _numbers(sheet: Sheet, instance: Document, who: tuple[object, ...]) -> None:
    refused = instance["refused"]
    values: dict[str, float | None] = {
        "priority_base": instance["priority_base"],
        "priority": instance["priority"],
        "master_priority": instance["master_priority"],
        "last_transition_timestamp_seconds": unix(instance["since"]),
        "advert_interval_seconds": instance["interval_ms"] / 1000,
        "master_advert_interval_seconds": instance["master_interval_ms"] / 1000,
        "addresses_wanted": len(instance["addresses_wanted"]),
        "addresses_present": len(instance["addresses_present"]),
        "addresses_amiss": amiss(instance),
        "routing_wanted": len(instance["routing_wanted"]),
        "routing_present": len(instance["routing_present"]),
        "two_masters": instance["dual_master"] is not None,
        "timer_lateness_max_seconds": instance["lateness_max_ms"] / 1000,
        "timer_lateness_p99_seconds": instance["lateness_p99_ms"] / 1000,
        "adverts_refused_total": 0 if refused is None else refused["count"],
    }
    values |= {f"{name}_total": instance["counters"][name] for name in COUNTERS}
    for name, value in values.items():
        sheet.put(f"standfast_vrrp_{name}", value, *who)


def amiss(instance: Document) -> int:
    """How many addresses are not where the instance's state says they are. A LEAVING one may still hold any."""
    wanted, present = set(instance["addresses_wanted"]), set(instance["addresses_present"])
    if instance["state"] == "MASTER":
        return len(wanted - present)
    return 0 if instance["state"] == "LEAVING" else len(present)
