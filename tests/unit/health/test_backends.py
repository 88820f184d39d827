"""Which data plane runs what, and why not."""

from __future__ import annotations

import pytest
from msgspec import structs

from standfast.config.load import load_text
from standfast.contract.balancing import Objection
from standfast.health.backends import choose
from standfast.testing.balancing import MemoryLoadBalancer

TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched wlc
    lvs_method NAT
    real_server 10.0.0.1 80 {
    }
}
virtual_server 192.0.2.10 81 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
    }
}
"""
WLC, RR = "[192.0.2.10]:tcp:80", "[192.0.2.10]:tcp:81"


class Ipvs(MemoryLoadBalancer):
    name = "ipvs"


class NoIpvs(Ipvs):
    @classmethod
    def lacking(cls):
        return "the kernel has no IPVS (module ip_vs)"


class Nft(MemoryLoadBalancer):
    name = "nftables"

    @classmethod
    def objections(cls, service, entrances):
        return [Objection(keyword="lvs_sched", words="`wlc` cannot be done")] if service.scheduler == "wlc" else []


class Raises(Nft):
    @classmethod
    def lacking(cls):
        raise KeyError("x")


def balancing(globally: str = "", **backends: str):
    found = load_text(TEXT).balancing
    services = tuple(structs.replace(each, backend=backends.get(f"p{each.port}", "")) for each in found.virtual_servers)
    return structs.replace(found, virtual_servers=services, globals=structs.replace(found.globals, backend=globally))


@pytest.mark.parametrize(
    ("config", "planes", "of", "problems"),
    [
        (balancing(), (Ipvs, Nft), {WLC: "ipvs", RR: "ipvs"}, {}),
        (balancing("nftables"), (Ipvs, Nft), {RR: "nftables"}, {WLC: "nftables: `wlc` cannot be done"}),
        (balancing(p81="nftables"), (Ipvs, Nft), {WLC: "ipvs", RR: "nftables"}, {}),
        (balancing("nftables", p80="ipvs"), (Ipvs, Nft), {WLC: "ipvs", RR: "nftables"}, {}),
        (balancing(p80="ipvs"), (NoIpvs, Nft), {RR: "nftables"},
         {WLC: "ipvs: the kernel has no IPVS (module ip_vs)"}),
        (balancing("nftable"), (Ipvs, Nft), {}, dict.fromkeys(
            (WLC, RR), "`lb_backend nftable`: no plugin brings it. did you mean `nftables`?")),
        (balancing(p81="nftables"), (Ipvs, Raises), {WLC: "ipvs"},
         {RR: "nftables: its plugin raised KeyError: 'x'"}),
    ],
)  # fmt: skip
def test_choices(config, planes, of, problems):
    choice = choose(config, {plane.name: plane for plane in planes})
    assert (choice.of, choice.problems) == (of, problems)


def test_without_any_plane_it_says_why_of_each():
    choice = choose(balancing(), {"ipvs": NoIpvs, "nftables": Nft})
    assert choice.of == {}
    assert choice.problems[RR] == (
        f"no data plane can balance: ipvs: the kernel has no IPVS (module ip_vs); nftables: {WLC}: `wlc` cannot be done"
    )


def test_a_plane_that_nobody_asks_for_is_not_asked():
    assert choose(balancing("ipvs"), {"ipvs": Ipvs, "nftables": Raises}).problems == {}


def test_a_plane_that_fails_on_a_service_costs_that_service_alone():
    class Fails(Nft):
        @classmethod
        def objections(cls, service, entrances):
            if service.scheduler == "wlc":
                raise ValueError("no idea")
            return []

    choice = choose(balancing("nftables"), {"nftables": Fails})
    assert choice.of == {RR: "nftables"}
    assert "its plugin raised ValueError: no idea" in choice.problems[WLC]
