"""Lines of ``virtual_server_group``: addresses, ranges, prefixes and firewall marks."""

from __future__ import annotations

from dataclasses import dataclass

from standfast.config.keywords.lvs_values import MARK, port
from standfast.config.kinds import DROPPED, Dropped, Reader, address_of
from standfast.config.lvs_model import AddressRange, MarkEntry
from standfast.config.suggest import did_you_mean
from standfast.config.tree import Word
from standfast.values import Address, Family

FAMILIES: dict[str, Family] = {"inet": 4, "inet6": 6}
MANY = 1024
"""Each address is one more service to the kernel, with all its servers."""

GroupLine = AddressRange | MarkEntry


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """``IP[-LAST|/LENGTH] [PORT]`` or ``fwmark N [inet|inet6]``. A wrong line is dropped."""

    syntax: str = "IP[-LAST|/LENGTH] [PORT] | fwmark MARK [inet|inet6]"
    options: tuple[tuple[str, str], ...] = (
        ("fwmark MARK [inet|inet6]", "Packets that the firewall marked, of one family or of the real servers'."),
    )

    def read(self, reader: Reader) -> GroupLine | Dropped:
        """One line."""
        words = reader.statement.words
        line = _mark(words, reader) if words[0].text == "fwmark" else _addresses(words, reader)
        most = 3 if isinstance(line, MarkEntry) else 2
        if not isinstance(line, Dropped) and len(words) > most:
            _surplus(words[most], reader)
        return line


def _surplus(word: Word, reader: Reader) -> None:
    message = f"`{word.text}` means nothing in a line of `virtual_server_group`; it is left out"
    reader.findings.warning("SF2109", reader.statement, message, word=word)


def _mark(words: tuple[Word, ...], reader: Reader) -> MarkEntry | Dropped:
    if len(words) == 1:
        reader.findings.stop("SF2108", reader.statement, "`fwmark` needs a number behind it", hint="as in `fwmark 5`")
        return DROPPED
    mark = MARK.number(words[1], reader)
    if isinstance(mark, Dropped):
        return mark
    if len(words) == 2:
        return MarkEntry(mark=mark)
    family = FAMILIES.get(words[2].text)
    if family is None:
        hint = did_you_mean(words[2].text, FAMILIES) or "known: `inet`, `inet6`"
        message = f"a mark is of family `inet` or `inet6`, not `{words[2].text}`; the line is dropped"
        return reader.refuse("SF3004", words[2], message, hint)
    return MarkEntry(mark=mark, family=family)


def _addresses(words: tuple[Word, ...], reader: Reader) -> AddressRange | Dropped:
    number = port(words[1], reader, optional=True) if len(words) > 1 else 0
    first = words[0]
    ends = _prefix(first, reader) if "/" in first.text else _range(first, reader)
    if isinstance(number, Dropped) or isinstance(ends, Dropped):
        return DROPPED
    line = AddressRange(first=ends[0], last=ends[1], port=number)
    count = int.from_bytes(line.last.packed, "big") - int.from_bytes(line.first.packed, "big") + 1
    if count > MANY:
        message = f"`{first.text}` makes {count} services, each with all real servers"
        reader.findings.warning("SF3306", reader.statement, message, word=first, hint="consider a firewall mark")
    return line


_Ends = tuple[Address, Address]


def _range(word: Word, reader: Reader) -> _Ends | Dropped:
    """One address, ``FIRST-LAST`` or ``FIRST-`` with the end of the last one."""
    text, dash, end = word.text.partition("-")
    first = address_of(Word(text, word.span), reader)
    if isinstance(first, Dropped) or not dash:
        return DROPPED if isinstance(first, Dropped) else (first, first)
    last = address_of(Word(end, word.span), reader) if "." in end or ":" in end else _last(first, end, word, reader)
    if isinstance(last, Dropped):
        return last
    if last.family != first.family:
        return reader.refuse(
            "SF3007", word, f"`{word.text}` begins with IPv{first.family} and ends with IPv{last.family}"
        )
    if last <= first:
        return reader.refuse("SF3304", word, f"the range `{word.text}` does not end after its beginning")
    return first, last


def _last(first: Address, end: str, word: Word, reader: Reader) -> Address | Dropped:
    """``end`` instead of the last octet (decimal) or the last group (hexadecimal)."""
    digits, base, size = ("0123456789", 10, 1) if first.family == 4 else ("0123456789abcdefABCDEF", 16, 2)
    limit = 256**size - 1
    if not end or end.strip(digits):
        return reader.refuse("SF3304", word, f"`{word.text}` has no end that can be read behind its `-`",
                             "write the last address, or what takes the place of its last part")  # fmt: skip
    value = int(end[-10:], base) if len(end) < 10 else limit + 1
    if value > limit:
        shown = "255" if first.family == 4 else "ffff"
        return reader.refuse("SF3304", word, f"the last part of an address is at most {shown}, not `{end}`")
    return Address.unpack(first.packed[:-size] + value.to_bytes(size, "big"))


def _prefix(word: Word, reader: Reader) -> _Ends | Dropped:
    """``IP/LENGTH``: from the first to the last address of the prefix."""
    text, _, length = word.text.partition("/")
    first = address_of(Word(text, word.span), reader)
    if isinstance(first, Dropped):
        return first
    if not (length.isascii() and length.isdigit() and len(length) < 4 and int(length) <= first.bits):
        message = f"`/{length}` is no prefix length of an IPv{first.family} address; the line is dropped"
        return reader.refuse("SF3101", word, message)
    host = (1 << (first.bits - int(length))) - 1
    number = int.from_bytes(first.packed, "big")
    network = Address.unpack((number & ~host).to_bytes(len(first.packed), "big"))
    if network != first:
        message = f"`{text}` is not the first address of its /{length}; the line is dropped"
        return reader.refuse("SF3305", word, message, f"write `{network}/{length}`")
    return first, Address.unpack((number | host).to_bytes(len(first.packed), "big"))
