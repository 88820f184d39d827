from standfast.net.nft.commands import Table
from standfast_lb.nftables.names import stem, tables


def test_the_instance_is_in_the_tables_name():
    assert tables("") == (Table("inet", "standfast"), Table("netdev", "standfast"))
    assert tables("blue")[0].name == "standfast-blue"


def test_plain_services_read_as_they_are_and_others_never_collide():
    assert stem("[192.0.2.1]:tcp:80") == "192.0.2.1_tcp_80"
    assert stem("[web-1]:tcp") != stem("[web_1]:tcp")
    assert stem("[2001:db8::1]:tcp:80") != stem("[2001:db8:::1]:tcp:80")
    assert len(stem("x" * 300)) < 60
