"""``vrrp_instance``: one virtual router. How its keywords are made to agree stands in ``normalise``."""

from __future__ import annotations

from standfast.config.entries import AddressEntry, PeerEntry
from standfast.config.evidence_entries import EvidenceEntry
from standfast.config.keywords.auth_hmac import AUTH_HMAC
from standfast.config.keywords.common import script
from standfast.config.keywords.global_vrrp import COUNT, EXTRA
from standfast.config.keywords.tracking import track_blocks
from standfast.config.keywords.values import INT_MAX, REFRESH, UINT_MAX, WHOLE_SECONDS, password
from standfast.config.keywords.vmac import VMAC
from standfast.config.kinds import Choice, Custom, Flag, Integer, IpAddress, Seconds, Switch, Text, interface
from standfast.config.route_entries import RouteEntry
from standfast.config.rule_entries import RuleEntry
from standfast.config.schema import Block, Declaration, Entries, Keyword
from standfast.config.scripts import Script
from standfast.values import MILLISECOND, SECOND

TAKEOVER = Integer(1, 254, least=0, bare=254)

ELECTION = (
    Keyword("state", Choice({"MASTER": "MASTER", "BACKUP": "BACKUP"}), "How it starts. MASTER below priority 255 only "
            "shortens the first wait.", "state BACKUP", "MASTER with priority 255, else BACKUP",
            fallback="BACKUP", repeat="each"),
    Keyword("virtual_router_id", Integer(1, 255), "Number of the virtual router; the same on all its machines, and no "
            "other's on this network.", "virtual_router_id 51", "none: it must be given"),
    Keyword("priority", Integer(1, 255), "Rank in the election. 255 means that this machine owns the addresses.",
            "priority 150", "100; 255 with `state MASTER`", fallback=100),
    Keyword("advert_int", Seconds(10_000, 255 * SECOND), "Time between adverts; the same on all machines. Version 2 "
            "has "
            "whole seconds, version 3 has 10 ms steps up to 40.95.", "advert_int 1", "1"),
    Keyword("version", Choice({"2": 2, "3": 3}), "Protocol version; the same on all machines.", "version 3",
            "`vrrp_version`; IPv6 always 3", repeat="each",
            differs="Version 2 over IPv6, a form of its own in keepalived, is refused: the instance waits "
            "in FAULT."),
    Keyword("nopreempt", Flag(), "Do not take over from a live master of lower priority.", "nopreempt", "off"),
    Keyword("preempt", Flag(False), "Undo an earlier `nopreempt`.", "preempt", "on", field="nopreempt"),
    Keyword("preempt_delay", Seconds(0, 1000 * SECOND), "Wait this long before taking over from a lower priority.",
            "preempt_delay 60", "0"),
    Keyword("down_timer_adverts", Integer(1, 100), "Adverts that must be missed before the master counts as dead; "
            "the same "
            "on all machines.", "down_timer_adverts 3", "`vrrp_down_timer_adverts`"),
    Keyword("timer_expired_backup", TAKEOVER, "With `nopreempt`: yield if this master was stalled so long that a "
            "machine "
            "of this priority took over.", "timer_expired_backup 150", "off; 254 without a number"),
    Keyword("thread_timer_expired", TAKEOVER, "Old name of `timer_expired_backup`.", "thread_timer_expired 150",
            field="timer_expired_backup", retired="timer_expired_backup"),
    Keyword("strict_mode", Switch(), "Only what the RFC allows.", "strict_mode off", "`vrrp_strict`"),
    Keyword("lower_prio_no_advert", Switch(), "Do not answer an advert of lower priority at once.",
            "lower_prio_no_advert", "`vrrp_lower_prio_no_advert`"),
    Keyword("higher_prio_send_advert", Switch(), "Send one last advert before yielding.",
            "higher_prio_send_advert", "`vrrp_higher_prio_send_advert`",
            differs="On unless switched off; in keepalived it is off, and after a healed split nobody "
            "announces the addresses again."),
    Keyword("owner_ignore_adverts", Switch(), "With priority 255: ignore all adverts.", "owner_ignore_adverts",
            "`vrrp_owner_ignore_adverts`",
            differs="`off` is honoured; keepalived does not look at it."),
    Keyword("late_grace", Switch(), "After oversleeping, listen before acting.", "late_grace off", "on", ours=True),
    Keyword("skew_resolution", Choice({"us": "us", "cs": "cs"}), "Resolution of the skew time: microseconds, or "
            "hundredths of a second as in the RFC's formula.", "skew_resolution cs", "us", ours=True),
    Keyword("stop_hold", Seconds(0, 60 * SECOND), "After stopping, keep the addresses until the new master is "
            "heard, at "
            "most this long; 0: take them off at once, as keepalived does.", "stop_hold 2", "2", ours=True),
    Keyword("address_lease", Seconds(3 * SECOND, 86_400 * SECOND, places=0), "The kernel drops our addresses after so "
            "many seconds unless they are renewed, which happens every third of that time: a machine on which "
            "every process is dead or stuck does not keep them for ever.", "address_lease 10", "off", ours=True),
    Keyword("await_services", Switch(), "At its start wait until the virtual servers are in the kernel, at most 10 s: "
            "who has the addresses before that refuses clients.", "await_services", "off", ours=True),
    Keyword("probe_before_master", Seconds(10 * MILLISECOND, 5 * SECOND, places=3), "Before taking over from a master "
            "whose adverts stopped, ask the network for its addresses (ARP, neighbour solicitation) and wait so long; "
            "while somebody answers, stay BACKUP. A machine whose daemon died and left addresses behind answers, too.",
            "probe_before_master 0.1", "off", ours=True),
    Entries("check_before_master", EvidenceEntry(), "Before taking over from a master whose adverts stopped, have "
            "these `vrrp_check`s made anew, and take over only if each is good (with `reverse`: bad). While one "
            "objects, stay BACKUP and ask again after each down timer. One that does not answer in time does not "
            "count, unless its `vrrp_check` says `on_silence fail`.",
            "check_before_master {\n    gateway\n    web_elsewhere reverse within 0.5\n}", ours=True),
)  # fmt: skip

