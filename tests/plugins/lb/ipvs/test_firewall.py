"""`nftables_ipvs`: one mark for a group. The rules are read back by nft(8) where that can be."""

from __future__ import annotations

import pytest

from standfast.api import Address, Entrance, Forwarding, LvsGlobals, Member, Pool, PoolChange
from standfast.lab.namespace import Namespace, batch, unique_prefix
from standfast_lb.ipvs import firewall
from standfast_lb.ipvs.backend import IpvsLoadBalancer

SETTINGS = LvsGlobals(nftables_table="marks")


def group(name: str, *entrances: Entrance, family: int = 4, server: str = "10.2.0.1", method: str = "NAT") -> Pool:
    member = Member(address=Address.parse(server), port=8080, forwarding=Forwarding(method=method))
    return Pool(
        name=name, family=family, protocol="TCP", entrances=entrances, group=name, scheduler="rr", members=(member,)
    )


def entrance(first: str, last: str = "", port: int = 80) -> Entrance:
    return Entrance(first=Address.parse(first), last=Address.parse(last or first), port=port)


WEB = group("web", entrance("10.1.0.10", "10.1.0.12"), entrance("10.1.0.20", port=0))
SIX = group("six", entrance("fd00::10", "fd00::1e"), family=6, server="fd01::1")
MIXED = group("mixed", entrance("10.9.0.1"), Entrance(mark=1000))
ALONE = Pool(name="alone", family=4, protocol="TCP", entrances=(entrance("10.9.0.9"),), scheduler="rr")


def test_groups_of_addresses_get_free_marks_and_keep_them():
    first = firewall.marks_of([WEB, MIXED, ALONE, SIX], SETTINGS, {})
    assert first == {"web": 1001, "six": 1002}, "1000 is taken by a mark of the configuration"
    later = firewall.marks_of([group("new", entrance("10.7.0.1")), SIX], SETTINGS, first)
    assert later == {"new": 1000, "six": 1002}


def test_without_the_keyword_there_are_no_marks():
    assert firewall.marks_of([WEB, SIX], LvsGlobals(), {}) == {}


def test_a_plan_shows_rules_and_one_service_for_each_mark():
    changes = [PoolChange(old=None, new=WEB), PoolChange(old=None, new=group("dr", entrance("10.1.1.1"), method="DR"))]
    assert IpvsLoadBalancer.render(changes, SETTINGS) == [
        "nft add table inet marks",
        "nft delete table inet marks",
        "nft add table inet marks",
        "nft add chain inet marks prerouting { type filter hook prerouting priority -1; }",
        "nft add map inet marks ip { type inet_proto . ipv4_addr . inet_service : mark; flags interval; }",
        "nft add element inet marks ip { tcp . 10.1.0.10-10.1.0.12 . 80 : 0x000003e8, "
        "tcp . 10.1.0.20 . 0-65535 : 0x000003e8, tcp . 10.1.1.1 . 80 : 0x000003e9 }",
        "nft add rule inet marks prerouting meta l4proto { tcp, udp, sctp } "
        "meta mark set meta l4proto . ip daddr . th dport map @ip",
        "ipvsadm -A -f 1000 -s rr",
        "ipvsadm -a -f 1000 -r 10.2.0.1:8080 -m -w 1",
        "ipvsadm -A -f 1001 -s rr",
        "ipvsadm -a -f 1001 -r 10.2.0.1:0 -g -w 1",
    ]


@pytest.mark.netns
def test_the_kernel_takes_the_rules_and_lets_them_go():
    place = Namespace(f"{unique_prefix()}-marks")
    batch([f"netns add {place.name}"])
    try:
        marks = firewall.marks_of([WEB, SIX], SETTINGS, {})
        with place.entered():
            firewall.commit(firewall.ruleset([WEB, SIX], marks, SETTINGS))
            firewall.commit(firewall.ruleset([WEB, SIX], marks, SETTINGS))
        shown = place.run("nft", "list", "table", "inet", "marks")
        assert "10.1.0.10-10.1.0.12 . 80 : 0x000003e8" in shown
        assert "fd00::10-fd00::1e . 80 : 0x000003e9" in shown
        assert "ip6 daddr . th dport map @ip6" in shown
        with place.entered():
            firewall.commit(firewall.ruleset([], {}, SETTINGS))
        assert place.run("nft", "list", "tables") == ""
    finally:
        place.remove()
