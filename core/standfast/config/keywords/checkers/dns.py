"""``DNS_CHECK``: is a question answered?"""

from __future__ import annotations

from standfast.config.keywords.checkers.common import TARGET, CheckerType, Place, checker_block, pacing
from standfast.config.kinds import Custom, Dropped, Reader, Words
from standfast.config.lvs_model import DnsOptions
from standfast.config.schema import Keyword
from standfast.config.suggest import did_you_mean

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
    """A name; the root alone is ``.``."""
    word = words[0]
    if word.text == ".":
        return word.text
    labels = word.text.split(".")
    if "" in labels:
        hint = f"write `{word.text.rstrip('.')}`" if all(labels[:-1]) else ""
        return reader.refuse("SF3307", word, f"`{word.text}` has an empty part; the root is asked for", hint)
    if len(word.text) > LONGEST_NAME or max(map(len, labels)) > LONGEST_LABEL:
        message = f"a part of a name has at most {LONGEST_LABEL} bytes, all of it {LONGEST_NAME}"
        return reader.refuse("SF3307", word, f"{message}; the root is asked for")
    return word.text


def _options(place: Place) -> DnsOptions:
    return DnsOptions(record_type=place.settings.get("type", "SOA"), name=place.settings.get("name", "."))


DNS_CHECK = CheckerType(
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
)  # fmt: skip
