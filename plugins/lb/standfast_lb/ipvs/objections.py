"""What the kernel refuses, and what it would take though it cannot work. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from standfast.api import Entrance, Objection, RealServer, VirtualServer
from standfast_lb.ipvs.entries import CHECKSUMS, FLAGS, METHODS, TUNNELS

SCHEDULERS = frozenset(["rr", "wrr", "lc", "wlc", "sed", "nq", "lblc", "lblcr", "dh", "sh", "mh", "fo", "ovf", "twos"])
ENGINES = frozenset({"sip"})
MAX_WEIGHT = 65_535
"""Schedulers multiply weights with connection counts in 32 bits; ipvsadm stops here too."""


def objections_to(service: VirtualServer, entrances: Sequence[Entrance]) -> Iterator[Objection]:
    """Everything at once, so that one look shows every fault."""
    yield from _scheduling(service)
    yield from _persistence(service, entrances)
    yield from _masquerade(service)
    for server in service.real_servers:
        yield from _server(service, server)
    sorry = service.sorry_server
    if sorry is not None:
        yield from _way(service, RealServer(address=sorry.address, port=sorry.port, forwarding=sorry.forwarding))


def _masquerade(service: VirtualServer) -> Iterator[Objection]:
    ways = [service.forwarding, *(server.forwarding for server in service.real_servers)]
    if any(way.masquerade for way in ways):
        words = "IPVS cannot hide clients from servers (`NAT masquerade`)"
        yield Objection(keyword="lvs_method", words=words, hint="use `lb_backend nftables`, or plain `NAT`")


def _scheduling(service: VirtualServer) -> Iterator[Objection]:
    if service.scheduler not in SCHEDULERS:
        known = ", ".join(sorted(SCHEDULERS))
        yield Objection(
            keyword="lvs_sched", words=f"IPVS has no scheduler `{service.scheduler}`", hint=f"one of {known}"
        )
    unknown = sorted(service.flags - FLAGS.keys())
    if unknown:
        yield Objection(keyword=unknown[0], words=f"IPVS has no flag `{unknown[0]}`")
    if "ops" in service.flags and service.protocol not in ("UDP", ""):
        words = f"one-packet scheduling is for UDP; it tears {service.protocol} connections apart"
        yield Objection(keyword="ops", words=words, hint="take `ops` out")


def _persistence(service: VirtualServer, entrances: Sequence[Entrance]) -> Iterator[Objection]:
    persistence = service.persistence
    if persistence is None:
        if any(entrance.first is not None and not entrance.port for entrance in entrances):
            words = "a service for all ports must be persistent, or a client's connections go to different servers"
            yield Objection(keyword="persistence_timeout", words=words, hint="add `persistence_timeout 360`, or a port")
        return
    if persistence.engine and persistence.engine not in ENGINES:
        words = f"IPVS has no persistence engine `{persistence.engine}`"
        yield Objection(keyword="persistence_engine", words=words, hint="there is `sip`")
    elif persistence.engine == "sip" and service.protocol not in ("UDP", ""):
        words = f"the engine `sip` reads Call-IDs from UDP packets alone, and the service is {service.protocol}"
        yield Objection(keyword="persistence_engine", words=words, hint="use `protocol UDP`, or take the engine out")


def _server(service: VirtualServer, server: RealServer) -> Iterator[Objection]:
    if not 0 <= server.weight <= MAX_WEIGHT:
        words = f"the weight of {server.address} is {server.weight}; IPVS counts with 0 to {MAX_WEIGHT}"
        yield Objection(keyword="weight", words=words)
    if server.lthreshold > server.uthreshold:  # also without an upper one: ERANGE
        words = f"`lthreshold {server.lthreshold}` of {server.address} is above its `uthreshold {server.uthreshold}`"
        yield Objection(keyword="lthreshold", words=words, hint="a lower limit must be below the upper one")
    yield from _way(service, server)


def _way(service: VirtualServer, server: RealServer) -> Iterator[Objection]:
    way = server.forwarding
    if way.method not in METHODS or way.tunnel not in TUNNELS or way.checksum not in CHECKSUMS:
        yield Objection(keyword="lvs_method", words=f"IPVS cannot forward by {way.method} {way.tunnel} {way.checksum}")
        return
    if way.method != "TUN":
        if server.address.family != service.family:
            words = f"{way.method} cannot carry IPv{service.family} to {server.address}"
            yield Objection(keyword="lvs_method", words=words, hint="only `TUN` can")
        return
    if way.tunnel == "gue" and not way.port:
        yield Objection(keyword="lvs_method", words="a gue tunnel needs a port", hint="write `TUN type gue port 6080`")
    if way.tunnel == "ipip" and way.checksum != "nocsum":
        yield Objection(keyword="lvs_method", words="an ipip tunnel has no checksum", hint=f"take `{way.checksum}` out")
    if way.tunnel == "gre" and way.checksum == "remcsum":
        yield Objection(keyword="lvs_method", words="a gre tunnel has no remote checksum", hint="write `csum`")