NETWORK = (
    Keyword("interface", interface(), "Where adverts go, and where the addresses are put.", "interface eth0",
            "none: it must be given, but for unicast with `unicast_src_ip`",
            differs="One that does not exist does not keep the daemon from starting: the instance waits "
            "in FAULT until it appears."),
    Keyword("dont_track_primary", Flag(), "Go on when the own interface is down.", "dont_track_primary", "off"),
    Keyword("mcast_src_ip", IpAddress(), "Source of the adverts.", "mcast_src_ip 192.0.2.2",
            "the first address of the interface", repeat="each"),
    Keyword("unicast_src_ip", IpAddress(), "Source of the adverts, for unicast.", "unicast_src_ip 192.0.2.2",
            "the first address of the interface", repeat="each"),
    Keyword("track_src_ip", Flag(), "Go to FAULT while the source address is missing.", "track_src_ip", "off"),
    Keyword("mcast_dst_ip", IpAddress(multicast=True), "Where adverts are sent, if not to the usual group.",
            "mcast_dst_ip 224.0.0.118", "`vrrp_mcast_group4` or `vrrp_mcast_group6`"),
    Entries("unicast_peer", PeerEntry(), "Send adverts to these machines instead of the group.",
            "unicast_peer {\n    192.0.2.3\n    192.0.2.4 min_ttl 254\n}"),
    Keyword("unicast_ttl", Integer(0, 255), "TTL of unicast adverts.", "unicast_ttl 64", "255; IPv6: the kernel's"),
    Keyword("check_unicast_src", Switch(), "Drop adverts that do not come from a peer. `off` is ours.",
            "check_unicast_src off", "on (keepalived: off), or `vrrp_check_unicast_src`",
            differs="On unless switched off; in keepalived it is off. `off` is ours."),
    Keyword("unicast_fault_no_peer", Flag(), "Without peers stay in FAULT instead of using multicast.",
            "unicast_fault_no_peer", "off"),
    Keyword("old_unicast_checksum", Choice({"never": "never"}, least=0, bare="use"), "Use the version 3 unicast "
            "checksum of very old keepalived releases; `never`: do not even accept it.", "old_unicast_checksum",
            "accepted where it comes, and answered in kind"),
    Keyword("v3_checksum_as_v2", Switch(), "Leave the pseudo-header out of version 3 checksums for IPv4; see "
            "`checksum`.",
            "v3_checksum_as_v2", "the global `v3_checksum_as_v2`",
            differs="Without it both forms are accepted and answered in kind. With several unicast peers "
            "each gets a valid checksum; in keepalived only the first does."),
    Keyword("checksum", Choice({"auto": "auto", "pseudo": "pseudo", "message": "message"}), "Form of the version 3 "
            "checksum for IPv4: with pseudo-header, over the message only, or whichever the others use.",
            "checksum message", "auto", ours=True),
    Keyword("native_ipv6", Flag(), "Force IPv6. A relic: the addresses decide.", "native_ipv6"),
    Keyword("skip_check_adv_addr", Switch(), "Compare the address list of an advert only when the master changes.",
            "skip_check_adv_addr", "`vrrp_skip_check_adv_addr`",
            differs="`off` is honoured; keepalived does not look at it."),
    Keyword("addr_mismatch", Choice({"accept": "accept", "drop": "drop"}), "What to do with an advert whose "
            "addresses are "
            "not ours: count and accept it, or drop it.", "addr_mismatch drop", "accept", ours=True),
    Keyword("kernel_rx_buf_size", Integer(0, UINT_MAX, "bytes"), "This instance's share of the receive buffer of the "
            "socket that it has in common with others. A buffer never becomes smaller than the system's default.",
            "kernel_rx_buf_size 65536", "`vrrp_rx_bufs_policy`"),
    Keyword("vrf", interface("VRF"), "VRF of a unicast instance without interface.", "vrf red"),
    *VMAC,
    Keyword("linkbeat_use_polling", Flag(), "Watch the link's state, which is done anyway.", "linkbeat_use_polling",
            retired="linkbeat_interfaces",
            differs="Nothing is polled: the kernel tells of a lost carrier at once, on every interface."),
)  # fmt: skip

