"""The codes of load balancing (SF33xx: values; SF45xx: meaning; SF66xx: plugins; SF67xx: IPVS), added to all codes."""

from __future__ import annotations

from standfast.config.codes import Code, declare

VALUES = (
    Code("SF3301", "warning", "prefix length of a single address",
         "A service, real server or sorry server is one address. The length after `/` is left out; ranges of addresses "
         "stand in a `virtual_server_group`."),
    Code("SF3302", "error", "wrong words behind a forwarding method",
         "`NAT` and `DR` take no options. `TUN` takes `type ipip`, `type gue port NUMBER [nocsum|csum|remcsum]` or "
         "`type gre [nocsum|csum]`. The method counts, the options are left out."),
    Code("SF3303", "warning", "argument that keepalived does not look at",
         "keepalived switches this keyword on whatever stands behind it, even `off`. standfast does what is written. "
         "Without the line both agree."),
    Code("SF3304", "error", "wrong range of addresses",
         "A range is written `192.0.2.10-20`, `192.0.2.10-192.0.2.20`, `fd00::10-ff` or `fd00::10-fd00::ff`; its end "
         "must be above its beginning. The line is dropped."),
    Code("SF3305", "error", "address is not the first of its prefix",
         "All addresses of a prefix are meant, so the bits behind its length must be zero. The line is dropped."),
    Code("SF3306", "warning", "very many services",
         "Each address of a range is a service of its own to the kernel, with all real servers. A firewall mark "
         "for all of them is one service."),
    Code("SF3307", "error", "wrong domain name",
         "No part of a name may be empty, also not the one behind a last dot; a part has at most 63 bytes, all of it "
         "253 (RFC 1035). The root is asked for instead."),
    Code("SF3308", "error", "not hexadecimal",
         "Bytes are written with the digits 0 to 9 and a to f, with or without blanks between them; in an expected "
         "reply `x` is any digit. The line is ignored."),
    Code("SF3309", "error", "wrong status code",
         "Status codes are 100 to 599, alone or as a range: `200`, `200-299`. The wrong one is left out; if none is "
         "left, 200 to 299 are good."),
    Code("SF3310", "warning", "wrong digest",
         "A digest is the MD5 sum of the body: 32 hexadecimal digits. Without it the body is not compared."),
    Code("SF3311", "warning", "pattern does not compile",
         "A bracket or parenthesis of the regular expression has no partner, or it ends with a backslash. The body is "
         "not compared with it."),
    Code("SF3312", "warning", "unknown option of a pattern",
         "keepalived says nothing of it, and leaves it out as well."),
    Code("SF3313", "error", "unknown word in a global setting",
         "The word is none of the options of this line. It is left out; what can be understood counts."),
    Code("SF3314", "warning", "name is too long",
         "The kernel keeps 15 bytes of a process's name; the rest is cut off."),
    Code("SF3315", "warning", "path must be absolute",
         "The path must begin with `/`, as the daemon has no directory of its own to begin at. The line is ignored."),
    Code("SF3316", "error", "names must differ",
         "Two of the names are the same, but each is for something else. The line is ignored."),
    Code("SF3317", "warning", "not an e-mail address",
         "An address has a name, an `@` and a host; a name alone is a mailbox of the relay itself. The relay will "
         "surely refuse it."),
    Code("SF3318", "error", "not a host",
         "No host can have this name, and it is no address either. The line is ignored."),
)  # fmt: skip

