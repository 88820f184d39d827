"""What may stand behind a keyword: each kind reads words into one value and can describe itself.

A kind gets the words after the keyword and a :class:`Reader` to complain to. It returns the value, or
:data:`DROPPED` after a complaint; the keyword's declaration says what happens then.
Times are microseconds whatever unit the file uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from standfast.config.findings import Findings
from standfast.config.tree import Statement, Word
from standfast.values import SECOND, Address, Family


class Dropped:
    """The type of :data:`DROPPED`."""

    def __repr__(self) -> str:
        return "DROPPED"


DROPPED: Final = Dropped()
"""Instead of a value: it could not be read, and that was said."""

Words = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """What a kind may look at besides its words: the statement, and where to complain."""

    statement: Statement
    findings: Findings
    quiet: bool = False
    """keepalived would say nothing: complaints are warnings."""

    def refuse(self, code: str, word: Word, message: str, hint: str = "") -> Dropped:
        """Complain about one word and give up on the value."""
        self.remark(code, word, message, hint)
        return DROPPED

    def remark(self, code: str, word: Word, message: str, hint: str = "") -> None:
        """Complain about one word, but go on (keepalived reports it and uses another value)."""
        complain = self.findings.warning if self.quiet else self.findings.error
        complain(code, self.statement, message, word=word, hint=hint)


class Kind(Protocol):
    """How the words of a keyword are read."""

    @property
    def syntax(self) -> str:
        """For people: ``1-255``, ``[on|off]``."""

    @property
    def least(self) -> int:
        """How many words must stand there."""

    @property
    def most(self) -> int | None:
        """How many words mean something; None is any number."""

    def read(self, words: Words, reader: Reader) -> Any:
        """The value, or :data:`DROPPED`."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A keyword that stands alone; being there means ``value``."""

    value: object = True
    syntax: str = ""
    least: int = 0
    most: int | None = 0

    def read(self, words: Words, reader: Reader) -> object:
        """Whatever it stands for."""
        return self.value


BOOLEANS: Final[Mapping[str, bool]] = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Switch:
    """``[on|off]``; bare means on. Only lower case counts, as in keepalived."""

    syntax: str = "[on|off|true|false|yes|no]"
    least: int = 0
    most: int | None = 1

    def read(self, words: Words, reader: Reader) -> bool | Dropped:
        """True without a word."""
        if not words:
            return True
        text = words[0].text
        if text in BOOLEANS:
            return BOOLEANS[text]
        hint = f"write `{text.lower()}`" if text.lower() in BOOLEANS else "write `on` or `off`, or nothing for on"
        return reader.refuse("SF3004", words[0], f"`{reader.statement.keyword.text}` is on or off, not `{text}`", hint)


_INTEGER = re.compile(r"\s*([+-]?[0-9]+)\s*(.*)", re.S)

_LONGEST: Final = 25
"""Digits and sign; no limit is that long, and Python refuses to read thousands of digits."""

STRICT: Final = frozenset(
    {
        "priority",
        "virtual_router_id",
        "unicast_ttl",
        "active_key",
        "time_window",
        "timer_expired_backup",
        "thread_timer_expired",
        "kernel_rx_buf_size",
        "retry",
        "persistence_timeout",
        "persistence_granularity",
        "child_wait_time",
        "lvs_timeouts",
        "lvs_sync_daemon",
        "nftables_priority",
        "nftables_ipvs_priority",
        "min_rx",
        "min_tx",
        "idle_tx",
        "multiplier",
        "ttl",
        "hoplimit",
        "max_hops",
        "vrrp_netlink_cmd_rcv_bufs",
        "vrrp_netlink_monitor_rcv_bufs",
        "lvs_netlink_cmd_rcv_bufs",
        "lvs_netlink_monitor_rcv_bufs",
        "process_monitor_rcv_bufs",
    }
)
"""Keywords that a wrong number voids. Of any other keepalived uses the whole number that the word begins with."""


def _outside(word: Word, reader: Reader, shown: str, unit: str, hint: str = "") -> Dropped:
    name = reader.statement.keyword.text
    return reader.refuse("SF3002", word, f"`{name}` must be {shown}{unit}, not `{word.text}`", hint)


def _begins_with(word: Word, reader: Reader, number: str, rest: str) -> None:
    """Say that `3` is used of `3s`."""
    reader.remark(
        "SF3001",
        word,
        f"`{rest}` does not belong to the number in `{word.text}`: {number} is used",
        f"write `{reader.statement.keyword.text} {number}`",
    )


def _strict(reader: Reader) -> bool:
    return reader.statement.keyword.text in STRICT


