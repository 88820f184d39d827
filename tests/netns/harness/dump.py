"""What keepalived says of its configuration (SIGUSR1), and the same said of ours, in keepalived's words."""

from __future__ import annotations

import grp
import pwd
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from standfast.config.model import Config, VirtualAddress, VrrpInstance
from standfast.config.route_model import MAIN_TABLE, Route, Rule
from standfast.config.script_model import Notifications, ScriptCall
from standfast.config.tracking_model import Tracker
from standfast.values import MILLISECOND, SECOND, Address

Fields = dict[str, object]
"""Label -> value, or the lines below it."""

TITLES = {
    "VRRP Topology": "VRRP Instance",
    "VRRP Sync groups": "VRRP Sync Group",
    "VRRP Scripts": "VRRP Script",
    "VRRP Track files": "Track file",
    "VRRP Track processes": "VRRP Track process",
}
"""Section of the dump -> how a record in it begins."""

RUNTIME = frozenset(
    (
        *("State", "Master router", "Master priority", "Master advert int", "Master advert interval", "Flags"),
        *("Number of config faults", "Number of interface and track script faults", "Number of track scripts init"),
        *("Last transition", "Read timeout", "Master down timer", "Effective priority", "Total priority"),
        *("Status", "Result", "Insecure", "Init state", "VRRP instances", "Tracking instances"),
        "Enforcing strict VRRP compliance",  # its effects are fields of their own
        *("Current processes", "Have quorum", "Fork delay timer not running", "Terminate delay timer not running"),
    )
)
"""What the daemon is doing, not what it was told; and what shows in other fields."""

AUTHENTICATION = {"pass": "SIMPLE_PASSWORD", "ah": "IPSEC_AH"}
SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}


def read_dump(text: str) -> dict[str, dict[str, Fields]]:
    """Section -> record -> label -> value; lines that stand deeper are a list."""
    sections: dict[str, dict[str, Fields]] = {}
    title, record, label = "", None, ""
    for line in text.splitlines():
        if line.startswith("------<"):
            title = line.strip("-<> ")
            record = None
            continue
        depth = len(line) - len(line.lstrip())
        name, equals, value = line.strip().partition(" = ")
        if depth == 1 and name == TITLES.get(title):
            record = sections.setdefault(title, {}).setdefault(value.partition(",")[0], {})
        elif depth == 3 and record is not None:
            if name.startswith("Multicast address "):
                name, equals, value = "Multicast address", " = ", name.removeprefix("Multicast address ")
            label = name if equals else name.partition(" :")[0].partition(":")[0].partition(" (")[0]
            label, value = _plain(label, value)
            record[label] = value if equals else _bare(line.strip())
        elif depth == 5 and record is not None:
            below = record[label] if isinstance(record.get(label), list) else []
            assert isinstance(below, list)
            record[label] = [*below, line.strip().removesuffix(" set").strip()]
    return sections


def _plain(label: str, value: str) -> tuple[str, str]:
    """Without what is only news of the moment."""
    if label.startswith("Use VMAC"):
        return "Use VMAC", value.rpartition("xmit_base = ")[2]
    if label in ("Interface", "Multicast address"):
        value = value.partition(",")[0]
    return label, value.removesuffix(" (from configuration)")


def _bare(line: str) -> object:
    """A line without `=`: a heading, ``Label: value``, or a remark that stands for itself."""
    value = line.partition(":")[2].strip()
    return value if value and " " not in value else []


def instances(config: Config) -> dict[str, Fields]:
    """Every instance of ours in these words."""
    group_of = {name: group.name for group in config.sync_groups for name in group.members}
    return {instance.name: _instance(instance, group_of.get(instance.name)) for instance in config.instances}


def _instance(one: VrrpInstance, group: str | None) -> Fields:
    announcing = one.announcing
    fields: Fields = {
        "VRRP Version": f"{one.version}",
        "Wantstate": "MASTER" if one.owner_state else "BACKUP",
        "Gratuitous ARP delay": f"{announcing.delay // SECOND}",
        "Gratuitous ARP repeat": f"{announcing.repeat}",
        "Gratuitous ARP refresh": f"{announcing.refresh // SECOND}",
        "Gratuitous ARP refresh repeat": f"{announcing.refresh_repeat}",
        "Gratuitous ARP lower priority delay": f"{announcing.lower_prio_delay // SECOND}",
        "Gratuitous ARP lower priority repeat": f"{announcing.lower_prio_repeat}",
        "Down timer adverts": f"{one.down_timer_adverts}",
        "Send advert after receive lower priority advert": _true(not one.lower_prio_no_advert),
        "Send advert after receive higher priority advert": _true(one.higher_prio_send_advert),
        "Virtual Router ID": f"{one.vrid}",
        "Priority": f"{one.priority}",
        "Advert interval": _interval(one),
        "Accept": _enabled(one.accept),
        "Preempt": _enabled(one.preempt),
        "Promote_secondaries": _enabled(one.promote_secondaries),
        "Using smtp notification": "yes" if one.notify.mail else "no",
        "Notify deleted": "Deleted" if one.notify.tells_deleted else "Fault",
        "Notify priority changes": _true(one.notify.priority_changes),
    }
    fields["Interface"] = _carrier(one.interface, one).partition("@")[0]
    fields |= _optional(one, group) | _lists(one) | _scripts(one.notify)
    return fields


