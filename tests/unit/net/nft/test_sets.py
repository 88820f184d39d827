import pytest

from standfast.net.nft import terms as t
from standfast.net.nft.sets import DYNAMIC, INTERVAL, TIMEOUT, Set
from standfast.net.nft.types import INTEGER, INTERFACE, INTERFACE_NAME, IPV4, MARK, SERVICE, concatenation
from standfast.net.nft.wire import attribute, u32


def test_flags_that_follow_from_the_rest():
    ranges = Set("r", concatenation(IPV4, SERVICE), verdicts=True, flags=INTERVAL)
    assert ranges.effective_flags == 0x8C
    assert Set("s", IPV4, flags=INTERVAL).effective_flags == 0x04
    assert Set("m", MARK, IPV4).effective_flags == 0x08


def test_ranges_in_concatenations_name_the_length_of_each_field():
    encoded = Set("r", concatenation(IPV4, SERVICE), flags=INTERVAL).encode(1)
    assert u32(1, 4) in encoded
    assert u32(1, 2) in encoded


def test_a_declaration_as_nft_takes_it():
    clients = Set("pe", IPV4, concatenation(IPV4, SERVICE), flags=DYNAMIC | TIMEOUT, timeout_ms=360_000, size=9)
    said = "type ipv4_addr : ipv4_addr . inet_service; flags dynamic,timeout; timeout 360s; size 9;"
    assert " ".join(clients.lines()) == said
    slots = Set("sl", INTEGER, IPV4, typeof=(t.Numbered(3), t.IP_DESTINATION))
    assert " ".join(slots.lines()) == "typeof numgen inc mod 3 : ip daddr;"
    chains = Set("vm", INTEGER, verdicts=True, counters=True, typeof=(t.Numbered(3), None))
    assert " ".join(chains.lines()) == "typeof numgen inc mod 3 : verdict; counter;"
    assert (chains.noun, Set("s", IPV4).noun) == ("map", "set")


def test_a_term_that_nft_cannot_remember_is_refused():
    with pytest.raises(ValueError, match="no way"):
        Set("x", INTEGER, IPV4, typeof=(t.META_OIF, t.IP_SOURCE)).encode(1)


def test_byte_orders_are_remembered_as_nft_itself_does():
    """Read back from sets that nft 1.0.6 made; without them it lists every name as ""."""
    names = attribute(13, bytes((0, 4, 1, 0, 0, 0)))
    assert names in Set("s", INTERFACE_NAME).encode(1)
    below = attribute(13, bytes((0, 4, 1, 0, 0, 0, 1, 4, 1, 0, 0, 0, 6, 4, 0, 0, 0, 0)))
    assert below in Set("m", INTERFACE_NAME, data=INTERFACE).encode(1)
    assert attribute(13, bytes((0, 4, 2, 0, 0, 0))) in Set("a", IPV4).encode(1)
