"""The codes of binding, meaning and this machine (SF21xx to SF6xxx), added to the table of all codes."""

from __future__ import annotations

import standfast.config.codes_balancing
import standfast.config.codes_devices
import standfast.config.codes_doctor
import standfast.config.codes_doubts
import standfast.config.codes_lvs
import standfast.config.codes_nodes
import standfast.config.codes_notifying
import standfast.config.codes_routing
import standfast.config.codes_tracking  # noqa: F401 - these declare theirs
from standfast.config.codes import Code, declare

STRUCTURE = (
    Code("SF2101", "error", "unknown keyword",
         "Nothing of this name can stand in this block; the line is ignored, and with it the block behind it. "
         "keepalived "
         "instead reads the inner lines as if they stood outside, and takes the inner brace for the outer one."),
    Code("SF2102", "error", "keyword in the wrong block",
         "The keyword exists, but not here; the line is ignored. Often a brace closes too early or too late above it."),
    Code("SF2104", "error", "block behind a keyword that has none",
         "A `{` follows a keyword that takes no block. The statement counts, the block is left out."),
    Code("SF2105", "error", "block without its name",
         "This block needs a name before its `{`. It is skipped; where keepalived ends because of it, nothing starts."),
    Code("SF2106", "error", "block of a name that exists already",
         "The first block of a name counts, the later one is skipped with everything in it."),
    Code("SF2108", "error", "argument missing",
         "The keyword needs a value behind it. keepalived ends at once, so nothing starts here either."),
    Code("SF2109", "warning", "words without meaning",
         "More words stand behind the keyword than it takes; the rest is ignored. Two statements need two lines."),
    Code("SF2111", "error", "set twice, first one counts",
         "Of this keyword the first one in the file counts; later ones are ignored."),
    Code("SF2112", "warning", "old name",
         "The keyword has a newer name. It works as before."),
)  # fmt: skip

VALUES = (
    Code("SF3001", "error", "not a number",
         "The word is not a number as this keyword takes it: decimal digits, for some with one point."),
    Code("SF3002", "error", "number out of range",
         "The number is outside the limits, which `standfast explain KEYWORD` shows. The line is ignored, unless the "
         "message names the value that is used instead. Mind the unit: most times are seconds."),
    Code("SF3003", "error", "too many decimals",
         "The time has a finer resolution than the keyword keeps, or a fraction where whole seconds are needed."),
    Code("SF3004", "error", "unknown word",
         "The keyword takes one of a few words, exactly as listed, capitals included. The line is ignored, or the "
         "usual "
         "value is used."),
    Code("SF3005", "error", "not an IP address",
         "The word is not an address: dotted decimal for IPv4, or with `:` for IPv6. Names are not looked up. The "
         "line is "
         "ignored."),
    Code("SF3006", "error", "text too long, or no name",
         "The text is longer than the kernel or the protocol allows, or has characters that it does not: names of "
         "interfaces and labels have up to 15 bytes, without `/`, `:` and blanks."),
    Code("SF3007", "error", "address of the wrong kind",
         "Multicast where one host is needed or the other way round, or the other version of IP. The line is ignored."),
    Code("SF3009", "error", "password too long",
         "Version 2 has room for 8 bytes. The rest is cut off; machines with different rests still understand each "
         "other."),
    Code("SF3101", "error", "wrong prefix length",
         "The number after `/` is not 0 to 32 (IPv4) or 0 to 128 (IPv6). The address is used as a single host."),
    Code("SF3102", "error", "option without its value",
         "The option needs a word behind it; the whole line is dropped."),
    Code("SF3103", "error", "unknown option",
         "The word is no option of this kind of line. It is ignored; the rest of the line counts."),
    Code("SF3104", "error", "option that does not fit",
         "The option means nothing for this address: `scope`, `label` and `brd` are for IPv4; a `peer` address has "
         "neither prefix length nor broadcast address."),
    Code("SF3105", "error", "option given twice",
         "`dev` stands twice, so it is not clear which interface is meant; the line is dropped."),
)  # fmt: skip

IDENTITY = (
    Code("SF4001", "error", "virtual router without number",
         "Every instance needs a `virtual_router_id` from 1 to 255. Neither keepalived nor standfast starts without "
         "it."),
    Code("SF4002", "error", "virtual router without interface",
         "An instance needs an `interface` that is not the loopback; only unicast with a `unicast_src_ip` that is not "
         "link-local can do without. Nothing starts."),
    Code("SF4003", "error", "two versions in one instance",
         "Of several `version` lines in one instance the first counts; the later ones are ignored."),
    Code("SF4004", "warning", "IPv6 with version 2",
         "VRRP version 2 is for IPv4 only (RFC 3768). keepalived speaks a private form of it; here the instance "
         "waits in "
         "FAULT, as another version than its peers' would make two masters."),
    Code("SF4005", "error", "BACKUP after MASTER",
         "`state MASTER` cannot be undone by a later `state BACKUP` in the same block."),
    Code("SF4006", "warning", "owner by accident",
         "`state MASTER` without a priority means priority 255: this machine owns the addresses, starts as MASTER "
         "at once "
         "and cannot be kept from taking them back. Rarely meant."),
    Code("SF4007", "error", "state and priority disagree in strict mode",
         "In strict mode an instance starts as MASTER exactly if its priority is 255."),
    Code("SF4008", "error", "authentication ignored",
         "Only version 2 has authentication (RFC 5798 took it away); strict mode forbids it, and it needs a "
         "password. The "
         "packets of this instance are not authenticated."),
    Code("SF4009", "warning", "password without type",
         "`auth_pass` counts only together with `auth_type`."),
    Code("SF4010", "error", "AH with state MASTER",
         "An instance with AH must hear a packet before it may send one, so it starts as BACKUP."),
    Code("SF4011", "error", "virtual router twice on one network",
         "Two instances have the same number, IP version, interface and destination. Each would take the other's "
         "packets "
         "for a rival's. Nothing starts."),
)  # fmt: skip

