"""``UDP_CHECK``: does a datagram get through?"""

from __future__ import annotations

from standfast.api import (
    TARGET,
    CheckerType,
    CheckResult,
    Code,
    Custom,
    Dropped,
    Integer,
    Keyword,
    Place,
    Reader,
    Record,
    Words,
    bad,
    checker_block,
    good,
    pacing,
    seconds,
)
from standfast.net.datagrams import Datagrams
from standfast_checkers.network import NetworkChecker

PAYLOAD = b"Is anybody there? standfast asks"
"""32 bytes, as many as keepalived sends."""


class UdpOptions(Record, frozen=True):
    """What is sent, and what must come back."""

    payload: bytes = b""
    """Empty: ours."""
    require_reply: bool = False
    reply: bytes = b""
    """Compared over the shorter of both lengths, where ``reply_mask`` has ones."""
    reply_mask: bytes = b""
    min_reply_length: int = 0
    max_reply_length: int = 255


_HEX = "0123456789abcdefABCDEF"
LENGTH = Integer(0, 65535, "bytes")


def payload(words: Words, reader: Reader) -> bytes | Dropped:
    """Bytes in hexadecimal; a digit that stands alone at the end of a word is a byte."""
    read = _bytes(words, reader, _HEX)
    return read if isinstance(read, Dropped) else read[0]


def reply(words: Words, reader: Reader) -> tuple[bytes, bytes] | Dropped:
    """Bytes and mask; ``x`` is a digit that may be anything."""
    return _bytes(words, reader, _HEX + "xX")


def _bytes(words: Words, reader: Reader, digits: str) -> tuple[bytes, bytes] | Dropped:
    value, mask = bytearray(), bytearray()
    for word in words:
        wrong = word.text.strip(digits)
        if wrong:
            left = "any reply will do" if "x" in digits else "the line is ignored"
            return reader.refuse("SF3308", word, f"`{word.text}` is not hexadecimal; {left}")
        for start in range(0, len(word.text), 2):
            pair = word.text[start : start + 2].lower().rjust(2, "0")
            value.append(int(pair.replace("x", "0"), 16))
            mask.append(int("".join("0" if digit == "x" else "f" for digit in pair), 16))
    return bytes(value), bytes(mask)


def _options(place: Place) -> UdpOptions:
    get = place.settings.get
    wanted, mask = get("require_reply", (b"", b""))
    least, most = get("min_reply_length", 0), get("max_reply_length", 255)
    if least > most:
        at = place.settings.scalars.get("min_reply_length") or place.settings.scalars["max_reply_length"]
        message = f"no reply can have at least {least} and at most {most} bytes: the check will always fail"
        place.findings.error("SF4503", at.statement, message)
    elif not wanted:
        for name in ("min_reply_length", "max_reply_length"):
            if name in place.settings.scalars:
                message = f"`{name}` counts only with bytes behind `require_reply`"
                place.findings.warning("SF4504", place.settings.scalars[name].statement, message)
    return UdpOptions(
        payload=get("payload", b""),
        require_reply="require_reply" in place.settings.seen,
        reply=wanted,
        reply_mask=mask,
        min_reply_length=least,
        max_reply_length=most,
    )


class UdpCheck(NetworkChecker):
    """Sends a datagram."""

    options: UdpOptions
    declaration = CheckerType(
        checker_block(
            "UDP_CHECK",
            "Good unless a datagram is refused (ICMP unreachable); with `require_reply` it must be answered.",
            (
                Keyword("payload", Custom("HEX ...", payload), "What to send.", "payload 00 01 02 ff", "a few bytes",
                        incomplete="skip"),
                Keyword("require_reply", Custom("[HEX ...]", reply, least=0), "No answer is bad. With bytes the answer "
                        "is compared with them, as far as both go; `x` is any digit.", "require_reply 00 0x",
                        "no answer is needed"),
                Keyword("min_reply_length", LENGTH, "Least length of the answer, if it is compared.",
                        "min_reply_length 2", "0"),
                Keyword("max_reply_length", LENGTH, "Greatest length of the answer, if it is compared.",
                        "max_reply_length 512", "255"),
                *TARGET,
                *pacing(),
            ),
        ),
        _options,
        record=UdpOptions,
    )  # fmt: skip

    async def look(self) -> CheckResult:
        """Send once, and wait for an answer or an error."""
        with Datagrams(self.target) as channel:
            channel.send(self.options.payload or PAYLOAD)
            answer = await channel.receive()
        return judged(answer, self.options, seconds(self.target.connect_timeout))


def judged(answer: bytes | None, options: UdpOptions, waited: str) -> CheckResult:
    """What came, if anything did."""
    if answer is None:
        if options.require_reply:
            return bad(Code.TIMEOUT, f"no answer within {waited}")
        return good(f"no error within {waited}")
    details: dict[str, str | int | float] = {"bytes": len(answer)}
    if not options.reply:
        return good("answered", details=details)
    if not options.min_reply_length <= len(answer) <= options.max_reply_length:
        limits = f"{options.min_reply_length} to {options.max_reply_length}"
        return bad(Code.CONTENT, f"answered with {len(answer)} bytes, not {limits}", details=details)
    for place, (has, wanted, mask) in enumerate(zip(answer, options.reply, options.reply_mask, strict=False)):
        if (has ^ wanted) & mask:
            return bad(Code.CONTENT, f"byte {place} of the answer is {has:02x}, not as required", details=details)
    return good("answered as required", details=details)
