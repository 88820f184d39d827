"""Whatever is built reads back; whatever arrives is an advert or a BadAdvert, nothing else."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.values import SECOND, Address
from standfast.vrrp import auth, packet
from standfast.vrrp.packet import Advert, BadAdvert, decode, encode, encode_ipv4, open_ipv4, open_ipv6


def addresses(family):
    size = 4 if family == 4 else 16
    return st.binary(min_size=size, max_size=size).map(Address.unpack)


@st.composite
def adverts(draw):
    family = draw(st.sampled_from((4, 6)))
    version = 3 if family == 6 else draw(st.sampled_from((2, 3)))
    unicast = draw(st.booleans())
    group = Address.parse("224.0.0.18" if family == 4 else "ff02::12")
    destination = draw(addresses(family).filter(lambda to: not to.is_multicast)) if unicast else group
    forms = {2: ("message",), 3: ("pseudo", "message", "group") if unicast else ("pseudo", "message")}[version]
    if version == 2:
        interval = draw(st.integers(0, 255)) * SECOND
        auth_type = draw(st.sampled_from((auth.NONE, auth.PASS)))
    else:
        interval = draw(st.integers(0, 0x0FFF)) * packet.CENTISECOND
        auth_type = auth.NONE
    password = draw(st.binary(max_size=8)) if auth_type else b""
    return Advert(
        source=draw(addresses(family)),
        destination=destination,
        ttl=draw(st.integers(1, 255)),
        version=version,
        vrid=draw(st.integers(1, 255)),
        priority=draw(st.integers(0, 255)),
        interval=interval,
        addresses=tuple(draw(st.lists(addresses(family), max_size=5))),
        auth_type=auth_type,
        auth_data=auth.password_field(password),
        checksum="pseudo" if family == 6 else draw(st.sampled_from(forms)),
    )


def opened(advert):
    if advert.source.family == 4:
        return open_ipv4(encode_ipv4(advert, 1), 0)
    return open_ipv6(encode(advert), advert.source.packed, advert.destination.packed, advert.ttl, 0)


def without_form(advert):
    """All fields but the number and the form: two forms give the same bytes if the addresses' sum is neutral."""
    return {name: getattr(advert, name) for name in advert.__struct_fields__ if name not in ("checksum", "number")}


@settings(max_examples=300)
@given(adverts())
def test_what_is_built_reads_back(advert):
    assert without_form(decode(opened(advert))) == without_form(advert)


@settings(max_examples=300)
@given(adverts(), st.data())
def test_one_flipped_bit_is_noticed_or_changes_an_uncovered_field(advert, data):
    envelope = opened(advert)
    message = bytearray(envelope.message)
    bit = data.draw(st.integers(0, len(message) * 8 - 1))
    message[bit // 8] ^= 1 << bit % 8
    try:
        read = decode(envelope._replace(message=bytes(message)))
    except BadAdvert:
        return
    assert read.checksum != advert.checksum  # another form of checksum happens to hold


@settings(max_examples=500)
@given(st.binary(max_size=120), st.sampled_from(("auto", "pseudo", "message")))
def test_random_bytes_raise_nothing_but_bad_advert(data, mode):
    envelopes = [open_ipv4(data, 0), open_ipv4(b"\x45\xc0" + len(data).to_bytes(2, "big") + data[4:], 0)]
    envelopes.append(open_ipv6(data, bytes(16), bytes(15) + b"\1", 255, 0))
    for envelope in envelopes:
        if envelope is None:
            continue
        with suppress(BadAdvert):
            decode(envelope, mode)
