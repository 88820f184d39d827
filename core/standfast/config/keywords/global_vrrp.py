"""``global_defs``: VRRP, announcements and the firewall; most are defaults for the instances' own keywords."""

from __future__ import annotations

from standfast.config.keywords.global_values import Names
from standfast.config.keywords.values import (
    DELAY,
    INT_MAX,
    REFRESH,
    SPACING,
    UINT_MAX,
    WHOLE_SECONDS,
    count,
    extra_interfaces,
    rx_policy,
)
from standfast.config.kinds import Choice, Custom, Flag, Integer, IpAddress, Switch, Text, interface
from standfast.config.schema import Keyword

COUNT = Custom(f"1-{UINT_MAX}", count, most=1)
PRIORITY_32 = Integer(-(2**31), INT_MAX)
EXTRA = Custom("[all] SECONDS", extra_interfaces, most=2)

PROTOCOL = (
    Keyword("vrrp_version", Choice({"2": 2, "3": 3}), "Protocol version of IPv4 instances that name none.",
            "vrrp_version 3", "2 (IPv6 instances always use 3)"),
    Keyword("vrrp_mcast_group4", IpAddress(4, multicast=True), "Where IPv4 adverts are sent.",
            "vrrp_mcast_group4 224.0.0.18", "224.0.0.18"),
    Keyword("vrrp_mcast_group6", IpAddress(6, multicast=True), "Where IPv6 adverts are sent.",
            "vrrp_mcast_group6 ff02::12", "ff02::12"),
    Keyword("vrrp_strict", Switch(), "Default of `strict_mode`: only what the RFC allows. Consider it twice: no "
            "unicast, "
            "no authentication, and the virtual addresses do not answer unless the router owns them.",
            "vrrp_strict off", "off",
            differs="`off` is honoured, as in keepalived 2.4; 2.2 does not look at it.", quiet=True),
    Keyword("vrrp_skip_check_adv_addr", Switch(), "Compare the address list of an advert only when the master changes.",
            "vrrp_skip_check_adv_addr", "off",
            differs="`off` is honoured; keepalived does not look at it.", quiet=True),
    Keyword("vrrp_higher_prio_send_advert", Switch(), "A master that hears a higher priority sends one last advert "
            "before it yields, so that the winner of a healed split tells the hosts again.",
            "vrrp_higher_prio_send_advert off", "on; in strict mode off (keepalived: off)",
            differs="On unless switched off; in keepalived it is off, and after a healed split nobody "
            "announces the addresses again."),
    Keyword("vrrp_lower_prio_no_advert", Switch(), "A master does not answer an advert of lower priority at once.",
            "vrrp_lower_prio_no_advert", "off; on in strict mode"),
    Keyword("vrrp_owner_ignore_adverts", Switch(), "Instances of priority 255 ignore all adverts.",
            "vrrp_owner_ignore_adverts", "off; on in strict mode",
            differs="`off` is honoured; keepalived does not look at it."),
    Keyword("vrrp_check_unicast_src", Switch(), "Drop adverts that do not come from a configured unicast peer. On by "
            "default here (keepalived: off): otherwise anybody who can route to us controls the election. `off` is "
            "ours.",
            "vrrp_check_unicast_src off", "on",
            differs="On unless switched off; in keepalived it is off. `off` is ours.", quiet=True),
    Keyword("v3_checksum_as_v2", Switch(), "Leave the pseudo-header out of version 3 checksums for IPv4; the same as "
            "`checksum message` in every instance.", "v3_checksum_as_v2", "off"),
    Keyword("vrrp_down_timer_adverts", Integer(1, 100), "Adverts that must be missed before the master counts as dead.",
            "vrrp_down_timer_adverts 3", "3"),
    Keyword("vrrp_startup_delay", DELAY, "Say nothing and ignore adverts for this long after the daemon's start.",
            "vrrp_startup_delay 5.5", "0"),
    Keyword("vrrp_delay_after_boot", DELAY, "Say nothing and ignore adverts until the machine has been up this long.",
            "vrrp_delay_after_boot 30", "0"),
    Keyword("default_interface", interface(), "Where the addresses of instances without `interface` go.",
            "default_interface eth1", "eth0", incomplete="skip"),
    Keyword("dynamic_interfaces", Choice({"allow_if_changes": "changes"}, least=0, bare="yes"),
            "Interfaces may be missing: their instances wait in FAULT until they appear.",
            "dynamic_interfaces", "off",
            differs="Instances wait for a missing interface without it too."),
    Keyword("log_unknown_vrids", Flag(), "Log adverts for virtual routers that are not configured on the interface.",
            "log_unknown_vrids", "off"),
    Keyword("disable_local_igmp", Flag(), "Stop the kernel from reporting memberships of 224.0.0.0/24.",
            "disable_local_igmp", "off"),
    Keyword("vrrp_rx_bufs_policy", Custom("MTU|ADVERT|BYTES", rx_policy, most=1), "How large receive buffers are.",
            "vrrp_rx_bufs_policy ADVERT", "the kernel's default", incomplete="skip", quiet=True),
    Keyword("vrrp_rx_bufs_multiplier", Integer(1, UINT_MAX), "How many packets the MTU or ADVERT policy makes room "
            "for.",
            "vrrp_rx_bufs_multiplier 3", "3"),
    Keyword("vmac_prefix", Text("PREFIX"), "First part of the names of virtual MAC interfaces.", "vmac_prefix vrrp",
            "vrrp", repeat="first"),
    Keyword("vmac_addr_prefix", Text("PREFIX"), "The same for addresses on other interfaces.", "vmac_addr_prefix vip",
            "as `vmac_prefix`", repeat="first"),
)  # fmt: skip

