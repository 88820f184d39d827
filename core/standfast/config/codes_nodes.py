"""The codes of comparing machines (``check --nodes``): SF55xx."""

from __future__ import annotations

from standfast.config.codes import Code, declare

declare(
    Code("SF5501", "error", "virtual_router_id differs between the machines",
         "The same virtual addresses stand under different numbers. Adverts of another number are not for this "
         "instance, so both machines become MASTER and both hold the addresses. Write one number on all machines."),
    Code("SF5502", "error", "version differs between the machines",
         "A machine drops adverts of another protocol version, so each of them becomes MASTER. Write one `version` on "
         "all machines."),
    Code("SF5503", "error", "virtual addresses differ between the machines",
         "The lists of `virtual_ipaddress` are not the same. After a take-over the addresses that only one machine has "
         "are gone, and peers may drop each other's adverts for it. Write the same list everywhere, or move what is "
         "meant for one machine to `virtual_ipaddress_excluded`."),
    Code("SF5504", "warning", "virtual addresses stand in another order",
         "The same addresses stand in another order. Nothing breaks between standfast and keepalived, but other "
         "routers compare the lists as they stand. The first address decides the family. Use one order."),
    Code("SF5505", "error", "advert_int differs between the machines",
         "In version 2 adverts of another interval are dropped, so each machine becomes MASTER. In version 3 a backup "
         "learns the master's interval, so only the time to notice a failure changes (a warning). Write one value."),
    Code("SF5506", "error", "authentication differs between the machines",
         "Adverts with another type or password are dropped, so each machine becomes MASTER. Write the same "
         "`authentication` on all machines; only 8 bytes of the password count."),
    Code("SF5507", "error", "adverts go to different places",
         "One machine sends to peers and the other to a group, or the groups differ, so they do not hear each other, "
         "and each becomes MASTER. Use unicast on all of them or on none, and one `mcast_dst_ip`."),
    Code("SF5508", "error", "a machine is missing among the unicast peers",
         "A machine's address does not stand under `unicast_peer` of another one: it hears nothing from there, and its "
         "own adverts are dropped there. Every machine lists all others."),
    Code("SF5509", "warning", "equal priorities",
         "Two machines have the same priority. At the start the higher address wins, later whoever is MASTER stays it. "
         "Give each machine a priority of its own. Two owners (255) are an error: neither ever yields."),
    Code("SF5510", "warning", "nopreempt keeps a weight from working",
         "A machine with `nopreempt` does not take over from a live master of lower priority. If trackers lower the "
         "priority of the other one, it stays MASTER all the same. Let the trackers have weight 0 (FAULT), or take "
         "`nopreempt` out on the machine that is to take over."),
    Code("SF5511", "warning", "sync groups differ between the machines",
         "Instances that are in one group on one machine are not on the other. There each changes state for itself, "
         "so half of them may be on either machine. Write the same groups everywhere."),
    Code("SF5512", "warning", "a virtual router that only one machine has",
         "No other machine of those given has this virtual router, so nobody takes over its addresses. A number, a "
         "name or an address may be mistyped on one of them."),
    Code("SF5513", "error", "two machines with the same source address",
         "Both machines say that they send from this address. An advert from one's own address is dropped. Correct "
         "`unicast_src_ip` or `mcast_src_ip` on one of them."),
    Code("SF5514", "warning", "a unicast peer that is none of the machines",
         "An address under `unicast_peer` belongs to none of the machines given, although all of them say where they "
         "send from. A machine was left out of the comparison, or the address is mistyped."),
    Code("SF5515", "warning", "timing differs between the machines",
         "`down_timer_adverts` is not the same, so one machine waits longer than the other before it takes over. "
         "Write one value on all machines."),
    Code("SF5516", "error", "a machine's configuration cannot be run",
         "Nothing starts with this file, so there is nothing to compare. `standfast check FILE` says why."),
)  # fmt: skip
