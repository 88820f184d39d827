"""``virtual_server`` and ``virtual_server_group``: balanced services. How their keywords agree stands in ``lvs_*``."""

from __future__ import annotations

from standfast.config.keywords.lvs_values import (
    DAYS_31,
    PROTOCOLS,
    SCHEDULERS,
    granularity,
    own_switch,
    persistence_timeout,
    protocol,
    scheduler,
    service,
)
from standfast.config.keywords.real_server import ENDPOINT, METHOD, REAL_SERVER, for_checkers
from standfast.config.keywords.values import INT_MAX, UINT_MAX
from standfast.config.kinds import Choice, Custom, Flag, Integer, Switch, Text
from standfast.config.lvs_entries import GroupEntry
from standfast.config.schema import Block, Entries, Keyword
from standfast.config.scripts import Script

_SCHEDULER = Custom("|".join(SCHEDULERS), scheduler)
BACKEND = Text("ipvs|nftables|NAME")
_OWN_SWITCH = Custom("[on|off|true|false|yes|no]", own_switch, least=0, most=1)

SCHEDULING = (
    Keyword("lvs_sched", _SCHEDULER, "How the kernel chooses a server. `random` (by weight) is ours. nftables knows "
            "`rr`, `wrr`, `sh`, `mh`, `dh`, `fo` and `random`, and takes `wrr` if nobody chose; the others need IPVS.",
            "lvs_sched wrr", "wlc"),
    Keyword("lb_algo", _SCHEDULER, "The same as `lvs_sched`.", "lb_algo wrr", "wlc", field="lvs_sched"),
    Keyword("lvs_method", METHOD, "How packets get to the servers: NAT rewrites the address, DR only the MAC address, "
            "TUN wraps them up. `NAT masquerade` (ours, nftables) hides the client from the servers, whose answers "
            "then need not be routed through this machine.", "lvs_method DR", "NAT"),
    Keyword("lb_kind", METHOD, "The same as `lvs_method`.", "lb_kind DR", "NAT", field="lvs_method"),
    Keyword("lb_backend", BACKEND, "What balances this service in the kernel: `ipvs`, `nftables`, or what a plugin "
            "brings.", "lb_backend nftables", "`lb_backend` of `global_defs`", ours=True),
    Keyword("protocol", Custom("|".join(PROTOCOLS), protocol, most=1), "What is balanced. Mind the default.",
            "protocol TCP", "UDP; nothing for marks"),
    Keyword("ip_family", Choice({"inet": 4, "inet6": 6}), "Which packets with the mark are meant.", "ip_family inet",
            "as the real servers"),
    Keyword("ops", Flag(), "Choose a server for each packet (UDP and marks only).", "ops", "off"),
    Keyword("hashed", Flag(), "A relic without effect.", "hashed", "off"),
    *(
        Keyword(f"flag-{number}", Flag(), f"Flag {number} of the scheduler, as it is.", f"flag-{number}", "off")
        for number in (1, 2, 3)
    ),
    *(
        Keyword(f"{name}-{what}", Flag(), f"Scheduler {name}: {words}. It must stand behind `lvs_sched {name}`.",
                f"{name}-{what}", "off", repeat="each")
        for name in ("sh", "mh")
        for what, words in (("port", "the source port counts too"), ("fallback", "if the server that was chosen is "
                            "down, take another"))
    ),
)  # fmt: skip

PERSISTENCE = (
    Keyword("persistence_timeout", Custom(f"[1-{DAYS_31} seconds]", persistence_timeout, least=0, most=1),
            "A client comes back to its server for so long.", "persistence_timeout 300", "off; 360 without a number"),
    Keyword("persistence_granularity", Custom("NETMASK|1-128", granularity, most=1), "Clients that are alike in these "
            "bits count as one: a netmask for IPv4, a number of bits for IPv6.",
            "persistence_granularity 255.255.255.0", "all bits", quiet=True),
    Keyword("persistence_engine", Text("NAME"), "What makes a client in the application's protocol: `sip`.",
            "persistence_engine sip", "its address"),
)  # fmt: skip

