"""Routes and rules, and how `ip` shows what the kernel made of them."""

from __future__ import annotations

from standfast.config.route_model import Encap, Metric, NextHop, Route, Rule
from standfast.values import Address

ip = Address.parse


def to(text: str, **options) -> Route:
    address, _, prefix = text.partition("/")
    parsed = ip(address)
    return Route(family=parsed.family, destination=parsed, prefix=int(prefix or parsed.bits), **options)


GATE, GATE6 = ip("192.0.2.254"), ip("fe80::1")

ROUTES = {
    "10.1.0.0/16 via 192.0.2.254 dev eth0 table main": to("10.1.0.0/16", via=GATE, dev="eth0"),
    "default via 192.0.2.254 dev eth0 table 300 scope global src 192.0.2.1 metric 50 mtu lock 1400 rtt 300ms "
    "features ecn quickack 1 congctl reno": Route(
        family=4,
        via=GATE,
        metric=50,
        table=300,
        source=ip("192.0.2.1"),
        metrics=(
            Metric(name="mtu", value=1400, locked=True),
            Metric(name="congctl", value="reno"),
            Metric(name="rtt", value=2400),
            Metric(name="quickack", value=1),
            Metric(name="features", value=1),
        ),
    ),
    "blackhole 10.2.0.0/16 table main": to("10.2.0.0/16", kind="blackhole"),
    "local 10.3.0.1 dev eth0 table main scope host": to("10.3.0.1/32", kind="local", dev="eth0"),
    "10.4.0.0/16 table main scope global nexthop via 192.0.2.253 dev eth0 weight 3 "
    "nexthop via 192.0.2.252 dev eth0 weight 1 onlink": to(
        "10.4.0.0/16",
        nexthops=(
            NextHop(via=ip("192.0.2.253"), weight=3, dev="eth0"),
            NextHop(via=ip("192.0.2.252"), onlink=True, dev="eth0"),
        ),
    ),
    "10.5.0.0/16 via inet6 fe80::5 dev eth0": to("10.5.0.0/16", via=ip("fe80::5"), dev="eth0"),
    "10.6.0.0/16 tos 0x10 dev eth0 table main scope link realms 1/2": to(
        "10.6.0.0/16", dev="eth0", scope=253, tos=16, realm_from=1, realm_to=2
    ),
    "10.7.0.0/16 encap ip id 42 src 0.0.0.0 dst 192.0.2.9 ttl 5 tos 8 dev eth0": to(
        "10.7.0.0/16", dev="eth0", encap=Encap(kind="ip", id=42, destination=ip("192.0.2.9"), ttl=5, tos=8)
    ),
    "2001:db8:1::/48 via fe80::1 dev eth0 table main scope global metric 1024": to(
        "2001:db8:1::/48", via=GATE6, dev="eth0", preference=1
    ),
    "2001:db8:2::/48 from 2001:db8:9::/64 dev eth0 table main scope global metric 7": to(
        "2001:db8:2::/48", dev="eth0", source_destination=ip("2001:db8:9::"), source_prefix=64, metric=7
    ),
    "2001:db8:3::/48 table main scope global metric 1024 pref medium nexthop via fe80::1 dev eth0 weight 1 "
    "nexthop via fe80::2 dev eth0 weight 1": to(
        "2001:db8:3::/48",
        nexthops=(NextHop(via=GATE6, dev="eth0"), NextHop(via=ip("fe80::2"), dev="eth0")),
    ),
    "2001:db8:4::/48 encap ip6 id 1 src :: dst 2001:db8::9 hoplimit 5 tc 0 dev eth0": to(
        "2001:db8:4::/48", dev="eth0", encap=Encap(kind="ip6", id=1, destination=ip("2001:db8::9"), ttl=5)
    ),
    "unreachable 2001:db8:5::/48 dev lo": to("2001:db8:5::/48", kind="unreachable"),
    "2001:db8:6::/48 via fe80::1 dev eth0 table main scope global metric 1024 expires": to(
        "2001:db8:6::/48", via=GATE6, dev="eth0", expires=600
    ),
}
"""A part of what `ip -d route` prints -> the route."""

RULES = {
    "100: from 10.9.0.0/24 iif eth0 lookup 300": Rule(
        family=4, preference=100, action="table", table=300, source=ip("10.9.0.0"), source_prefix=24, iif="eth0"
    ),
    "101: not from all to 10.9.1.0/24 fwmark 0x5/0xff prohibit": Rule(
        family=4,
        preference=101,
        action="prohibit",
        destination=ip("10.9.1.0"),
        destination_prefix=24,
        inverted=True,
        mark=5,
        mask=255,
    ),
    "102: from all oif eth9 [detached] uidrange 100-200 goto 200": Rule(
        family=4, preference=102, action="goto", goto=200, oif="eth9", uids=(100, 200)
    ),
    "103: from all lookup [l3mdev-table]": Rule(family=4, preference=103, action="l3mdev"),
    "104: from all tos 0x10 ipproto tcp sport 80-90 dport 443 lookup 7 suppress_prefixlength 0 suppress_ifgroup 3 "
    "realms 4": Rule(
        family=4,
        preference=104,
        action="table",
        table=7,
        ip_protocol=6,
        source_ports=(80, 90),
        destination_ports=(443, 443),
        suppress_prefixlength=0,
        suppress_group=3,
        tos=16,
        realm_to=4,
    ),
    "105: from 2001:db8::/32 tun_id 9 blackhole": Rule(
        family=6, preference=105, action="blackhole", source=ip("2001:db8::"), source_prefix=32, tunnel_id=9
    ),
    "106: from all nop": Rule(family=6, preference=106, action="nop"),
    "107: from all to 2001:db8::1 unreachable": Rule(
        family=6, preference=107, action="unreachable", destination=ip("2001:db8::1"), destination_prefix=128
    ),
}
"""A part of what `ip rule` prints -> the rule."""