def _optional(one: VrrpInstance, group: str | None) -> Fields:
    fields: Fields = {}
    if group is not None:
        fields["Sync group"] = group
    if one.source is not None:
        fields["Using src_ip"] = f"{one.source}"
    if one.group is not None:
        fields["Multicast address"] = f"{one.group}"
    if one.family == 6:
        fields["Using Native IPv6"] = []
    if one.vmac is not None:
        fields["Use VMAC"] = _true(one.vmac.xmit_base)
    if one.preempt_delay:
        fields["Preempt delay"] = f"{one.preempt_delay / SECOND:g} secs"
    if one.version == 2 and one.family == 4:
        fields["Authentication type"] = "none" if one.auth is None else AUTHENTICATION[one.auth.kind]
    if one.auth is not None and one.auth.kind == "pass":
        fields["Password"] = one.auth.password.decode()
    if one.skip_check_adv_addr:
        fields["Skip checking advert IP addresses"] = []
    if not one.track_primary:
        fields["VRRP interface tracking disabled"] = []
    if one.unicast and one.family == 4:
        fields["Unicast TTL"] = f"{255 if one.unicast_ttl is None else one.unicast_ttl}"
    if one.unicast:
        fields["Check unicast src"] = "yes" if one.check_unicast_source else "no"
        fields["Unicast checksum compatibility"] = {"auto": "no", "use": "config"}.get(
            one.old_unicast_checksum, "never"
        )
    return fields


def _lists(one: VrrpInstance) -> Fields:
    lists = {
        "Virtual IP": [address(vip, one) for vip in one.vips],
        "Virtual IP Excluded": [address(vip, one) for vip in one.evips],
        "Unicast Peer": [f"{p.address} min_ttl {p.min_ttl} max_ttl {p.max_ttl}" for p in one.unicast_peers],
        "Virtual Routes": [route(found) for found in one.routes],
        "Virtual Rules": [rule(found) for found in one.rules],
    }
    return {name: lines for name, lines in lists.items() if lines} | trackers(one.trackers)


def trackers(found: tuple[Tracker, ...]) -> Fields:
    """Names and weights; files and processes have a comma."""
    plural = {"interface": "interfaces", "script": "scripts", "file": "files", "process": "processes", "bfd": "bfds"}
    fields: dict[str, list[str]] = {}
    for tracker in found:
        comma = "," if tracker.kind in ("file", "process") else ""
        line = f"{tracker.name}{comma} weight {tracker.weight}{' reverse' if tracker.reverse else ''}"
        fields.setdefault(f"Tracked {plural[tracker.kind]}", []).append(line)
    return dict(fields)


def _scripts(notify: Notifications) -> Fields:
    named = {"Backup": notify.backup, "Master": notify.master, "Fault": notify.fault, "Stop": notify.stop}
    named["Generic"] = notify.change
    return {f"{name} state transition script": script(call) for name, call in named.items() if call is not None}


def script(call: ScriptCall) -> str:
    """The resolved program, its arguments, and who runs it."""
    if call.argv[0].startswith("</"):
        return f"{call}, uid:gid {identity(call)}"  # the shell's
    program = Path(shutil.which(call.argv[0]) or call.argv[0]).resolve()
    words = " ".join(f"'{word}'" for word in (program, *call.argv[1:]))
    return f"{words}, uid:gid {identity(call)}"


def identity(call: ScriptCall) -> str:
    """User and group as numbers."""
    user = pwd.getpwnam(call.identity.user or "root")
    group = grp.getgrnam(call.identity.group).gr_gid if call.identity.group else user.pw_gid
    return f"{user.pw_uid}:{group}"


def address(one: VirtualAddress, around: VrrpInstance) -> str:
    """One address line."""
    length = f"/{one.prefix}" if one.prefix < one.address.bits else ""
    words = [f"{one.address}{length}"]
    if one.broadcast is not None:
        words.append(f"brd {one.broadcast}")
    words.append(f"dev {_carrier(one.dev, around)}")
    words.append(f"scope {SCOPES[one.scope]}")
    words += [f"label {one.label}"] * bool(one.label)
    if one.address.family == 6:
        words.append(preferred(one.preferred_lft_s))
    words += [f"peer {one.peer}/{one.peer.bits}"] if one.peer is not None else []
    words += ["noprefixroute"] * one.noprefixroute
    words += ["no_track"] * one.no_track
    return " ".join(words)


def preferred(seconds: int | None) -> str:
    """The time for which an IPv6 address is chosen as a source."""
    if seconds is None:
        return "preferred_lft forever"
    return f"preferred_lft {seconds}" if seconds else "deprecated"


def _carrier(dev: str, around: VrrpInstance) -> str:
    if around.vmac is None or dev != around.interface:
        return dev
    return f"{around.vmac.name or f'vrrp.{around.vrid}'}@{dev}"


