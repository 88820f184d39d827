from __future__ import annotations

import msgspec
import pytest

from standfast.transfer import sendable
from standfast.values import Address


class Letter(msgspec.Struct, frozen=True):
    text: str
    raw: bytes = b""
    address: Address | None = None
    tags: tuple[str, ...] = ()
    by_name: dict[str, str] = {}


def through(document):
    return msgspec.msgpack.decode(sendable(msgspec.msgpack.encode, document), type=Letter)


def test_text_arrives_as_it_is():
    letter = Letter("Grüße", b"\xfc", Address.parse("fe80::1"), ("a", "ß"), {"k": "v"})
    assert through(letter) == letter


@pytest.mark.parametrize("bad", ["M\udcfcller", "\udc80", "ü\udcff"])
def test_a_byte_that_is_no_text_arrives_legible_and_nothing_else_changes(bad):
    good = bad.encode(errors="surrogateescape").decode(errors="backslashreplace")
    address = Address.parse("10.0.0.1")
    letter = Letter(bad, b"\xfc\x00", address, ("a", bad), {bad: bad})
    assert through(letter) == Letter(good, b"\xfc\x00", address, ("a", good), {good: good})


def test_json_too():
    assert sendable(msgspec.json.encode, {"file": "n\udcfcme"}) == b'{"file":"n\\\\xfcme"}'


def test_what_is_encoded_already_stays_so():
    ready = msgspec.Raw(b'{"a":[1]}')
    assert sendable(msgspec.json.encode, {"k": ready}) == b'{"k":{"a":[1]}}'
    assert sendable(msgspec.json.encode, {"k": ready, "n": "\udcfc"}) == b'{"k":{"a":[1]},"n":"\\\\xfc"}'