ANNOUNCING = (
    Keyword("vrrp_garp_master_delay", WHOLE_SECONDS, "Wait before the second burst of gratuitous ARP or neighbour "
            "advertisements; 0 for none.", "vrrp_garp_master_delay 5", "5"),
    Keyword("vrrp_garp_master_repeat", COUNT, "Announcements of each address in a burst.",
            "vrrp_garp_master_repeat 5", "5"),
    Keyword("vrrp_garp_master_refresh", REFRESH, "Announce again in this rhythm while master; 0 for never.",
            "vrrp_garp_master_refresh 60", "0"),
    Keyword("vrrp_garp_master_refresh_repeat", COUNT, "Announcements of each address in a refresh.",
            "vrrp_garp_master_refresh_repeat 2", "1"),
    Keyword("vrrp_garp_lower_prio_delay", WHOLE_SECONDS, "As `vrrp_garp_master_delay`, after an advert of lower "
            "priority.",
            "vrrp_garp_lower_prio_delay 10", "as `vrrp_garp_master_delay`; 0 in strict mode"),
    Keyword("vrrp_garp_lower_prio_repeat", Integer(0, INT_MAX), "As `vrrp_garp_master_repeat`, after an advert of "
            "lower "
            "priority.", "vrrp_garp_lower_prio_repeat 1", "as `vrrp_garp_master_repeat`; 0 in strict mode"),
    Keyword("vrrp_garp_interval", SPACING, "Least time between two gratuitous ARPs on one interface.",
            "vrrp_garp_interval 0.001", "0"),
    Keyword("vrrp_gna_interval", SPACING, "Least time between two unsolicited neighbour advertisements on one "
            "interface.",
            "vrrp_gna_interval 0.001", "0"),
    Keyword("vrrp_min_garp", Switch(), "One announcement, no second burst, no refresh, for each of these not set "
            "otherwise.",
            "vrrp_min_garp", "off"),
    Keyword("vrrp_garp_extra_if", EXTRA, "Announce regularly on interfaces other than the instance's own.",
            "vrrp_garp_extra_if all 30", "0"),
    Keyword("vrrp_vmac_garp_intvl", EXTRA, "Old name of `vrrp_garp_extra_if`.", "vrrp_vmac_garp_intvl 30",
            field="vrrp_garp_extra_if", retired="vrrp_garp_extra_if"),
)  # fmt: skip

FIREWALL = (
    Keyword("nftables", Text("TABLE", 30, least=0), "nftables table for filtering.", "nftables keepalived",
            "standfast_vrrp, if needed", repeat="first",
            differs="Behind the name comes that of this daemon (`instance`); a table that is there already stays "
            "alone, ours gets a number. Another name counts from the next start on."),
    Keyword("nftables_priority", PRIORITY_32, "Priority of the chains in it.", "nftables_priority -1", "-1"),
    Keyword("nftables_ifindex", Flag(), "Match link-local addresses by interface number.", "nftables_ifindex", "off",
            differs="They are matched by name, which stays right when an interface is made again."),
    Keyword("nftables_counters", Flag(), "Count packets in the rules.", "nftables_counters", "off"),
    Keyword("vrrp_iptables", Names("[CHAIN_IN [CHAIN_OUT]]", most=2), "Filter with iptables in these chains.",
            "vrrp_iptables INPUT OUTPUT", "not used",
            differs="The same is filtered by an nftables table of standfast's own."),
    Keyword("vrrp_ipsets", Names("[SET ...]", most=6), "Names of the sets used with `vrrp_iptables`.",
            "vrrp_ipsets keepalived", "made from `keepalived`",
            differs="The addresses stand in sets of an nftables table of standfast's own."),
)  # fmt: skip
