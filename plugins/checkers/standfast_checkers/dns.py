"""``DNS_CHECK``: is a question answered?"""

from __future__ import annotations

import secrets

from standfast.api import (
    TARGET,
    CheckerType,
    CheckResult,
    Code,
    Custom,
    Dropped,
    Keyword,
    Place,
    Reader,
    Record,
    Surroundings,
    Target,
    Words,
    bad,
    checker_block,
    did_you_mean,
    good,
    pacing,
    seconds,
)
from standfast.net.datagrams import Datagrams
from standfast_checkers.network import NetworkChecker


class DnsOptions(Record, frozen=True):
    """The question."""

    record_type: str = "SOA"
    name: str = "."


TYPES = ("A", "NS", "CNAME", "SOA", "MX", "TXT", "AAAA", "RRSIG", "DNSKEY")
LONGEST_LABEL, LONGEST_NAME = 63, 253
"""RFC 1035, 2.3.4."""


def record_type(words: Words, reader: Reader) -> str | Dropped:
    """The type of the question, in any case."""
    text = words[0].text.upper()
    if text in TYPES:
        return text
    hint = did_you_mean(text, TYPES) or "known: " + ", ".join(f"`{name}`" for name in TYPES)
    return reader.refuse("SF3004", words[0], f"`{words[0].text}` is no type that can be asked for; used: SOA", hint)


def domain(words: Words, reader: Reader) -> str | Dropped:
    """A name, with or without a dot at its end; the root alone is ``.``."""
    word = words[0]
    name = word.text.removesuffix(".")
    if not name:
        return word.text
    labels = name.split(".")
    if "" in labels:
        return reader.refuse("SF3307", word, f"`{word.text}` has an empty part; the root is asked for")
    if len(name) > LONGEST_NAME or max(map(len, labels)) > LONGEST_LABEL:
        message = f"a part of a name has at most {LONGEST_LABEL} bytes, all of it {LONGEST_NAME}"
        return reader.refuse("SF3307", word, f"{message}; the root is asked for")
    return name


def _options(place: Place) -> DnsOptions:
    return DnsOptions(record_type=place.settings.get("type", "SOA"), name=place.settings.get("name", "."))


class DnsCheck(NetworkChecker):
    """Asks a question by UDP."""

    options: DnsOptions
    declaration = CheckerType(
        checker_block(
            "DNS_CHECK",
            "Good if a question is answered with status 0 (no error); what the answer says is not looked at.",
            (
                Keyword("type", Custom("|".join(TYPES), record_type, most=1), "What to ask for.", "type A", "SOA"),
                Keyword("name", Custom("NAME", domain, most=1), "Which name to ask about.", "name www.example.com",
                        ". (the root)", repeat="first"),
                *TARGET,
                *pacing(3, "`delay_loop`"),
            ),
        ),
        _options,
        retry=3,
        delay_before_retry=None,
        record=DnsOptions,
    )  # fmt: skip

    def __init__(self, options: DnsOptions, target: Target | None, surroundings: Surroundings) -> None:
        super().__init__(options, target, surroundings)
        self._question = question(options.name, options.record_type)

    async def look(self) -> CheckResult:
        """Ask once."""
        number = secrets.token_bytes(2)
        with Datagrams(self.target) as channel:
            channel.send(number + self._question[2:])
            while True:
                answer = await channel.receive()
                if answer is None:
                    return bad(Code.TIMEOUT, f"no answer within {seconds(self.target.connect_timeout)}")
                result = judged(answer, number)
                if result is not None:
                    return result


def question(name: str, record_type: str) -> bytes:
    """A query for one name, recursion desired; the first two bytes are to be replaced."""
    import dns.message

    return dns.message.make_query(name, record_type, use_edns=False).to_wire()


def judged(answer: bytes, number: bytes) -> CheckResult | None:
    """What a datagram means; None: it is no answer to our question (RFC 1035, 4.1.1)."""
    if len(answer) < 12 or answer[:2] != number or not answer[2] & 0x80:
        return None
    rcode = answer[3] & 0x0F
    if rcode:
        import dns.rcode

        return bad(Code.STATUS, f"answered {dns.rcode.to_text(dns.rcode.Rcode.make(rcode))}", details={"rcode": rcode})
    return good("answered", details={"answers": int.from_bytes(answer[6:8], "big")})
