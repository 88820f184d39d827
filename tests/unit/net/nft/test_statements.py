from standfast.net.nft import terms as t
from standfast.net.nft.statements import (
    CLOSING,
    NOT_TRANSLATED,
    REJECT,
    Destination,
    Duplicate,
    Match,
    MatchAny,
    MatchSet,
    Rewrite,
    Update,
)
from standfast.net.nft.types import INTERFACE, IPV4, IPV6, SERVICE, concatenation
from standfast.net.nft.wire import u32


def no_set(_kind, _values):
    raise AssertionError("no set is needed")


def test_a_port_is_translated_only_if_the_map_has_one():
    alone = Destination("ip", t.Looked(t.META_MARK, "m", IPV4)).encode(no_set)
    both = Destination("ip", t.Looked(t.META_MARK, "m", concatenation(IPV4, SERVICE))).encode(no_set)
    six = Destination("ip6", t.Looked(t.META_MARK, "m", concatenation(IPV6, SERVICE))).encode(no_set)
    assert u32(5, 9) not in alone
    assert u32(5, 9) in both
    assert u32(5, 12) in six


def test_words():
    assert str(NOT_TRANSLATED) == "ct status & dnat == 0"
    assert str(CLOSING) == "tcp flags & (fin | rst) != 0"
    assert str(Match(t.META_L4PROTO, b"\x06")) == "meta l4proto tcp"
    assert str(Match(t.META_MARK, bytes(4), "!=")) == "meta mark != 0x00000000"
    assert str(MatchSet(t.IP_SOURCE, "rs4", negated=True)) == "ip saddr != @rs4"
    assert str(Update("fl", t.IP_SOURCE, t.META_MARK, 120_000)) == "update @fl { ip saddr timeout 120s : meta mark }"
    dup = Duplicate(t.IP_DESTINATION, t.Looked(t.META_OIFNAME, "below", INTERFACE))
    assert str(dup) == "dup to ip daddr device meta oifname map @below"
    assert dup.needs == ("ip",)
    assert str(REJECT) == "reject with icmpx port-unreachable"


def test_several_values_are_a_set_of_the_transaction():
    asked = []

    def anonymous(kind, values):
        asked.append((kind, values))
        return 7

    assert u32(4, 7) in MatchAny(t.META_L4PROTO, (b"\x06", b"\x11")).encode(anonymous)
    assert asked == [(t.META_L4PROTO.type, (b"\x06", b"\x11"))]


def test_only_ipv4_has_a_checksum_of_its_own():
    assert u32(7, 10) in Rewrite(t.IP_DESTINATION, bytes(4)).encode(no_set)
    assert u32(6, 0) + u32(7, 0) + u32(8, 1) in Rewrite(t.IP6_DESTINATION, bytes(16)).encode(no_set)
    assert u32(7, 6) in Rewrite(t.UDP_DESTINATION_PORT, bytes(2)).encode(no_set)


def test_data_of_an_update_lies_behind_a_long_key():
    long = Update("fl", t.joined(t.IP6_SOURCE, t.SOURCE_PORT), t.META_MARK).encode(no_set)
    assert u32(5, 16) in long
