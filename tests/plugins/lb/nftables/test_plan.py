from standfast.api import Address, Entrance, Forwarding, LvsGlobals, Member, Pool, PoolChange
from standfast_lb.nftables.backend import NftablesBalancer

VIP = Address.parse("192.0.2.1")


def pool(*numbers, **more):
    usual = {
        "name": "[192.0.2.1]:tcp:80",
        "family": 4,
        "protocol": "TCP",
        "entrances": (Entrance(first=VIP, last=VIP, port=80),),
        "members": tuple(Member(address=Address.parse(f"10.0.0.{n}"), port=8080) for n in numbers),
    }
    return Pool(**usual | more)


def test_a_new_service_is_a_table_that_nft_takes():
    lines = NftablesBalancer.render([PoolChange(old=None, new=pool(1, 2))], LvsGlobals(instance="blue"))
    assert lines[0] == "add table inet standfast-blue"
    assert any("dnat ip to numgen inc mod 12 map @sl_192.0.2.1_tcp_80" in line for line in lines)
    assert "add element inet standfast-blue vs4 { tcp . 192.0.2.1 . 80 : goto vs_192.0.2.1_tcp_80 }" in lines


def test_a_server_that_goes_is_two_lines():
    lines = NftablesBalancer.render([PoolChange(old=pool(1, 2), new=pool(1))], None)
    assert [line.split(" { ")[0] for line in lines if "rs4" not in line] == [
        "delete element inet standfast sl_192.0.2.1_tcp_80",
        "add element inet standfast sl_192.0.2.1_tcp_80",
    ]


def test_devices_of_direct_routing_are_known_only_where_it_runs():
    dr = Forwarding(method="DR")
    member = Member(address=Address.parse("10.0.0.1"), port=80, forwarding=dr)
    lines = NftablesBalancer.render([PoolChange(old=None, new=pool(members=(member,), forwarding=dr))], None)
    assert any('device "DEVICE"' in line for line in lines)


def test_nothing_to_do_is_nothing():
    assert NftablesBalancer.render([], None) == []
