"""Signed adverts: 28 bytes behind the message (keepalived's ``auth_hmac``).

Key number, a stamp that is time and counter in one, and half of an HMAC-SHA256. The VRRP checksum over IPv4 does not
cover it; over IPv6 the kernel's does.
"""

from __future__ import annotations

import hmac
import struct
from collections import OrderedDict
from collections.abc import Collection
from typing import Final, Literal, NamedTuple, TypeAlias

from standfast.config.hmac_model import Hmac

SIZE: Final = 28

_FIELDS = struct.Struct("!BBHQ16s")  # type, key, reserved, stamp, MAC
_MAC_SIZE: Final = 16
_KIND: Final = 1
_SECONDS: Final = 32
"""Bits of the stamp below whole seconds: 16 of fraction, 16 of counter."""

_WRAP: Final = 1 << 64
_SENDERS: Final = 4
"""Multicast senders whose last stamp is remembered."""

Why: TypeAlias = Literal[
    "auth_ext_missing",
    "auth_ext_malformed",
    "auth_ext_unknown_key",
    "auth_ext_invalid_hmac",
    "auth_ext_stale",
    "auth_ext_replay",
]
"""Why a trailer is refused: the name of the counter."""


class Rejected(Exception):  # noqa: N818 - a verdict on a packet
    """Not to be believed."""

    def __init__(self, why: Why, words: str) -> None:
        super().__init__(words)
        self.why: Why = why
        self.words = words


class Sender(NamedTuple):
    """Who says it, as far as the signature covers it."""

    version: int
    vrid: int
    source: bytes


def stamp_of(wall: float) -> int:
    """Unix seconds as a stamp with counter 0."""
    return (int(wall * 65_536) << 16) % _WRAP


def is_later(stamp: int, than: int) -> bool:
    """In serial number arithmetic (RFC 1982): stamps wrap around."""
    return 0 < (stamp - than) % _WRAP < _WRAP // 2


class Signer:
    """Makes trailers; remembers the last stamp, so that none is used twice."""

    def __init__(self) -> None:
        self._last = 0

    def sign(self, how: Hmac, message: bytes, sender: Sender, wall: float) -> bytes:
        """The trailer for ``message``. ``wall``: Unix seconds."""
        key = next(key for key in how.keys if key.id == how.active)
        head = struct.pack("!BBHQ", _KIND, key.id, 0, self._next(how, wall))
        return head + _mac(key.secret, message, sender, head)

    def _next(self, how: Hmac, wall: float) -> int:
        clock, following = stamp_of(wall), (self._last + 1) % _WRAP
        stamp = clock if not self._last or is_later(clock, self._last) else following
        ahead = (stamp - clock) % _WRAP
        if how.replay == "time" and ahead < _WRAP // 2 and ahead >> _SECONDS > how.window_s:
            stamp = clock  # the clock was set back: receivers would call anything else stale
        self._last = stamp
        return stamp


class Verifier:
    """Checks trailers; remembers the last stamp of each sender whose signature was good."""

    def __init__(self) -> None:
        self._last: OrderedDict[bytes, int] = OrderedDict()

    def verify(  # noqa: PLR0917 - what there is to know of a packet
        self, how: Hmac, message: bytes, trailer: bytes, sender: Sender, wall: float, peers: Collection[bytes] = ()
    ) -> float:
        """Give how far the sender's clock is ahead of ours, in seconds. Raises :class:`Rejected`."""
        kind, number, reserved, stamp, mac = _FIELDS.unpack(trailer)
        if kind != _KIND or reserved or not number:
            raise Rejected("auth_ext_malformed", "what stands behind the message is no signature that we know")
        ahead = _ahead(stamp, wall)
        if how.replay == "time" and abs(ahead) > how.window_s:
            words = f"its stamp is {abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'} our clock"
            raise Rejected("auth_ext_stale", f"{words}, more than the {how.window_s} s allowed")
        secret = next((key.secret for key in how.keys if key.id == number), b"")
        if not secret:
            raise Rejected("auth_ext_unknown_key", f"it is signed with key {number}, which we do not have")
        if not hmac.compare_digest(mac, _mac(secret, message, sender, trailer[:-_MAC_SIZE])):
            raise Rejected("auth_ext_invalid_hmac", f"its signature with key {number} does not verify")
        self._note(how, sender.source, stamp, wall, peers)
        return ahead

    def _note(self, how: Hmac, source: bytes, stamp: int, wall: float, peers: Collection[bytes]) -> None:
        last = self._last.get(source)
        if last is not None and how.replay == "time" and abs(_ahead(last, wall)) > how.window_s:
            last = None  # nothing as old as that would be accepted anyway
        if last is not None and not is_later(stamp, last):
            raise Rejected("auth_ext_replay", "its stamp is not newer than the last one: it was sent before")
        self._last[source] = stamp
        self._last.move_to_end(source)
        if len(self._last) > max(_SENDERS, len(peers)):
            self._last.popitem(last=False)


def _ahead(stamp: int, wall: float) -> float:
    difference = (stamp - stamp_of(wall)) % _WRAP
    if difference >= _WRAP // 2:
        difference -= _WRAP
    return difference / (1 << _SECONDS)


def _mac(secret: bytes, message: bytes, sender: Sender, head: bytes) -> bytes:
    family = 4 if len(sender.source) == 4 else 6
    pseudo = struct.pack("!BBBB", family, sender.version, sender.vrid, 0) + sender.source.ljust(16, b"\0")
    signed = pseudo + message[:6] + b"\0\0" + message[8:] + head + bytes(_MAC_SIZE)
    return hmac.digest(secret, signed, "sha256")[:_MAC_SIZE]