def _not_a_number(word: Word, reader: Reader, rest: str, what: str) -> Dropped:
    if rest and rest != word.text:
        message = f"`{rest}` does not belong to the number in `{word.text}`"
    else:
        message = f"`{word.text}` is not {what}"
    return reader.refuse("SF3001", word, message)


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole decimal number between ``low`` and ``high``; ``clamp`` uses the nearest limit (with an error)."""

    low: int
    high: int
    unit: str = ""
    clamp: bool = False
    least: int = 1
    most: int | None = 1
    bare: object = None
    """The value of the keyword without a number, if ``least`` is 0."""

    @property
    def syntax(self) -> str:
        """The limits."""
        text = f"{self.low}-{self.high}{' ' + self.unit if self.unit else ''}"
        return text if self.least else f"[{text}]"

    def read(self, words: Words, reader: Reader) -> object:
        """The number."""
        return self.number(words[0], reader, lenient=True) if words else self.bare

    def number(self, word: Word, reader: Reader, *, lenient: bool = False) -> int | Dropped:
        """Read one word; ``lenient``: as the only argument of a keyword that may not be :data:`STRICT`."""
        match = _INTEGER.fullmatch(word.text)
        if match is not None and match[2] and lenient and not _strict(reader) and self._holds(match[1]):
            _begins_with(word, reader, match[1], match[2])
            return int(match[1])
        if match is None or match[2]:
            return _not_a_number(word, reader, match[2] if match else "", "a whole number")
        if self._holds(match[1]):
            return int(match[1])
        value = int(match[1]) if len(match[1]) < _LONGEST else self.high + 1
        dropped = _outside(word, reader, f"{self.low} to {self.high}", f" {self.unit}" if self.unit else "")
        return min(max(value, self.low), self.high) if self.clamp else dropped

    def _holds(self, digits: str) -> bool:
        return len(digits) < _LONGEST and self.low <= int(digits) <= self.high


_DECIMAL = re.compile(r"\s*\+?([0-9]*)(?:\.([0-9]*))?\s*(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Seconds:
    """A time in seconds, read to microseconds; ``places`` are the decimals that count (0: whole seconds only)."""

    low: int
    high: int
    places: int = 6
    least: int = 1
    most: int | None = 1
    instead_of_zero: str = ""
    """The hint for those who mean "off" by 0, where 0 is outside of the limits."""

    @property
    def syntax(self) -> str:
        """The limits, in seconds."""
        return f"{plain_seconds(self.low)}-{plain_seconds(self.high)} seconds"

    def read(self, words: Words, reader: Reader) -> int | Dropped:
        """Microseconds."""
        word = words[0]
        match = _DECIMAL.fullmatch(word.text)
        if match is not None and match[1] and match[3] and match[2] is None and not self.places and not _strict(reader):
            value = _micros(match[1][-12:], "", 0)
            if len(match[1]) < 13 and self.low <= value <= self.high:
                _begins_with(word, reader, match[1], match[3])
                return value
        if match is None or match[3] or not (match[1] or match[2]):
            return _not_a_number(word, reader, match[3] if match else "", "a number of seconds")
        whole, fraction = match[1] or "0", match[2] or ""
        if not self.places and "." in word.text:
            return reader.refuse(
                "SF3003", word, f"`{reader.statement.keyword.text}` takes whole seconds, not `{word.text}`"
            )
        value = _micros(whole if len(whole) < _LONGEST else "9" * _LONGEST, fraction, self.places)
        if len(fraction.rstrip("0")) > self.places:
            reader.remark(
                "SF3003", word, f"`{word.text}` has more than {self.places} decimals; used: {plain_seconds(value)}"
            )
        if self.low <= value <= self.high:
            return value
        hint = self._in_another_unit(value, reader) if value else self.instead_of_zero
        return _outside(word, reader, f"{plain_seconds(self.low)} to {plain_seconds(self.high)}", " seconds", hint)

    def _in_another_unit(self, value: int, reader: Reader) -> str:
        """Seconds is what counts; somebody may have thought in milliseconds."""
        if value <= self.high or value % 1000 or not self.low <= value // 1000 <= self.high:
            return ""
        return (
            f"the unit is seconds: if milliseconds were meant, write `{_shown(reader, plain_seconds(value // 1000))}`"
        )


def _shown(reader: Reader, value: str) -> str:
    return f"{reader.statement.keyword.text} {value}"


def _micros(whole: str, fraction: str, places: int) -> int:
    """Digits before and after the point as microseconds, rounded to ``places`` decimals (half up)."""
    scale: int = 10**places
    digits = (fraction + "0" * (places + 1))[: places + 1]
    return (int(whole) * scale + (int(digits) + 5) // 10) * (SECOND // scale)


def plain_seconds(micros: int) -> str:
    """Microseconds as seconds, without zeros that say nothing."""
    text = f"{micros // SECOND}.{micros % SECOND:06d}"
    return text.rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Choice:
    """One word of a few. The words are exact: case counts."""

    values: Mapping[str, object]
    least: int = 1
    most: int | None = 1
    bare: object = True

    @property
    def syntax(self) -> str:
        """The words."""
        text = "|".join(self.values)
        return text if self.least else f"[{text}]"

    def read(self, words: Words, reader: Reader) -> object:
        """What the word stands for."""
        if not words:
            return self.bare
        text = words[0].text
        if text in self.values:
            return self.values[text]
        alike = [word for word in self.values if word.lower() == text.lower()]
        hint = f"write `{alike[0]}`: capitals count" if alike else ""
        known = ", ".join(f"`{word}`" for word in self.values)
        name = reader.statement.keyword.text
        return reader.refuse("SF3004", words[0], f"`{name}` knows {known}, not `{text}`", hint)


@dataclass(frozen=True, slots=True)
class Text:
    """One word, kept as it is."""

    what: str = "TEXT"
    longest: int | None = None
    """In bytes."""
    least: int = 1
    most: int | None = 1
    bare: str = ""

    @property
    def syntax(self) -> str:
        """What it is."""
        return self.what if self.least else f"[{self.what}]"

    def read(self, words: Words, reader: Reader) -> str | Dropped:
        """The word."""
        if not words:
            return self.bare
        text = words[0].text
        if self.longest is not None and len(text.encode(errors="replace")) > self.longest:
            name = reader.statement.keyword.text
            return reader.refuse("SF3006", words[0], f"`{name}` takes at most {self.longest} bytes, not `{text}`")
        return text


def interface(what: str = "INTERFACE") -> Text:
    """A network interface by name: at most 15 bytes (IFNAMSIZ - 1)."""
    return Text(what, longest=15)


@dataclass(frozen=True, slots=True)
class IpAddress:
    """An address; ``family`` and ``multicast`` narrow it."""

    family: Family | None = None
    multicast: bool = False
    least: int = 1
    most: int | None = 1

    @property
    def syntax(self) -> str:
        """What it is."""
        version = f"IPv{self.family} " if self.family else ""
        return f"{version}{'multicast ' if self.multicast else ''}ADDRESS"

    def read(self, words: Words, reader: Reader) -> Address | Dropped:
        """The address."""
        word = without_length(words[0], reader) if not self.multicast else words[0]
        address = address_of(word, reader)
        if isinstance(address, Dropped):
            return address
        if self.family is not None and address.family != self.family:
            return reader.refuse("SF3007", word, f"`{word.text}` is not an IPv{self.family} address")
        if self.multicast and not address.is_multicast:
            return reader.refuse("SF3007", word, f"`{word.text}` is not a multicast address")
        return address


def without_length(word: Word, reader: Reader) -> Word:
    """The word without `/24`, which means nothing where one address is wanted (keepalived says nothing of it)."""
    bare, slash, length = word.text.partition("/")
    if not slash or not length.isdigit() or not _is_address(bare):
        return word
    message = f"a prefix length means nothing in `{word.text}`; it is left out"
    written = " ".join(each.text for each in reader.statement.words)
    hint = f"write `{written.replace(word.text, bare, 1)}`"
    reader.findings.warning("SF3301", reader.statement, message, word=word, hint=hint)
    return Word(bare, word.span, word.quoted)


def _is_address(text: str) -> bool:
    try:
        Address.parse(text)
    except ValueError:
        return False
    return True


_UNFILLED = re.compile(r"[<>{}$%@]|(?:^|\.)[xX]+(?:\.|\Z)|^[A-Z][A-Z0-9_-]*\Z")
"""What stands for an address in examples and templates: `%VIP%`, `10.x.x.1`, `VIP_ADDRESS`."""


def address_of(word: Word, reader: Reader) -> Address | Dropped:
    """Read one word as an address."""
    try:
        return Address.parse(word.text)
    except ValueError:
        hint = "fill the address in" if _UNFILLED.search(word.text) else "names are not looked up here"
        return reader.refuse("SF3005", word, f"`{word.text}` is not an IP address", hint)


@dataclass(frozen=True, slots=True)
class Custom:
    """For the few keywords with a grammar of their own: any function from words to a value."""

    syntax: str
    function: Callable[[Words, Reader], Any]
    least: int = 1
    most: int | None = None

    def read(self, words: Words, reader: Reader) -> Any:
        """Whatever the function says."""
        return self.function(words, reader)
