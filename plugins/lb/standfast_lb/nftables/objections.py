"""What rules cannot do, said when the configuration is checked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from standfast.api import Entrance, LvsGlobals, Objection, VirtualServer
from standfast_lb.nftables.schedule import POSSIBLE

_IPVS = "use `lb_backend ipvs` for this service"


def objections(service: VirtualServer, entrances: Sequence[Entrance]) -> Iterator[Objection]:
    """Each names the keyword at fault, what is impossible and what to do."""
    yield from _scheduler(service)
    yield from _methods(service, entrances)
    yield from _limits(service)
    yield from _ports(service, entrances)
    if "ops" in service.flags and service.forwarding.method == "NAT":
        yield from _single_packets(service, entrances)


def idle(settings: LvsGlobals) -> Iterator[Objection]:
    """Global settings of IPVS that nothing here corresponds to."""
    if settings.sync_daemon:
        words = "connections are not copied to the other machine"
        hint = "use `lvs_sched mh` or `sh`: both balancers choose the same server, and connections go on"
        yield Objection(keyword="lvs_sync_daemon", words=words, hint=hint)


def _scheduler(service: VirtualServer) -> Iterator[Objection]:
    if service.scheduler in POSSIBLE or not service.scheduler_chosen:
        return
    words = f"nftables cannot play the scheduler {service.scheduler}: rules do not know how busy servers are"
    hint = f"use `lvs_sched wrr`, another of {_listed()}, or {_IPVS[4:]}"
    yield Objection(keyword="lvs_sched", words=words, hint=hint)


def _listed() -> str:
    return ", ".join(sorted(POSSIBLE))


def _methods(service: VirtualServer, entrances: Sequence[Entrance]) -> Iterator[Objection]:
    servers = [server.forwarding.method for server in service.real_servers]
    sorry = [service.sorry_server.forwarding.method] if service.sorry_server else []
    if "TUN" in {service.forwarding.method, *servers, *sorry}:
        words = "nftables cannot put packets into tunnels (TUN)"
        yield Objection(keyword="lvs_method", words=words, hint=f"use `lvs_method NAT` or `DR`, or {_IPVS[4:]}")
    elif len(set(servers)) > 1:
        words = "nftables cannot mix NAT and DR among the real servers of one service"
        yield Objection(keyword="lvs_method", words=words, hint=f"use one method for all of them, or {_IPVS[4:]}")
    if "DR" in {*servers, *sorry} and any(entrance.first is None for entrance in entrances):
        words = "nftables cannot do DR for a firewall mark: packets have none yet where DR takes them"
        yield Objection(keyword="lvs_method", words=words, hint=f"name the address and port, use NAT, or {_IPVS[4:]}")


def _limits(service: VirtualServer) -> Iterator[Objection]:
    for keyword in ("uthreshold", "lthreshold"):
        if any(getattr(server, keyword) for server in service.real_servers):
            words = "nftables cannot send connections elsewhere when a server has many"
            yield Objection(keyword=keyword, words=words, hint=f"take `{keyword}` out, or {_IPVS[4:]}")
    if service.persistence and service.persistence.engine:
        words = f"nftables cannot look into packets for the persistence engine {service.persistence.engine}"
        yield Objection(keyword="persistence_engine", words=words, hint=f"take it out, or {_IPVS[4:]}")


def _ports(service: VirtualServer, entrances: Sequence[Entrance]) -> Iterator[Objection]:
    single = {(entrance.port, entrance.last_port, entrance.mark) for entrance in entrances}
    if len(single) == 1 and next(iter(single))[0]:
        return
    if len({bool(server.port) for server in service.real_servers}) > 1:
        words = "some real servers have a port and some keep the client's, which nftables cannot mix in one service"
        yield Objection(keyword="real_server", words=words, hint="give all of them a port, or none")


def _single_packets(service: VirtualServer, entrances: Sequence[Entrance]) -> Iterator[Objection]:
    alone = len(entrances) == 1 and entrances[0].first == entrances[0].last and entrances[0].first is not None
    if not alone or not entrances[0].port or entrances[0].last_port not in (0, entrances[0].port):
        words = "with `ops`, nftables can tell only for a single address and port whose answer a packet is"
        yield Objection(keyword="ops", words=words, hint=f"make a service of each address and port, or {_IPVS[4:]}")
    if service.persistence:
        words = "with `ops`, nftables keeps no clients together: each packet goes by itself"
        yield Objection(keyword="persistence_timeout", words=words, hint="take `ops` or the persistence out")