def _network(one: object, prefix: int) -> str:
    return f"{one}/{prefix}"


def route(one: Route) -> str:
    """One route line."""
    zero = Address(one.family, bytes(4 if one.family == 4 else 16))
    words = ["add" if one.kind != "unicast" else one.order]
    words += [one.kind] * (one.kind != "unicast")
    words.append(_network(one.destination or zero, one.prefix))
    words += [f"src {one.source}"] if one.source is not None else []
    words += [f"via inet{'' if one.via.family == 4 else '6'} {one.via}"] if one.via is not None else []
    words += [f"dev {one.dev}"] * bool(one.dev)
    words += [f"table {one.table}"] * (one.table != MAIN_TABLE)
    words.append(f"proto {one.protocol}")
    words += [f"scope {one.scope}"] * bool(one.scope)
    words += [f"metric {one.metric}"] * (one.metric is not None)
    words += [f"{metric.name} {metric.value}" for metric in one.metrics]
    for hop in one.nexthops:
        six = "6" if hop.via is not None and hop.via.family == 6 else ""
        words.append(f"nexthop via inet{six} {hop.via} dev {hop.dev} weight {hop.weight}")
    words += ["no_track"] * (one.no_track or not one.dev)
    return " ".join(words)


def rule(one: Rule) -> str:
    """One rule line."""
    words = ["not"] * one.inverted
    words.append(f"from {_network(one.source, one.source_prefix)}" if one.source is not None else "from all")
    words += [f"to {_network(one.destination, one.destination_prefix)}"] if one.destination is not None else []
    words += [f"priority {one.preference}", f"tos {one.tos:#x}"]
    words += [f"fwmark {one.mark:#x}/{one.mask:#x}"] if one.mark is not None else []
    words += [f"iif {one.iif}"] * bool(one.iif)
    words.append(f"protocol {one.protocol}")
    words.append(f"lookup {one.table}" if one.action == "table" else f"type {one.action}")
    return " ".join(words)


def definitions(config: Config) -> dict[str, dict[str, Fields]]:
    """Sync groups, scripts, files and processes of ours in these words; scripts only if something tracks them."""
    owners = (*config.instances, *config.sync_groups)
    used = {(tracker.kind, tracker.name) for owner in owners for tracker in owner.trackers}
    return {
        "VRRP Sync groups": dict(_groups(config)),
        "VRRP Scripts": {
            one.name: {
                "Command": script(one.command).partition(", uid")[0],
                "Script uid:gid": identity(one.command),
                "Interval": f"{one.interval / SECOND:g} sec",
                "Timeout": f"{0 if one.timeout == one.interval else one.timeout / SECOND:g} sec",
                "Weight": f"{one.weight}",
                "Rise": f"{one.rise}",
                "Fall": f"{one.fall}",
            }
            for one in config.scripts
            if ("script", one.name) in used
        },
        "VRRP Track files": {one.name: {"File": one.path, "Weight": f"{one.weight}"} for one in config.files},
        "VRRP Track processes": {
            one.name: {
                "Process": one.command,
                "Min processes": f"{one.quorum}",
                **({"Max processes": f"{one.quorum_max}"} if one.quorum_max is not None else {}),
                "Weight": f"{one.weight}",
                "Terminate delay": f"{one.terminate_delay / SECOND:.6f}s",
                "Fork delay": f"{one.fork_delay / SECOND:.6f}s",
                "Full command": _true(one.full_command),
            }
            for one in config.processes
        },
    }


def _groups(config: Config) -> Iterator[tuple[str, Fields]]:
    for group in config.sync_groups:
        fields: Fields = {
            "VRRP member instances": list(group.members),
            "Using smtp notification": "yes" if group.notify.mail else "no",
        }
        yield group.name, fields | trackers(group.trackers) | _scripts(group.notify)


DELIBERATE = {
    (
        "Send advert after receive higher priority advert",
        "true",
        "false",
    ): "on by default, for split networks",
    ("Check unicast src", "yes", "no"): "on by default: others cannot take part in the election",
}
"""Label, ours, keepalived's -> why we differ; each is said in the keyword's documentation."""


def differences(ours: Mapping[str, object], theirs: Mapping[str, object]) -> list[str]:
    """Field by field: what differs, and what only one side has."""
    found = []
    for label in sorted({*ours, *theirs} - RUNTIME):
        if label.startswith(("fd_in", "Num member")):
            continue
        left, right = ours.get(label, "(not said)"), theirs.get(label, "(not said)")
        if left == "(not said)" and label == "Using src_ip":
            continue  # the interface's own address
        if left != right and (label, str(left), str(right)) not in DELIBERATE:
            found.append(f"{label}: standfast {left}, keepalived {right}")
    return found


def _true(value: bool) -> str:
    return "true" if value else "false"


def _enabled(value: bool) -> str:
    return "enabled" if value else "disabled"


def _interval(one: VrrpInstance) -> str:
    if one.version == 2:
        return f"{one.advert_interval // SECOND} sec"
    return f"{one.advert_interval // MILLISECOND} milli-sec"
