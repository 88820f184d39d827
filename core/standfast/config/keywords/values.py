"""Kinds of argument that only a few keywords have."""

from __future__ import annotations

import re
from typing import NamedTuple

from standfast.config.kinds import DROPPED, Dropped, Integer, Reader, Seconds, Words
from standfast.config.tree import Word
from standfast.values import SECOND, seconds

INT_MAX = 2**31 - 1
UINT_MAX = 2**32 - 1
LONGEST = 4294967295
"""Microseconds that keepalived keeps in 32 bits: 4294.967295 s."""

WHOLE_SECONDS = Seconds(0, 4294 * SECOND, places=0)
REFRESH = Seconds(0, UINT_MAX * SECOND, places=0)
DELAY = Seconds(1000, LONGEST)
SPACING = Seconds(1, LONGEST, instead_of_zero="leave it out for no spacing")


def count(words: Words, reader: Reader) -> int | Dropped:
    """A number of at least 1; 0 becomes 1 with an error, as in keepalived."""
    value = Integer(0, UINT_MAX).number(words[0], reader, lenient=True)
    if value == 0:
        reader.remark("SF3002", words[0], f"`{reader.statement.keyword.text}` must be at least 1; used: 1")
        return 1
    return value


def cpus(words: Words, reader: Reader) -> tuple[int, ...] | Dropped:
    """Numbers of processors; one bad number discards all."""
    numbers = [Integer(0, 8191).number(word, reader) for word in words]
    good = tuple(number for number in numbers if not isinstance(number, Dropped))
    return good if len(good) == len(numbers) else DROPPED


def rx_policy(words: Words, reader: Reader) -> str | int | Dropped:
    """``MTU``, ``ADVERT`` or a number of bytes; a number beats the words, MTU beats ADVERT."""
    word = words[0]
    if word.text in ("MTU", "ADVERT"):
        return word.text.lower()
    if word.text[:1].isdigit():
        return Integer(1, UINT_MAX, "bytes").number(word, reader)
    return reader.refuse("SF3004", word, f"`{word.text}` is neither `MTU` nor `ADVERT` nor a number of bytes")


def password(words: Words, reader: Reader) -> bytes:
    """The first 8 bytes; a longer one is cut with an error. The sentence, which is logged, does not repeat it."""
    secret = words[0].text.encode("utf-8", "surrogateescape")
    if len(secret) > 8:
        message = f"only the first 8 bytes of the password count, this one has {len(secret)}"
        left = secret[:8].decode(errors="replace")
        hint = f"what is left is `{reader.statement.keyword.text} {left}`: write that on all machines, or a shorter one"
        reader.remark("SF3009", words[0], message, hint)
    return secret[:8]


def rttime(words: Words, reader: Reader) -> int | Dropped:
    """Microseconds for RLIMIT_RTTIME: 1 becomes 2, as the kernel would kill at once."""
    value = Integer(1, UINT_MAX, "microseconds").number(words[0], reader)
    return value if isinstance(value, Dropped) else max(value, 2)


class Extra(NamedTuple):
    """Whether on all interfaces, and how often in microseconds."""

    everywhere: bool
    period: int

    def __str__(self) -> str:
        return f"{'all ' * self.everywhere}{seconds(self.period)}"


def extra_interfaces(words: Words, reader: Reader) -> Extra | Dropped:
    """``[all] SECONDS``."""
    everywhere = words[0].text == "all"
    rest = words[1:] if everywhere else words
    if not rest:
        return reader.refuse("SF3001", words[0], f"`{reader.statement.keyword.text} all` needs a number of seconds")
    value = Seconds(0, 86400 * SECOND, places=0).read(rest, reader)
    if value == 0:
        message = f"`{reader.statement.keyword.text}` is off anyway; 0 is no number of seconds for it"
        reader.findings.warning("SF3002", reader.statement, message, word=rest[0], hint="leave the line out")
    return value if isinstance(value, Dropped) else Extra(everywhere, value)


_WHO = {"USR": 6, "GRP": 3, "OTH": 0}
_MODES = {"R": 4, "W": 2, "X": 1}
UMASK_BITS = {f"I{mode}{who}": bit << shift for mode, bit in _MODES.items() for who, shift in _WHO.items()}
UMASK_BITS |= {f"IRWX{who[0]}": 7 << shift for who, shift in _WHO.items()}


def umask(words: Words, reader: Reader) -> int | Dropped:
    """A number in C notation (``022`` is octal), or names of bits with ``|`` between them, over any words."""
    text = "".join(word.text for word in words)
    if text[:1].isdigit():
        if len(words) > 1:
            message = f"`umask` takes one number: `{words[1].text}` means nothing"
            reader.findings.warning("SF2109", reader.statement, message, word=words[1])
            text = words[0].text
        return _c_number(words[0], text, reader)
    mask = 0
    for name in text.split("|"):
        if name not in UMASK_BITS:
            known = ", ".join(sorted(UMASK_BITS))
            return reader.refuse("SF3004", words[0], f"`{name}` is no permission bit", f"known: {known}")
        mask |= UMASK_BITS[name]
    return mask


def _c_number(word: Word, text: str, reader: Reader) -> int | Dropped:
    octal = re.fullmatch(r"0[0-7]+", text)
    try:
        value = int(text, 8 if octal else 0)
    except ValueError:
        return reader.refuse("SF3001", word, f"`{text}` is not a number (octal with a leading 0)")
    if value > 0o777:
        return reader.refuse("SF3002", word, f"`umask` must be 0 to 0777, not `{text}`")
    return value


def daemon_name(words: Words, reader: Reader) -> str | Dropped:
    """A name; a parameter that stands for nothing (`${_INSTANCE}` of a daemon without one) means none, unsaid."""
    if words:
        return words[0].text
    if "$" in reader.statement.source_line:
        return ""
    name = reader.statement.keyword
    return reader.refuse("SF2108", name, f"`{name.text}` needs a name behind it", f"as in `{name.text} blue`")
