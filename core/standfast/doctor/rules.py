"""Each rule looks at a snapshot and says what is wrong, and the command that mends it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from standfast.config.codes import CODES
from standfast.doctor.snapshot import Chain, Instance, Interface, Snapshot

LATE: Final = 0.25
"""Part of an interval by which timers may be late."""

MANAGERS: Final = {
    "systemd-network": "set `KeepConfiguration=yes` and `ManageForeignRoutingPolicyRules=no` for {interface} in "
                       "systemd-networkd",
    "NetworkManager": "nmcli device set {interface} managed no",
    "dhcpcd": "echo 'denyinterfaces {interface}' >> /etc/dhcpcd.conf",
    "connmand": "set `NetworkInterfaceBlacklist={interface}` in /etc/connman/main.conf",
    "wickedd": "wicked ifup --no-wait {interface} must not be run while standfast is MASTER",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is, or may become, a fault."""

    code: str
    words: str
    cure: str = ""
    """A command, or what to do."""

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return CODES[self.code].severity


Rule: TypeAlias = Callable[[Snapshot], Iterator[Finding]]


def examine(snapshot: Snapshot) -> list[Finding]:
    """Errors first, then in the order of the rules."""
    found = [finding for rule in RULES for finding in rule(snapshot)]
    return sorted(found, key=lambda finding: finding.severity != "error")


def configuration(seen: Snapshot) -> Iterator[Finding]:
    """Can it be run at all?"""
    if seen.fault:
        yield Finding("SF7001", seen.fault, f"standfast check {seen.file}")


def rights(seen: Snapshot) -> Iterator[Finding]:
    """Capabilities, and time for real-time processes."""
    if seen.lacking:
        yield Finding("SF7002", f"this user has not got {', '.join(seen.lacking)}", "run as root, or use the unit "
                      "standfast-nonroot.service")  # fmt: skip
    if seen.sysctls.get("kernel/sched_rt_runtime_us") == 0:
        cure = "sysctl -w kernel.sched_rt_runtime_us=950000"
        yield Finding("SF7003", "kernel.sched_rt_runtime_us is 0: real-time processes never run", cure)


def kernel(seen: Snapshot) -> Iterator[Finding]:
    """Version and modules."""
    if seen.kernel < (5, 18):
        words = f"Linux {seen.kernel[0]}.{seen.kernel[1]} cannot mark addresses (5.18 can)"
        yield Finding("SF7004", words, "keep /run/standfast over restarts; upgrade the kernel when you can")
    for name, present in seen.modules.items():
        if not present:
            yield Finding("SF7005", f"the kernel has no {name}", f"modprobe {name}")


def interfaces(seen: Snapshot) -> Iterator[Finding]:
    """Presence, carrier, and what the kernel does with packets on them."""
    for each in seen.interfaces:
        users = [instance for instance in seen.instances if instance.interface == each.name]
        names = ", ".join(instance.name for instance in users)
        if not each.present:
            yield Finding("SF7016", f"{each.name} ({names}) does not exist", "ip link show")
            continue
        if not each.up:
            yield Finding("SF7016", f"{each.name} ({names}) is down or has no carrier", f"ip link set {each.name} up")
        yield from _settings(each, users)


def _settings(interface: Interface, users: list[Instance]) -> Iterator[Finding]:
    name = interface.name
    if interface.rp_filter == 1 and any(user.vmac or user.elsewhere for user in users):
        words = f"rp_filter is 1 on {name}, and packets to its virtual addresses come in by another interface"
        yield Finding("SF7006", words, f"sysctl -w net.ipv4.conf.{name}.rp_filter=2 net.ipv4.conf.all.rp_filter=2")
    if interface.arp_ignore in (3, 8):
        words = f"arp_ignore is {interface.arp_ignore} on {name}: ARP requests for its addresses are not answered"
        yield Finding("SF7007", words, f"sysctl -w net.ipv4.conf.{name}.arp_ignore=0 net.ipv4.conf.all.arp_ignore=0")
    if interface.bridge and interface.snooping and not interface.querier and any(not user.unicast for user in users):
        words = f"bridge {interface.bridge} snoops IGMP and has no querier: adverts may stop after some minutes"
        yield Finding("SF7010", words, f"ip link set {interface.bridge} type bridge mcast_querier 1")


