"""Routes as messages for the kernel (rtnetlink(7)), and as the kernel tells of them.

By hand, not with pyroute2's classes: those know no ip, ip6 or ila encapsulation and neither ``expires`` nor
``ttl-propagate``. Interfaces are numbers here, so a message is encoded again when an interface got another one.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import msgspec

from standfast.config.route_model import MAIN_TABLE, Encap, Metric, NextHop, Route
from standfast.net import attributes as nla
from standfast.net.decode import attributes_of
from standfast.net.netlink import NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, MalformedMessage
from standfast.values import Address

Resolve: TypeAlias = Callable[[str], int]
"""Interface name -> index. Raises :class:`LookupError` for one that does not exist."""

HEAD = struct.Struct("=BBBBBBBBI")
"""struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope, type, flags; and
struct fib_rule_hdr: family, lengths, tos, table, two reserved bytes, action, flags."""

AF: Final = {4: 2, 6: 10}
TABLE_IS_AN_ATTRIBUTE: Final = 252

_HOP = struct.Struct("=HBBi")  # length, flags, weight - 1, interface index
_ONLINK: Final = 4
_IPV6_METRIC: Final = 1024
"""What the kernel makes of an IPv6 route without a metric (IP6_RT_PRIO_USER)."""

KINDS: Final = (
    *("unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit"),
    *("throw", "nat", "xresolve"),
)
"""RTN_*, in the kernel's order."""

_NARROWEST_SCOPE: Final = {"local": 254, "nat": 254, "broadcast": 253, "anycast": 253, "multicast": 253}
"""IPv4: the kernel refuses these in the scope of the whole world."""

ORDER: Final = {
    "add": NLM_F_CREATE | NLM_F_EXCL,
    "prepend": NLM_F_CREATE,
    "append": NLM_F_CREATE | NLM_F_APPEND,
}
_METRICS: Final = {
    **{"mtu": 2, "window": 3, "rtt": 4, "rttvar": 5, "ssthresh": 6, "cwnd": 7, "advmss": 8, "reordering": 9},
    **{"hoplimit": 10, "initcwnd": 11, "features": 12, "rto_min": 13, "initrwnd": 14, "quickack": 15},
    **{"congctl": 16, "fastopen_no_cookie": 17},
}
"""RTAX_*"""

_ENCAP_KIND: Final = {"mpls": 1, "ip": 2, "ila": 3, "ip6": 4}

(_DST, _SRC, _OIF, _GATEWAY, _PRIORITY, _PREFSRC, _METRICS_NEST, _MULTIPATH, _FLOW) = (1, 2, 4, 5, 6, 7, 8, 9, 11)
(_TABLE, _VIA, _PREF, _ENCAP_TYPE, _ENCAP, _EXPIRES, _TTL_PROPAGATE) = (15, 18, 20, 21, 22, 23, 26)


class RouteKey(msgspec.Struct, frozen=True):
    """By what the kernel tells routes apart, next hops aside."""

    family: int
    table: int
    destination: bytes
    """Empty for everything."""
    prefix: int
    source: bytes
    source_prefix: int
    tos: int
    metric: int
    kind: int


class SeenRoute(msgspec.Struct, frozen=True):
    """A route as the kernel tells of it."""

    key: RouteKey
    protocol: int
    gateway: bytes
    interface: int


def route_key(route: Route, table: int) -> RouteKey:
    """As the kernel will tell of it. ``table``: its own, or the one of its VRF."""
    metric = route.metric or (_IPV6_METRIC if route.family == 6 else 0)
    return RouteKey(
        family=AF[route.family],
        table=table,
        destination=prefix_bytes(route.destination, route.prefix),
        prefix=route.prefix,
        source=prefix_bytes(route.source_destination, route.source_prefix),
        source_prefix=route.source_prefix,
        tos=route.tos if route.family == 4 else 0,
        metric=metric,
        kind=KINDS.index(route.kind),
    )


def decode_route(data: bytes, start: int, end: int) -> SeenRoute:
    """A RTM_NEWROUTE or RTM_DELROUTE payload. Raises :class:`MalformedMessage`, nothing else."""
    header, found = decode_routing(data, start, end, {_DST, _SRC, _OIF, _GATEWAY, _PRIORITY, _TABLE})
    family, prefix, source_prefix, tos, table, protocol, _scope, kind, _flags = header
    key = RouteKey(
        family=family,
        table=number_of(found, _TABLE, table),
        destination=found.get(_DST, b"") if prefix else b"",
        prefix=prefix,
        source=found.get(_SRC, b"") if source_prefix else b"",
        source_prefix=source_prefix,
        tos=tos,
        metric=number_of(found, _PRIORITY, 0),
        kind=kind,
    )
    return SeenRoute(key, protocol, found.get(_GATEWAY, b""), number_of(found, _OIF, 0))


def route_words(route: Route) -> str:
    """For people, as ``ip route`` writes it, in short."""
    destination = "default" if not route.prefix else f"{route.destination}/{route.prefix}"
    parts = [destination] if route.kind == "unicast" else [route.kind, destination]
    parts += [f"via {route.via}"] if route.via else []
    parts += [f"dev {route.dev}"] if route.dev else []
    parts += [f"table {route.table}"] if route.table != MAIN_TABLE else []
    return f"route {' '.join(parts)}"


