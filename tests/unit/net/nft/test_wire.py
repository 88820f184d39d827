from standfast.net.nft import wire


def test_attributes_are_padded_and_say_their_length_without_the_padding():
    assert wire.attribute(1, b"abc") == bytes((7, 0, 1, 0)) + b"abc\0"
    assert wire.attribute(1, b"abcd") == bytes((8, 0, 1, 0)) + b"abcd"


def test_nested_attributes_carry_the_bit():
    assert wire.nested(3, wire.u32(1, 5)) == bytes((12, 0, 3, 0x80)) + bytes((8, 0, 1, 0, 0, 0, 0, 5))


def test_a_negative_verdict_is_a_complement():
    assert b"\xff\xff\xff\xfd" in wire.verdict(2, -3, "chain")
    assert b"chain\0" in wire.verdict(2, -3, "chain")


def test_a_subject_begins_with_the_family():
    assert wire.subject("inet", b"rest") == b"\1\0\0\0rest"
    assert wire.subject("netdev", b"")[0] == 5