CHECKERS = (
    Code("SF4501", "error", "checker without what it checks",
         "The check lacks the one thing it cannot do without, and is left out. A server without checks counts as up "
         "for ever."),
    Code("SF4502", "error", "checker of something unknown",
         "The name is not defined above the virtual server; keepalived reads from top to bottom. The check is left "
         "out."),
    Code("SF4503", "error", "limits that contradict each other",
         "The lower limit is above the upper one, so nothing can lie between them and the check always fails."),
    Code("SF4504", "warning", "keyword without effect here",
         "It counts only together with another keyword, which is missing."),
    Code("SF4505", "warning", "path without `/`",
         "A request for such a path is not valid; most web servers answer it with status 400."),
    Code("SF4506", "warning", "no name for the TLS handshake",
         "A host is to be named, but neither `sni_name` nor a `virtualhost` at url, checker or virtual server says "
         "which. The one of the real server does not count for this."),
    Code("SF4507", "error", "source of the other IP version",
         "A connection has both ends in one IP version. The kernel chooses the source instead."),
    Code("SF4508", "error", "link-local address without interface",
         "The same link-local address may exist on every link, so the check needs `bind_if`. Without it the kernel "
         "refuses to connect."),
    Code("SF4509", "warning", "check without a port",
         "The real server has no port (the service is for all ports, or for a mark), so the check must say one with "
         "`connect_port`."),
)  # fmt: skip

GROUPS = (
    Code("SF4510", "warning", "group of a name that exists already",
         "Of several groups with one name the first is used."),
    Code("SF4511", "error", "empty group",
         "A group without a usable line is left out, and with it the virtual servers that use it."),
    Code("SF4512", "error", "mark of no IP version in a mixed group",
         "A mark without `inet` or `inet6` takes the version of the real servers; in a group with addresses of both "
         "that cannot be known. The group is left out."),
    Code("SF4513", "warning", "virtual server of an unknown group",
         "The group that it names is not in the file, or has no usable line. The virtual server is left out. "
         "keepalived says so only in its log, not with `-t`."),
    Code("SF4514", "warning", "virtual server twice",
         "The kernel knows each service once. As it comes out with keepalived, the first block's settings count, and "
         "the real servers of both; of a server that stands in both the first counts."),
    Code("SF4515", "error", "`SSL` twice",
         "The later block replaces the earlier one with everything in it."),
)  # fmt: skip

SERVICES = (
    Code("SF4520", "warning", "`protocol` of a firewall mark",
         "Packets with the mark are balanced whatever protocol they have. `protocol` is ignored."),
    Code("SF4521", "warning", "no `protocol`: UDP",
         "Without `protocol` a service is UDP. Old releases of keepalived took TCP, and old files rely on it: a web "
         "server behind such a service is not reached at all. Write what is meant."),
    Code("SF4522", "warning", "no scheduler",
         "Without `lvs_sched` (or `lb_algo`) wlc is used. Write what is meant."),
    Code("SF4523", "warning", "no forwarding method",
         "Without `lvs_method` (or `lb_kind`) NAT is used. Write what is meant."),
    Code("SF4524", "error", "flag of another scheduler",
         "`sh-port` and `sh-fallback` need `lvs_sched sh` above them, `mh-port` and `mh-fallback` need `lvs_sched mh`. "
         "The flag is ignored."),
    Code("SF4525", "warning", "relic",
         "The keyword is from an old release and does nothing."),
    Code("SF4526", "error", "`ops` with connections",
         "One-packet scheduling chooses a server for each packet, which tears TCP and SCTP connections apart. It is "
         "ignored."),
    Code("SF4527", "warning", "all ports without persistence",
         "A service without a port takes all of them, which the kernel allows only if a client stays with its server. "
         "Persistence of 360 seconds is switched on."),
    Code("SF4528", "warning", "engine without persistence",
         "`persistence_engine` says how clients are told apart; without `persistence_timeout` nobody asks."),
    Code("SF4529", "error", "granularity of the other IP version",
         "IPv4 takes a netmask (`255.255.255.0`), IPv6 a number of bits (`64`). Every client counts by itself."),
    Code("SF4530", "warning", "netmask with holes",
         "The ones of a netmask usually stand together, from the left."),
    Code("SF4531", "warning", "all weights are 0",
         "A server of weight 0 gets no new connections, and a service without any weight never comes up."),
    Code("SF4532", "warning", "quorum above all weights",
         "The live weights can never reach it, so the sum of all weights is used: the service is up only while all "
         "servers are."),
    Code("SF4533", "error", "hysteresis too large",
         "It must be below the quorum; otherwise the service would never go down."),
    Code("SF4534", "warning", "service that never comes up",
         "A service comes up at quorum plus hysteresis, which is more than all weights together. keepalived says "
         "nothing of it."),
    Code("SF4535", "warning", "`ha_suspend` without an address",
         "Checks are suspended while the service's address is not on this machine; marks and groups have no such "
         "address."),
    Code("SF4536", "error", "virtual server without real server",
         "Nothing is balanced, and the virtual server is left out."),
    Code("SF4537", "note", "no real server is left",
         "Every real server was left out because of the faults named in its place; so is the virtual server."),
)  # fmt: skip

