import pytest

from standfast.net.nft.types import (
    INTEGER,
    INTERFACE_NAME,
    IPV4,
    IPV6,
    MARK,
    PROTOCOL,
    SERVICE,
    Verdict,
    concatenation,
    number32,
    packed,
    show_range,
)

KEY = concatenation(PROTOCOL, IPV4, SERVICE)
A, B = bytes((192, 0, 2, 1)), bytes((192, 0, 2, 9))


def test_a_concatenation_pads_each_part_to_four_bytes():
    assert (KEY.size, KEY.name) == (12, "inet_proto . ipv4_addr . inet_service")
    assert KEY.number == 12 << 12 | 7 << 6 | 13
    assert KEY(packed(b"\x06", A, b"\0\x50")) == "tcp . 192.0.2.1 . 80"


def test_one_part_alone_is_itself():
    assert concatenation(IPV4) is IPV4


def test_ranges_are_written_field_by_field():
    first, last = packed(b"\x11", A, b"\0\1"), packed(b"\x11", B, b"\0\x50")
    assert show_range(KEY, first, last) == "udp . 192.0.2.1-192.0.2.9 . 1-80"


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (MARK, number32(7), "0x00000007"),
        (INTEGER, number32(1000), "1000"),
        (IPV6, bytes(15) + b"\1", "::1"),
        (PROTOCOL, b"\xfd", "253"),
        (INTERFACE_NAME, b"eth0".ljust(16, b"\0"), '"eth0"'),
        (IPV4, b"\1\2", "0x0102"),
    ],
)
def test_values_read_as_people_write_them(kind, data, words):
    assert kind(data) == words


def test_verdicts_name_their_chain():
    assert str(Verdict("goto", "vs1")) == "goto vs1"
    assert str(Verdict("accept")) == "accept"
