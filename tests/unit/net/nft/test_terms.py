from standfast.net.nft import terms as t
from standfast.net.nft.types import IPV4
from standfast.net.nft.wire import expression, u32


def test_a_field_loads_into_the_register_asked_for():
    assert t.META_MARK.load(9) == expression("meta", u32(1, 9) + u32(2, 3))


def test_a_concatenation_walks_through_the_registers():
    key = t.joined(t.META_L4PROTO, t.IP6_DESTINATION, t.DESTINATION_PORT)
    assert key.load(8) == t.META_L4PROTO.load(8) + t.IP6_DESTINATION.load(9) + t.DESTINATION_PORT.load(13)
    assert key.needs == ("ip6",)
    assert str(key) == "meta l4proto . ip6 daddr . th dport"


def test_words():
    masked = t.Masked(t.IP_SOURCE, bytes((255, 255, 0, 0)))
    assert str(t.Looked(masked, "pe1", IPV4)) == "ip saddr & 255.255.0.0 map @pe1"
    assert str(t.Hashed(t.IP_SOURCE, 251, 0x10)) == "jhash ip saddr mod 251 seed 0x10"
    assert str(t.Numbered(4, random=True)) == "numgen random mod 4"
    assert str(t.Ordered(t.Numbered(4))) == "numgen inc mod 4"
    assert str(t.mark(1)) == "0x00000001"


def test_what_is_hashed_does_not_overwrite_the_result():
    hashed = t.Hashed(t.IP_SOURCE, 251, 1)
    assert hashed.load(8).startswith(t.IP_SOURCE.load(12))
