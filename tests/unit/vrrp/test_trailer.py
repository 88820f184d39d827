from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.hmac_model import Hmac, HmacKey
from standfast.values import Address
from standfast.vrrp.trailer import SIZE, Rejected, Sender, Signer, Verifier, is_later, stamp_of

KEY = HmacKey(id=7, secret=bytes(range(32)))
HOW = Hmac(keys=(KEY,), active=7, window_s=5)
NOW = 1_700_000_000.5
MESSAGE = bytes.fromhex("3133640100640572c0000264")
SENDER = Sender(3, 51, Address.parse("192.0.2.1").packed)


def trailer(wall: float = NOW, how: Hmac = HOW) -> bytes:
    return Signer().sign(how, MESSAGE, SENDER, wall)


def test_golden_ipv4():
    assert trailer().hex() == "010700006553f1008000000057d42c699b72a237d23803a46a12e4d7"


def test_golden_ipv6():
    message = bytes.fromhex("3133640100641893fe800000000000000000000000000001")
    signed = Signer().sign(HOW, message, Sender(3, 51, Address.parse("fe80::a").packed), NOW)
    assert signed.hex() == "010700006553f10080000000e6e0c6a1d75afc5268bd4e88f7504deb"


def test_a_good_signature_tells_how_far_the_clocks_are_apart():
    assert Verifier().verify(HOW, MESSAGE, trailer(NOW + 2), SENDER, NOW) == pytest.approx(2, abs=0.001)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"kind": 2}, "auth_ext_malformed"),
        ({"reserved": 1}, "auth_ext_malformed"),
        ({"key": 8}, "auth_ext_unknown_key"),
        ({"mac": 1}, "auth_ext_invalid_hmac"),
    ],
)
def test_what_is_wrong_is_named(change, why):
    raw = bytearray(trailer())
    raw[0] = change.get("kind", raw[0])
    raw[1] = change.get("key", raw[1])
    raw[3] = change.get("reserved", 0)
    raw[-1] ^= change.get("mac", 0)
    with pytest.raises(Rejected) as told:
        Verifier().verify(HOW, MESSAGE, bytes(raw), SENDER, NOW)
    assert told.value.why == why


@pytest.mark.parametrize(("offset", "accepted"), [(-4.9, True), (4.9, True), (-5.5, False), (5.5, False)])
def test_the_window(offset, accepted):
    if accepted:
        Verifier().verify(HOW, MESSAGE, trailer(NOW + offset), SENDER, NOW)
        return
    with pytest.raises(Rejected, match="our clock") as told:
        Verifier().verify(HOW, MESSAGE, trailer(NOW + offset), SENDER, NOW)
    assert told.value.why == "auth_ext_stale"


def test_monotonic_does_not_look_at_the_clock():
    how = Hmac(keys=(KEY,), active=7, window_s=5, replay="monotonic")
    Verifier().verify(how, MESSAGE, trailer(NOW - 1000, how), SENDER, NOW)


def test_nothing_is_accepted_twice_and_nothing_older():
    verifier, signer = Verifier(), Signer()
    first, second = (signer.sign(HOW, MESSAGE, SENDER, NOW) for _ in range(2))
    assert first != second
    verifier.verify(HOW, MESSAGE, second, SENDER, NOW)
    for old in (second, first):
        with pytest.raises(Rejected) as told:
            verifier.verify(HOW, MESSAGE, old, SENDER, NOW)
        assert told.value.why == "auth_ext_replay"


def test_a_forger_does_not_push_out_what_is_remembered():
    verifier = Verifier()
    verifier.verify(HOW, MESSAGE, trailer(), SENDER, NOW)
    for number in range(100):
        with pytest.raises(Rejected):
            verifier.verify(HOW, MESSAGE, bytes(SIZE), SENDER._replace(source=bytes((10, 0, 0, number))), NOW)
    with pytest.raises(Rejected) as told:
        verifier.verify(HOW, MESSAGE, trailer(), SENDER, NOW)
    assert told.value.why == "auth_ext_replay"


def test_a_clock_that_is_set_back_is_followed_beyond_the_window():
    signer = Signer()
    signer.sign(HOW, MESSAGE, SENDER, NOW)
    back = signer.sign(HOW, MESSAGE, SENDER, NOW - 3)
    assert int.from_bytes(back[4:12], "big") == stamp_of(NOW) + 1
    far = signer.sign(HOW, MESSAGE, SENDER, NOW - 3600)
    assert int.from_bytes(far[4:12], "big") == stamp_of(NOW - 3600)


@given(st.integers(0, 2**64 - 1), st.integers(1, 2**62))
def test_later_is_later_across_the_wrap(stamp, step):
    later = (stamp + step) % 2**64
    assert is_later(later, stamp)
    assert not is_later(stamp, later)
    assert not is_later(stamp, stamp)


@given(st.binary(min_size=SIZE, max_size=SIZE), st.binary(min_size=8, max_size=60))
def test_arbitrary_bytes_are_refused(raw, message):
    with pytest.raises(Rejected):
        Verifier().verify(HOW, message, raw, SENDER, NOW)