QUORUM = (
    Keyword("quorum", Integer(1, UINT_MAX), "The service is up if the weights of live servers add up to this.",
            "quorum 2", "1", fallback=1),
    Keyword("hysteresis", Integer(0, UINT_MAX), "It comes up at quorum plus this, and goes down below quorum minus "
            "this.", "hysteresis 1", "0"),
    Keyword("quorum_up", Script(), "Run when the service comes up.", 'quorum_up "/usr/local/bin/event up" nobody',
            "none", repeat="first", quiet=True),
    Keyword("quorum_down", Script(), "Run when the service goes down.",
            'quorum_down "/usr/local/bin/event down" nobody', "none", repeat="first", quiet=True),
    Keyword("panic_threshold", Integer(0, 100, "percent"), "If fewer of the real servers than this are alive, it is "
            "more likely the checks that fail: servers that fail then stay in the pool. The quorum is counted as "
            "always.",
            "panic_threshold 50", "0: failed servers are always taken out", ours=True),
    Keyword("weight", Integer(1, INT_MAX), "Default weight of the real servers.", "weight 1", "1"),
    Keyword("sorry_server", ENDPOINT, "A server that is used alone while the service is down.",
            "sorry_server 10.0.0.99 80", "none", repeat="each"),
    Keyword("sorry_server_inhibit", Flag(), "Keep it in the kernel's table with weight 0 while it is not used. It must "
            "stand behind `sorry_server`.", "sorry_server_inhibit", "off", repeat="each"),
    Keyword("sorry_server_lvs_method", METHOD, "How packets get to it. It must stand behind `sorry_server`.",
            "sorry_server_lvs_method NAT", "the virtual server's", repeat="each"),
)  # fmt: skip

HEALTH = (
    *for_checkers("virtual server"),
    Keyword("inhibit_on_failure", _OWN_SWITCH, "Default of the real servers: weight 0 instead of removal.",
            "inhibit_on_failure", "off"),
    Keyword("alpha", _OWN_SWITCH, "All real servers are down until their checks pass.", "alpha", "off"),
    Keyword("initial_state", Choice({"up": "", "last": "last"}), "At the start servers are up until a check fails (or "
            "down with `alpha`); `last`: they stand as they did when the daemon was stopped.", "initial_state last",
            "up", ours=True),
    Keyword("omega", Flag(), "At the end run `notify_down` of live servers and `quorum_down`.", "omega", "off"),
    Keyword("ha_suspend", Flag(), "Check only while the address is on this machine.", "ha_suspend", "off"),
    Keyword("smtp_alert", Switch(), "Send mail when the service goes up or down.", "smtp_alert",
            "`smtp_alert_checker`, else `smtp_alert`, else off"),
    Keyword("snmp_name", Text("NAME"), "Its name in SNMP.", "snmp_name web", "none", incomplete="skip"),
)  # fmt: skip

VIRTUAL_SERVER = Block(
    "virtual_server",
    doc="A service on an address, a firewall mark or a group of them, balanced over real servers.",
    example="virtual_server 192.0.2.10 80 {\n    protocol TCP\n    lvs_sched wrr\n    lvs_method NAT\n"
    "    real_server 10.0.0.1 80 {\n        TCP_CHECK {\n        }\n    }\n}",
    header=Custom("IP [PORT] | fwmark MARK | group NAME", service, most=2),
    repeat="each",
    unnamed="stop",
    keywords=(*SCHEDULING, *PERSISTENCE, *QUORUM, *HEALTH, REAL_SERVER),
)

VIRTUAL_SERVER_GROUP = Entries(
    "virtual_server_group",
    GroupEntry(),
    "Addresses, ranges of them and firewall marks that make one virtual server together.",
    "virtual_server_group web {\n    192.0.2.10 80\n    192.0.2.20-29 80\n    fwmark 5 inet\n}",
    header=Text("NAME"),
)

TLS = Block(
    "SSL",
    doc="What all SSL_GET checks show of us.",
    example="SSL {\n    certificate /etc/ssl/lb.pem\n    key /etc/ssl/lb.key\n}",
    repeat="each",
    keywords=(
        Keyword("password", Text("TEXT"), "Pass phrase of the key.", "password s3cret", "none", incomplete="skip"),
        Keyword("ca", Text("FILE"), "Certificates of authorities; servers are not verified all the same.",
                "ca /etc/ssl/ca.pem", "none", incomplete="skip"),
        Keyword("certificate", Text("FILE"), "Our certificate chain (PEM).", "certificate /etc/ssl/lb.pem", "none",
                incomplete="skip"),
        Keyword("key", Text("FILE"), "Its key (PEM).", "key /etc/ssl/lb.key", "none", incomplete="skip"),
    ),
)  # fmt: skip
