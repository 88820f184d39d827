"""What is refused at `check` time, and what is not."""

from __future__ import annotations

import pytest

from standfast.api import Address, Entrance, Forwarding, Persistence, RealServer, SorryServer, VirtualServer
from standfast_lb.ipvs.objections import objections_to

VIP = Address.parse("192.0.2.1")
SERVER = Address.parse("10.0.0.1")
SIX = Address.parse("2001:db8::1")


def service(*servers: RealServer, **fields) -> VirtualServer:
    usual = {"family": 4, "address": VIP, "port": 80, "protocol": "TCP", "scheduler": "wlc"}
    return VirtualServer(name="web", real_servers=servers or (RealServer(address=SERVER),), **(usual | fields))


def server(**fields) -> RealServer:
    return RealServer(**({"address": SERVER} | fields))


def tunnel(kind="ipip", port=0, checksum="nocsum") -> Forwarding:
    return Forwarding(method="TUN", tunnel=kind, port=port, checksum=checksum)


@pytest.mark.parametrize(
    ("wrong", "keyword", "words"),
    [
        (service(scheduler="fancy"), "lvs_sched", "no scheduler `fancy`"),
        (service(flags=frozenset({"flag-9"})), "flag-9", "no flag `flag-9`"),
        (service(flags=frozenset({"ops"})), "ops", "for UDP"),
        (service(port=0), "persistence_timeout", "must be persistent"),
        (service(persistence=Persistence(engine="magic")), "persistence_engine", "no persistence engine `magic`"),
        (service(persistence=Persistence(engine="sip")), "persistence_engine", "UDP packets alone"),
        (service(server(weight=70_000)), "weight", "0 to 65535"),
        (service(server(uthreshold=5, lthreshold=9)), "lthreshold", "above its `uthreshold 5`"),
        (service(server(uthreshold=0, lthreshold=9)), "lthreshold", "above its `uthreshold 0`"),
        (service(server(address=SIX)), "lvs_method", "NAT cannot carry IPv4"),
        (service(server(forwarding=tunnel("gue"))), "lvs_method", "needs a port"),
        (service(server(forwarding=tunnel("ipip", 0, "csum"))), "lvs_method", "no checksum"),
        (service(server(forwarding=tunnel("gre", 0, "remcsum"))), "lvs_method", "no remote checksum"),
        (
            service(sorry_server=SorryServer(address=SIX, forwarding=Forwarding(method="DR"))),
            "lvs_method",
            "DR cannot carry IPv4",
        ),
    ],
)
def test_what_cannot_work_is_named_at_its_keyword(wrong, keyword, words):
    entrance = Entrance(first=VIP, last=VIP, port=wrong.port)
    (objection,) = objections_to(wrong, [entrance])
    assert objection.keyword == keyword
    assert words in objection.words


@pytest.mark.parametrize(
    "right",
    [
        service(),
        service(port=0, persistence=Persistence()),
        service(protocol="UDP", flags=frozenset({"ops", "flag-1"}), scheduler="sh"),
        service(protocol="UDP", persistence=Persistence(engine="sip")),
        service(server(address=SIX, forwarding=tunnel())),
        service(server(forwarding=tunnel("gue", 6080, "remcsum"))),
        service(server(uthreshold=9, lthreshold=9)),
    ],
)
def test_what_works_is_not_objected_to(right):
    assert list(objections_to(right, [Entrance(first=VIP, last=VIP, port=right.port)])) == []


def test_masquerading_is_for_nftables():
    way = Forwarding(masquerade=True)
    (objection,) = objections_to(service(forwarding=way), [Entrance(first=VIP, last=VIP, port=80)])
    assert objection.keyword == "lvs_method"
    assert "nftables" in objection.hint
