"""``real_server``: one of the servers behind a virtual server."""

from __future__ import annotations

from dataclasses import replace

from standfast.config.keywords.checking import CONNECTING, LOOP, PAUSE, patience
from standfast.config.keywords.lvs_values import endpoint, forwarding
from standfast.config.keywords.values import INT_MAX, UINT_MAX
from standfast.config.kinds import Custom, Integer, Switch, Text
from standfast.config.schema import Block, Keyword
from standfast.config.scripts import Script

ENDPOINT = Custom("IP [PORT]", endpoint, most=2)
METHOD = Custom("NAT [masquerade]|DR|TUN [type ipip|gue|gre ...]", forwarding)
RETRIES = Integer(1, UINT_MAX)
LIMIT = Integer(0, UINT_MAX, "connections")


def for_checkers(owner: str) -> tuple[Keyword, ...]:
    """Defaults for the checkers below, at either level."""
    above = "the virtual server's" if owner == "real server" else ""
    return (
        Keyword("delay_loop", LOOP, "Default of the checkers: time from one check to the next.", "delay_loop 10",
                above or "60"),
        Keyword("retry", RETRIES, "Default of the checkers: failures after the first that are forgiven.", "retry 3",
                above or "1 (DNS_CHECK 3, MISC_CHECK 0)"),
        Keyword("delay_before_retry", PAUSE, "Default of the checkers: time from a failure to the next try.",
                "delay_before_retry 3", above or "1 (HTTP_GET and SSL_GET 3, DNS_CHECK `delay_loop`)"),
        Keyword("warmup", PAUSE, "Default of the checkers: greatest random wait before the first check.", "warmup 5",
                above or "`delay_loop`"),
        Keyword("connect_timeout", CONNECTING, "Default of the checkers: how long to wait for a connection.",
                "connect_timeout 3", above or "5"),
        *(
            replace(keyword, doc=f"Default of the checkers: {keyword.doc[0].lower()}{keyword.doc[1:]}",
                    default=above or keyword.default)
            for keyword in patience("")
        ),
        Keyword("virtualhost", Text("NAME"), "Default of HTTP_GET and SSL_GET: the Host header.",
                "virtualhost www.example.com", above or "address and port", incomplete="skip"),
    )  # fmt: skip


REAL_SERVER = Block(
    "real_server",
    doc="One server. It is up if none of its checkers is failed; without checkers it always is.",
    example="real_server 10.0.0.1 80 {\n    weight 1\n    TCP_CHECK {\n    }\n}",
    header=ENDPOINT,
    repeat="each",
    unnamed="stop",
    keywords=(
        Keyword("weight", Integer(0, INT_MAX), "Its share; what is alive of all shares counts for the quorum.",
                "weight 3", "the virtual server's (1)"),
        Keyword("lvs_method", METHOD, "How packets get to it.", "lvs_method DR", "the virtual server's"),
        Keyword("uthreshold", LIMIT, "From so many connections on it gets no new ones; 0: no limit.",
                "uthreshold 1000", "0"),
        Keyword("lthreshold", LIMIT, "Below so many it gets new ones again; needs `uthreshold`.",
                "lthreshold 800\nuthreshold 1000", "0"),
        Keyword("inhibit_on_failure", Switch(), "When it fails, give it weight 0 instead of removing it.",
                "inhibit_on_failure", "the virtual server's"),
        Keyword("notify_up", Script(), "Run when it comes up.", 'notify_up "/usr/local/bin/event up" nobody', "none",
                repeat="first", quiet=True),
        Keyword("notify_down", Script(), "Run when it goes down.", 'notify_down "/usr/local/bin/event down" nobody',
                "none", repeat="first", quiet=True),
        Keyword("alpha", Switch(), "It is down until its checks pass.", "alpha", "the virtual server's"),
        *for_checkers("real server"),
        Keyword("smtp_alert", Switch(), "Send mail when it goes up or down.", "smtp_alert off",
                "`smtp_alert_checker`, else `smtp_alert`, else on"),
        Keyword("dns_name", Text("NAME"), "Its address is what this name means: A or AAAA records, as the address in "
                "the header is IPv4 or IPv6, a server for each. They are asked for again when their time to live is "
                "over (5 to 300 seconds). The address in the header counts until there is an answer, then the last "
                "good one. `/etc/hosts` is not looked at.", "dns_name web.example.com", "none",
                ours=True),
        Keyword("snmp_name", Text("NAME"), "Its name in SNMP.", "snmp_name web1", "none", incomplete="skip"),
    ),
)  # fmt: skip