ADDRESSES = (
    Entries("virtual_ipaddress", AddressEntry(), "The virtual addresses, in the order of the advert. The first one "
            "decides "
            "between IPv4 and IPv6.", "virtual_ipaddress {\n    192.0.2.10/24 dev eth0 label eth0:vip\n}"),
    Entries("virtual_ipaddress_excluded", AddressEntry(), "Addresses that come and go with the others, but are not "
            "in the "
            "advert. IPv4 and IPv6 may be mixed.", "virtual_ipaddress_excluded {\n    2001:db8::10/64\n}"),
    Keyword("no_virtual_ipaddress", Flag(), "There are no virtual addresses, and that is meant.",
            "no_virtual_ipaddress", "off"),
    Keyword("promote_secondaries", Flag(), "Keep other addresses when the first of a network is removed.",
            "promote_secondaries", "off; on where several instances have IPv4 addresses of one network",
            differs="Set by itself on an interface where instances share a network: in keepalived an instance that "
            "yields takes the addresses of the others along, which then give up being master for a moment."),
    Keyword("accept", Flag(), "Answer on the virtual addresses.", "accept", "on; in strict mode only with priority "
            "255"),
    Keyword("no_accept", Flag(False), "Drop what is sent to the virtual addresses.", "no_accept", field="accept"),
    Keyword("vip_protect", Choice({"readd": "readd", "bounce": "bounce"}), "When somebody deletes a virtual "
            "address: put it "
            "back, or give up being master as keepalived does.", "vip_protect bounce", "readd", ours=True),
    Entries("virtual_routes", RouteEntry(), "Routes that exist while master.",
            "virtual_routes {\n    198.51.100.0/24 via 192.0.2.1 dev eth0\n}"),
    Entries("virtual_rules", RuleEntry(), "Routing rules that exist while master.",
            "virtual_rules {\n    from 192.0.2.0/24 table 100 preference 1000\n}"),
)  # fmt: skip