NETWORK = (
    Code("SF4014", "warning", "unicast without peers",
         "A keyword says that unicast was meant, but no usable peer is configured. With an empty `unicast_peer` or "
         "with `unicast_fault_no_peer` the instance waits in FAULT; keepalived uses multicast for the former, where "
         "nobody hears it. Otherwise multicast is used."),
    Code("SF4016", "warning", "unicast in strict mode",
         "The RFC has no unicast, so strict mode and peers contradict each other. keepalived 2.2 says nothing of it "
         "and uses the peers, and so does standfast; keepalived 2.4 does not start."),
    Code("SF4017", "warning", "multicast group with unicast peers",
         "Adverts go to the peers; the group is not used."),
    Code("SF4018", "error", "unicast TTL without peers",
         "Multicast adverts always have TTL 255; `unicast_ttl` is ignored."),
    Code("SF4019", "error", "unusable multicast group",
         "The group must be of the instance's IP version, and for IPv6 of link-local scope (ff02::). The usual one "
         "is used."),
    Code("SF4021", "error", "address of the other IP version",
         "The first VIP, source or peer in the block decides between IPv4 and IPv6; the others must follow. Excluded "
         "addresses may be of both."),
    Code("SF4022", "warning", "address given twice",
         "The same address stands twice in the instance; the later one is dropped. keepalived 2.2 announces both, and "
         "takes no advert in which the number of addresses is another, so beside it there would be two masters: take "
         "the line out on every machine before mixing them."),
    Code("SF4027", "warning", "peer given twice",
         "The same peer stands twice in `unicast_peer`; the later line is dropped."),
    Code("SF4023", "error", "more than 255 addresses",
         "The advert counts its addresses in one byte. The rest is treated as `virtual_ipaddress_excluded`."),
    Code("SF4024", "warning", "first IPv6 address is not link-local",
         "RFC 9568, 5.2.9 asks for the link-local address first. keepalived and standfast work without, others may "
         "not."),
    Code("SF4025", "error", "no virtual address",
         "An instance without address has nothing to keep reachable. With version 3 or in strict mode nothing starts; "
         "otherwise it is a warning. `no_virtual_ipaddress` says that it is meant."),
    Code("SF4026", "error", "`no_virtual_ipaddress` in strict mode",
         "Strict mode wants at least one address."),
)  # fmt: skip

TIMING = (
    Code("SF4031", "error", "interval changed",
         "Version 2 counts whole seconds, version 3 hundredths up to 40.95 s. The nearest value is used; the other "
         "machines "
         "must use the same."),
    Code("SF4032", "error", "no TTL can pass",
         "`min_ttl` is above `max_ttl`, so every advert of this peer would be dropped."),
    Code("SF4033", "error", "`nopreempt` ignored",
         "It works only with `state BACKUP` and a priority below 255. Machines that must not take back the "
         "addresses all "
         "start as BACKUP."),
    Code("SF4034", "error", "`preempt_delay` ignored",
         "There is nothing to delay with `state MASTER` or `nopreempt`, and strict mode has no delay."),
    Code("SF4035", "error", "`down_timer_adverts` changed",
         "Strict mode waits for 3 adverts, as the RFC."),
    Code("SF4036", "error", "`timer_expired_backup` ignored",
         "It decides what an instance with `nopreempt` does after oversleeping."),
    Code("SF4037", "error", "`accept` ignored",
         "Strict mode of version 2 does not let virtual addresses answer unless the router owns them."),
)  # fmt: skip

WHOLE = (
    Code("SF4041", "warning", "nothing to do",
         "There is no `vrrp_instance`, and nothing else to act on. The daemon runs, and keeps no address reachable. "
         "Often "
         "an `include` matches no file, or every instance stands behind an `@` line of another machine."),
)  # fmt: skip

LATER = (
    Code("SF5001", "warning", "not acted on yet",
         "The keyword is known and its value was checked, but nothing happens because of it. The list of what is "
         "still to "
         "come is in the documentation; do not rely on the keyword until then."),
    Code("SF5002", "error", "plugin does not work",
         "A plugin could not be loaded or did not declare its blocks properly. Only its blocks are missing. Ask its "
         "author, "
         "or remove it with `pip uninstall`."),
)  # fmt: skip

MACHINE = (
    Code("SF6001", "error", "interface is missing",
         "No interface of this name exists on this machine now. keepalived refuses to start unless "
         "`dynamic_interfaces` is "
         "set; with it, the instance waits in FAULT until the interface appears."),
    Code("SF6002", "error", "user or group is missing",
         "The system has no account of this name, so the script would not be run."),
    Code("SF6003", "error", "script cannot be run",
         "The file does not exist, or may not be executed."),
    Code("SF6004", "warning", "scripts without script security",
         "Without `enable_script_security` scripts that others may change are run all the same, as root if no user is "
         "named. keepalived reports it too, and its test of the configuration ends with status 6."),
)  # fmt: skip

declare(*STRUCTURE, *VALUES, *IDENTITY, *NETWORK, *TIMING, *WHOLE, *LATER, *MACHINE)
