"""The codes of what ``standfast doctor`` finds on a machine (SF70xx), added to the table of all codes."""

from __future__ import annotations

from standfast.config.codes import Code, declare

DOCTOR = (
    Code("SF7001", "error", "configuration cannot be run",
         "What the daemon would start with is faulty or missing. `standfast check FILE` shows the places."),
    Code("SF7002", "error", "capabilities are missing",
         "Without CAP_NET_ADMIN and CAP_NET_RAW there is no VRRP; without CAP_SYS_NICE and CAP_IPC_LOCK adverts leave "
         "late when the machine is busy."),
    Code("SF7003", "warning", "no real time",
         "The kernel gives real-time processes no time (`kernel.sched_rt_runtime_us` is 0), so the VRRP process runs "
         "as any other and a busy machine delays its adverts."),
    Code("SF7004", "warning", "kernel cannot mark our addresses",
         "Before Linux 5.18 an address cannot carry a protocol number, so after a crash only the state file tells "
         "which addresses were ours."),
    Code("SF7005", "error", "kernel lacks a module",
         "The configuration asks for something that the kernel has not got and cannot load."),
    Code("SF7006", "warning", "strict reverse path filter",
         "With `rp_filter` 1 the kernel drops packets that come in by another interface than the one that it would "
         "answer by. With virtual MACs, or addresses on another interface, these are the clients' packets."),
    Code("SF7007", "error", "kernel does not answer ARP",
         "With `arp_ignore` 8 no local address is answered for, with 3 none of host scope: the virtual address is "
         "there and nobody finds it."),
    Code("SF7008", "error", "firewall drops adverts",
         "A rule drops VRRP (protocol 112, to 224.0.0.18 or ff02::12), or the chain's policy is to drop and no rule "
         "lets it through. Then both machines become master."),
    Code("SF7009", "warning", "firewall cannot be looked at",
         "Neither nft nor iptables could be asked (not root, or not installed). Rules that drop protocol 112 make two "
         "masters."),
    Code("SF7010", "warning", "bridge snoops without a querier",
         "A bridge with IGMP snooping forwards multicast only to ports that have joined, and forgets them when nobody "
         "asks: adverts stop after some minutes."),
    Code("SF7011", "warning", "network manager may delete addresses",
         "A program that manages this interface removes what it has not configured itself when it is restarted or the "
         "link comes up. standfast puts the address back, with a gap."),
    Code("SF7012", "warning", "clock is not synchronised",
         "Signed adverts (`auth_hmac`) are refused when clocks differ more than `time_window`; logs of two machines "
         "cannot be compared."),
    Code("SF7013", "warning", "peers have never been heard",
         "This machine is master and has never received an advert. Either the others are off, or something between "
         "drops adverts, and they are masters too."),
    Code("SF7014", "warning", "loop turns late",
         "Timers of the VRRP process were served late by more than a quarter of the advert interval. Others take over "
         "when three intervals pass in silence."),
    Code("SF7015", "error", "another speaker",
         "Another program on this host speaks VRRP. Two speakers fight for the addresses."),
    Code("SF7016", "error", "interface is missing or down",
         "An instance whose interface is missing or without carrier is in FAULT."),
    Code("SF7017", "error", "forwarding is off",
         "A virtual server with NAT forwards packets, and the kernel does not."),
    Code("SF7018", "error", "daemon is not well",
         "What the running daemon says of itself: a process is gone or stuck, a master lacks an address, a service has "
         "no server."),
    Code("SF7019", "warning", "daemon does not run",
         "Nobody answers in the run directory. What needs a running daemon was not looked at."),
    Code("SF7020", "error", "two masters",
         "Another router speaks as master of the same virtual router while we do. See the troubleshooting page."),
)  # fmt: skip

declare(*DOCTOR)