ANNOUNCING = (
    Keyword("garp_master_delay", WHOLE_SECONDS, "Wait before the second burst of gratuitous ARP or neighbour "
            "advertisements; 0 for none.", "garp_master_delay 5", "`vrrp_garp_master_delay`"),
    Keyword("garp_master_repeat", COUNT, "Announcements of each address in a burst.", "garp_master_repeat 5",
            "`vrrp_garp_master_repeat`"),
    Keyword("garp_master_refresh", REFRESH, "Announce again in this rhythm while master; 0 for never.",
            "garp_master_refresh 60", "`vrrp_garp_master_refresh`"),
    Keyword("garp_master_refresh_repeat", COUNT, "Announcements of each address in a refresh.",
            "garp_master_refresh_repeat 2", "`vrrp_garp_master_refresh_repeat`"),
    Keyword("garp_lower_prio_delay", WHOLE_SECONDS, "As `garp_master_delay`, after an advert of lower priority.",
            "garp_lower_prio_delay 10", "`vrrp_garp_lower_prio_delay`"),
    Keyword("garp_lower_prio_repeat", Integer(0, INT_MAX), "As `garp_master_repeat`, after an advert of lower "
            "priority.",
            "garp_lower_prio_repeat 1", "`vrrp_garp_lower_prio_repeat`"),
    Keyword("na_router", Choice({"auto": "auto", "always": "always"}), "The router flag of neighbour "
            "advertisements: as "
            "the interface forwards, or always.", "na_router always", "auto", ours=True),
    Keyword("garp_extra_if", EXTRA, "Announce regularly on interfaces other than the instance's own.",
            "garp_extra_if all 30", "`vrrp_garp_extra_if`"),
    Keyword("vmac_garp_intvl", EXTRA, "Old name of `garp_extra_if`.", "vmac_garp_intvl 30", field="garp_extra_if",
            retired="garp_extra_if"),
)  # fmt: skip

TRACKING: tuple[Declaration, ...] = (
    *track_blocks("this instance"),
    *(
        script(name, doc)
        for name, doc in (
            ("notify_master", "Run on becoming MASTER."), ("notify_backup", "Run on becoming BACKUP."),
            ("notify_fault", "Run on entering FAULT."), ("notify_stop", "Run at the end."),
            ("notify", "Run on every change."),
            ("notify_master_rx_lower_pri", "Run when a master hears a lower priority."),
        )
    ),
    Keyword("notify_deleted", Script(least=0), "Run when a reload removes the instance.",
            "notify_deleted /usr/local/bin/gone", repeat="first", quiet=True),
    Keyword("smtp_alert", Switch(), "Send mail on changes.", "smtp_alert", "`smtp_alert_vrrp`"),
    Keyword("notify_priority_changes", Switch(), "Changes of priority are events too.", "notify_priority_changes",
            "`vrrp_notify_priority_changes`"),
    Keyword("lvs_sync_daemon_interface", interface(), "Copy connections on this interface.",
            "lvs_sync_daemon_interface eth1", retired="lvs_sync_daemon", repeat="first"),
    Keyword("debug", Integer(0, 4), "Nothing, in keepalived either.", "debug 0", "0"),
)  # fmt: skip

AUTHENTICATION = Block(
    "authentication",
    doc="Authentication of version 2; the same on all machines. A plain word in every packet: it protects from "
    "mistakes, not from people.",
    example="authentication {\n    auth_type PASS\n    auth_pass s3cret\n}",
    keywords=(
        Keyword("auth_type", Choice({"PASS": "pass", "AH": "ah"}), "PASS sends the password; AH a header with a number "
                "and an HMAC-MD5 of the advert (version 2 over IPv4 alone).", "auth_type PASS", "none"),
        Keyword("auth_pass", Custom("PASSWORD", password, most=1), "The password; 8 bytes count. `#` and `!` start "
                "comments unless the word "
                "stands in double quotes.", "auth_pass s3cret", "none"),
    ),
)  # fmt: skip

VRRP_INSTANCE = Block(
    "vrrp_instance",
    doc="One virtual router: an election on one interface, and the addresses that its master has.",
    example="vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n"
    "    virtual_ipaddress {\n        192.0.2.10/24\n    }\n}",
    header=Text("NAME"),
    repeat="first",
    keywords=(*ELECTION, *NETWORK, *ADDRESSES, *ANNOUNCING, *TRACKING, AUTHENTICATION, AUTH_HMAC),
)