def firewall(seen: Snapshot) -> Iterator[Finding]:
    """Do adverts get in and out?"""
    if seen.chains is None:
        yield Finding("SF7009", "the firewall cannot be looked at", "as root: nft list ruleset; iptables-legacy-save")
        return
    families = {instance.family for instance in seen.instances}
    for chain in seen.chains:
        of = {"ip": {4}, "ip6": {6}}.get(chain.name.partition(" ")[0], {4, 6})
        why = _blocks(chain) if families & of else ""
        if why:
            direction = "output" if chain.hook == "output" else "input"
            cure = chain.cure or f"nft insert rule {chain.name} meta l4proto 112 accept"
            yield Finding("SF7008", f"adverts are dropped on {direction}: chain {chain.name} {why}", cure)


def _blocks(chain: Chain) -> str:
    """The first rule that speaks of VRRP or of everything decides, else the policy."""
    for about, verdict in chain.rules:
        if about in ("vrrp", "everything"):
            return f"has a rule that drops {'VRRP' if about == 'vrrp' else 'everything'}" if verdict == "drop" else ""
    return "drops what no rule accepts, and none accepts VRRP" if chain.drops else ""


def managers(seen: Snapshot) -> Iterator[Finding]:
    """Who else changes addresses?"""
    names = {instance.interface for instance in seen.instances if instance.interface}
    for manager in seen.managers:
        for interface in sorted(names):
            words = f"{manager} runs, and may delete virtual addresses on {interface} when it is restarted"
            yield Finding("SF7011", words, MANAGERS[manager].format(interface=interface))


def clock(seen: Snapshot) -> Iterator[Finding]:
    """Is the time right?"""
    if seen.synchronised is False:
        signed = [instance.name for instance in seen.instances if instance.signed]
        words = "the clock is not synchronised"
        if signed:
            words += f"; {', '.join(signed)} signs adverts, which others refuse if it differs"
        yield Finding("SF7012", words, "timedatectl set-ntp true, or start chrony")


def rivals(seen: Snapshot) -> Iterator[Finding]:
    """Who else speaks here?"""
    for rival in seen.rivals:
        yield Finding("SF7015", rival, "stop it: systemctl disable --now keepalived")


def forwarding(seen: Snapshot) -> Iterator[Finding]:
    """What balancing needs."""
    if seen.nat and seen.sysctls.get("net/ipv4/ip_forward") == 0:
        yield Finding("SF7017", "virtual servers forward by NAT, and net.ipv4.ip_forward is 0",
                      "sysctl -w net.ipv4.ip_forward=1")  # fmt: skip


def _silence(problems: list[str]) -> tuple[str, str]:
    """Why nobody answers, and the command for that: one that hangs, or that we may not ask, need not be started."""
    for problem in problems:
        if "UNKNOWN (stuck)" in problem:
            return problem, "systemctl restart standfast"
        if problem.startswith("you may not"):
            return f"the daemon could not be asked: {problem}", "sudo standfast doctor"
    return "no daemon answers", "standfast run, or systemctl start standfast"


def daemon(seen: Snapshot) -> Iterator[Finding]:
    """What it says of itself, if it runs."""
    if seen.status is None or seen.status.get("daemon") is None:
        yield Finding("SF7019", *_silence(seen.problems))
        return
    for problem in seen.problems:
        yield Finding("SF7018", problem, "standfast status; journalctl -u standfast")
    for standing in seen.status["vrrp"]["instances"]:
        yield from _standing(standing, seen.instances)


def _standing(standing: dict[str, Any], configured: list[Instance]) -> Iterator[Finding]:
    name = standing["name"]
    rival = standing.get("dual_master")
    if rival:
        words = f"{name}: {rival['address']} (priority {rival['priority']}) speaks as master too"
        yield Finding("SF7020", words, "tcpdump -ni any vrrp, on both machines")
    if standing["state"] == "MASTER" and "counters" in standing and not standing["counters"].get("advert_rcvd"):
        words = f"{name} is MASTER and has never heard another router"
        yield Finding("SF7013", words, f"tcpdump -ni {standing.get('interface') or 'any'} vrrp, while another one runs")
    interval = next((each.interval_ms for each in configured if each.name == name), standing.get("interval_ms", 0))
    late = standing.get("lateness_max_ms", 0)
    if interval and late > interval * LATE:
        words = f"{name}: a timer was {late:.0f} ms late, with adverts every {interval:g} ms"
        yield Finding("SF7014", words, "look for what kept the machine (steal time, swap); raise advert_int")


RULES: Final[tuple[Rule, ...]] = (
    *(configuration, rights, kernel, interfaces, firewall, managers, clock, rivals, forwarding, daemon),
)