def route_body(route: Route, table: int, resolve: Resolve) -> bytes:
    """The message without its netlink header."""
    scope = (route.scope or _NARROWEST_SCOPE.get(route.kind, 0)) if route.family == 4 else 0
    flags = _ONLINK if route.onlink else 0
    header = HEAD.pack(
        *(AF[route.family], route.prefix, route.source_prefix, route.tos),
        *(min(table, TABLE_IS_AN_ATTRIBUTE), route.protocol, scope, KINDS.index(route.kind), flags),
    )
    return header + b"".join(_route_attributes(route, table, resolve))


def _route_attributes(route: Route, table: int, resolve: Resolve) -> Iterator[bytes]:
    yield nla.u32(_TABLE, table)
    yield from prefix_attribute(_DST, route.destination, route.prefix)
    yield from prefix_attribute(_SRC, route.source_destination, route.source_prefix)
    if route.source is not None:
        yield nla.attribute(_PREFSRC, route.source.packed)
    yield from _gateway(route.via, route.family)
    if route.dev:
        yield nla.u32(_OIF, resolve(route.dev))
    yield from _encapsulation(route.encap)
    if route.metric is not None:
        yield nla.u32(_PRIORITY, route.metric)
    yield from realms(_FLOW, route.realm_from, route.realm_to)
    if route.expires is not None:
        yield nla.u32(_EXPIRES, route.expires)
    if route.metrics:
        yield nla.nested(_METRICS_NEST, _metrics(route.metrics))
    if route.preference is not None:
        yield nla.u8(_PREF, route.preference)
    if route.ttl_propagate is not None:
        yield nla.u8(_TTL_PROPAGATE, route.ttl_propagate)
    if route.nexthops:
        yield nla.attribute(_MULTIPATH, b"".join(_hop(hop, route, resolve) for hop in route.nexthops))


def _hop(hop: NextHop, route: Route, resolve: Resolve) -> bytes:
    inner = [
        *_gateway(hop.via, route.family),
        *realms(_FLOW, hop.realm_from, hop.realm_to),
        *_encapsulation(hop.encap),
    ]
    body = b"".join(inner)
    index = resolve(hop.dev) if hop.dev else 0
    return _HOP.pack(_HOP.size + len(body), _ONLINK if hop.onlink else 0, hop.weight - 1, index) + body


def _gateway(via: Address | None, family: int) -> Iterator[bytes]:
    if via is None:
        return
    if via.family == family:
        yield nla.attribute(_GATEWAY, via.packed)
    else:  # an IPv4 route by an IPv6 gateway: family and address
        yield nla.attribute(_VIA, struct.pack("=H", AF[via.family]) + via.packed)


def _metrics(metrics: tuple[Metric, ...]) -> Iterator[bytes]:
    locks = sum(1 << _METRICS[metric.name] for metric in metrics if metric.locked)
    if locks:
        yield nla.u32(1, locks)
    for metric in metrics:
        number = _METRICS[metric.name]
        yield nla.text(number, metric.value) if isinstance(metric.value, str) else nla.u32(number, metric.value)


def _encapsulation(encap: Encap | None) -> Iterator[bytes]:
    if encap is None:
        return
    yield nla.u16(_ENCAP_TYPE, _ENCAP_KIND[encap.kind])
    if encap.kind == "mpls":
        last = len(encap.labels) - 1
        stack = b"".join(struct.pack("!I", label << 12 | (i == last) << 8) for i, label in enumerate(encap.labels))
        yield nla.nested(_ENCAP, [nla.attribute(1, stack)])
    elif encap.kind == "ila":
        locator = b"".join(struct.pack("!H", int(group, 16)) for group in encap.locator.split(":"))
        yield nla.nested(_ENCAP, [nla.attribute(1, locator)])
    else:
        yield nla.nested(_ENCAP, _tunnel(encap))


def _tunnel(encap: Encap) -> Iterator[bytes]:
    if encap.id is not None:
        yield nla.be64(1, encap.id)
    for number, address in ((2, encap.destination), (3, encap.source)):
        if address is not None:
            yield nla.attribute(number, address.packed)
    if encap.ttl:
        yield nla.u8(4, encap.ttl)
    if encap.tos:
        yield nla.u8(5, encap.tos)
    if encap.flags:
        yield nla.be16(6, encap.flags)


def realms(kind: int, source: int, destination: int) -> Iterator[bytes]:
    """The attribute, if there are any."""
    if source or destination:
        yield nla.u32(kind, source << 16 | destination)


def prefix_attribute(kind: int, address: Address | None, prefix: int) -> Iterator[bytes]:
    """The attribute, unless the prefix is everything."""
    if address is not None and prefix:
        yield nla.attribute(kind, address.packed)


def prefix_bytes(address: Address | None, prefix: int) -> bytes:
    """The address; empty for everything."""
    return address.packed if address is not None and prefix else b""


def decode_routing(data: bytes, start: int, end: int, wanted: set[int]) -> tuple[tuple[int, ...], dict[int, bytes]]:
    """Header and wanted attributes of a route or rule. Raises :class:`MalformedMessage`, nothing else."""
    if end - start < HEAD.size or end > len(data):
        raise MalformedMessage("a routing message shorter than its header")
    return HEAD.unpack_from(data, start), attributes_of(data, start + HEAD.size, end, frozenset(wanted))


def number_of(found: dict[int, bytes], kind: int, default: int) -> int:
    """The value of a 32-bit attribute."""
    value = found.get(kind)
    if value is None:
        return default
    if len(value) != 4:
        raise MalformedMessage(f"a number of {len(value)} bytes instead of 4")
    return int.from_bytes(value, sys.byteorder)