SERVERS = (
    Code("SF4540", "warning", "second sorry server",
         "There is one sorry server; the last line counts. Several would be real servers of a service of their own."),
    Code("SF4541", "error", "sorry server comes too late",
         "`sorry_server_inhibit` and `sorry_server_lvs_method` belong to the `sorry_server` above them. Without one "
         "they are ignored."),
    Code("SF4542", "error", "`ip_family` contradicts the address",
         "It is needed for firewall marks only; an address says its version itself."),
    Code("SF4543", "error", "server of the other IP version",
         "NAT and DR cannot carry IPv4 to an IPv6 server or the other way round; only TUN can. The server is left "
         "out; if a group has addresses of both versions, the virtual server."),
    Code("SF4544", "error", "real server twice",
         "The same address and port stand twice in the virtual server; the later one is left out."),
    Code("SF4545", "warning", "limits of connections",
         "From `uthreshold` on a server gets no new connections, until it is below `lthreshold`, which must not be "
         "greater. IPVS refuses a server for which it is, also one that has no `uthreshold`."),
    Code("SF4546", "warning", "port of a server without NAT",
         "DR and TUN pass packets on as they are, so the server must listen on the service's port. keepalived replaces "
         "the port, and so do we."),
    Code("SF4547", "warning", "sorry server is a real server",
         "A server has one entry in the kernel's table, so both must treat a failure alike: the real server's "
         "setting counts."),
)  # fmt: skip

MAIL = (
    Code("SF4551", "warning", "mail that nobody gets",
         "Mail needs `smtp_server` and at least one address in `notification_email`; one of them is missing, so none "
         "is sent."),
    Code("SF4552", "warning", "empty block",
         "The block names nobody. Fill it, or take it out."),
    Code("SF4553", "warning", "pipe used twice",
         "`notify_fifo`, `vrrp_notify_fifo` and `lvs_notify_fifo` must be different pipes; `notify_fifo` gets what the "
         "others get."),
    Code("SF4554", "warning", "keyword that needs another one",
         "It says how something is done that is not switched on."),
)  # fmt: skip

PLUGINS = (
    Code("SF6602", "error", "no part of an HTTP request",
         "A method and the name of a header are words of letters, digits and a few signs (RFC 9110); a value has no "
         "control characters; a path begins with `/`. The Host header is set by `virtualhost`."),
    Code("SF6603", "error", "query that is no singular query of JSONPath",
         "A query finds one value: it begins with `$`, and goes on with `.name`, `['name']` or `[number]`, where -1 is "
         "the last one (RFC 9535). The line is ignored."),
    Code("SF6601", "error", "a plugin fails on a block of its own",
         "The code that reads the options of this check raised an exception. That is a fault of the plugin, not of the "
         "configuration. The check is left out; a server without checks counts as up for ever."),
    Code("SF5003", "error", "a plugin fails on a line of its block",
         "The code that reads this keyword raised an exception. That is a fault of the plugin, not of the "
         "configuration. The line is left out."),
)  # fmt: skip

SYNC = (
    Code("SF6701", "warning", "sync daemon of an unknown instance",
         "`lvs_sync_daemon` names the instance that decides whether this machine sends or receives. There is none of "
         "that name, so no daemon runs, and no connections are copied to the other machine."),
    Code("SF6702", "warning", "sync daemon beside a tunnel to the other IP version",
         "The kernel refuses to synchronise connections while any tunnel in its table leads from IPv4 to IPv6 or the "
         "other way round."),
)  # fmt: skip

declare(*PLUGINS, *VALUES, *CHECKERS, *GROUPS, *SERVICES, *SERVERS, *MAIL, *SYNC)
