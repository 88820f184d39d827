"""Kinds of argument that only ``global_defs`` has: mail, pipes, LVS timeouts, the sync daemon, firewall names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from standfast.config.keywords.lvs_values import DAYS_31, port
from standfast.config.kinds import DROPPED, Dropped, Integer, Reader, Words, address_of, interface
from standfast.config.lvs_model import SyncDaemon
from standfast.config.script_model import Identity
from standfast.config.scripts import identity_of
from standfast.config.suggest import did_you_mean
from standfast.config.tree import Word
from standfast.values import Address


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed over."""

    host: str
    port: int = 25

    def __str__(self) -> str:
        return f"{self.host} {self.port}"


_HOST = re.compile(r"[\w.:%-]+")
"""A name or an address; which names there are is known only when mail is sent."""


def relay(words: Words, reader: Reader) -> Relay | Dropped:
    """``HOST [PORT]``; the name is looked up when mail is sent."""
    if not _HOST.fullmatch(words[0].text):
        message = f"`{words[0].text}` is neither a host's name nor an address; no mail is sent"
        reader.findings.error("SF3318", reader.statement, message, word=words[0])
        return DROPPED
    number = port(words[1], reader) if len(words) > 1 else 25
    return number if isinstance(number, Dropped) else Relay(words[0].text, number)


_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+|[\w.+-]+")
"""A bare name is a mailbox of the relay itself: `root`."""


@dataclass(frozen=True, slots=True)
class MailEntry:
    """Recipients, one or more in a line."""

    syntax: str = "ADDRESS ..."
    options: tuple[tuple[str, str], ...] = ()

    def read(self, reader: Reader) -> tuple[str, ...]:
        """All words of the line; what is no address is told and kept, as the relay has the last word."""
        for word in reader.statement.words:
            mail_address((word,), reader)
        return tuple(word.text for word in reader.statement.words)


def mail_address(words: Words, reader: Reader) -> str:
    """``USER@HOST`` or, in quotes, ``NAME <USER@HOST>``."""
    text = words[0].text
    bare = re.fullmatch(r"[^<>]*<([^<>]*)>\s*", text)
    if not _MAIL.fullmatch(bare[1] if bare else text) and text.strip("<>") == text:
        hint = "a name with blanks needs quotes around name and address" if not words[0].quoted else ""
        message = f"`{text}` is no e-mail address"
        reader.findings.warning("SF3317", reader.statement, message, word=words[0], hint=hint)
    return text


ROOT = Identity()
"""Nobody named: the daemon's own user."""


@dataclass(frozen=True, slots=True)
class Pipe:
    """A named pipe, and who owns it."""

    path: str
    owner: Identity = ROOT

    def __str__(self) -> str:
        return " ".join(filter(None, (self.path, self.owner.user, self.owner.group)))


def pipe(words: Words, reader: Reader) -> Pipe:
    """``PATH [USER [[:]GROUP]]``."""
    owner = identity_of([word.text for word in words[1:]]) if len(words) > 1 else ROOT
    return Pipe(words[0].text, owner)


def absolute_path(words: Words, reader: Reader) -> str | Dropped:
    """A path from the root."""
    text = words[0].text
    if not text.startswith("/"):
        message = f"`{reader.statement.keyword.text}` needs a path that begins with `/`, not `{text}`"
        return reader.refuse("SF3315", words[0], message)
    return text


NAME_BYTES = 15
"""TASK_COMM_LEN - 1."""


def process_name(words: Words, reader: Reader) -> str:
    """A name that ``ps`` shows, cut off as the kernel would."""
    name = words[0].text.encode(errors="surrogateescape")
    if len(name) > NAME_BYTES:
        shown = name[:NAME_BYTES].decode(errors="ignore")
        message = f"a process's name has at most {NAME_BYTES} bytes; used: `{shown}`"
        reader.findings.warning("SF3314", reader.statement, message, word=words[0])
    return name[:NAME_BYTES].decode(errors="ignore")


_INCLUDE_CHECKS = {
    "read": "read",
    "readable": "read",
    "match": "match",
    "wildcard_match": "wildcard_match",
    "brace_match": "brace_match",
}
"""Word -> check; the manual's ``readable`` is ``read`` in the program."""


def include_check(words: Words, reader: Reader) -> dict[str, bool]:
    """Check -> on or off; nothing at all switches every check on."""
    found = {} if words else dict.fromkeys(_INCLUDE_CHECKS.values(), True)
    for word in words:
        text = word.text.lstrip("+-")
        if text in _INCLUDE_CHECKS and len(word.text) - len(text) < 2:
            found[_INCLUDE_CHECKS[text]] = not word.text.startswith("-")
        else:
            _unknown(word, reader, "check of `include` lines", _INCLUDE_CHECKS)
    return found


def _unknown(word: Word, reader: Reader, what: str, known: Any) -> None:
    hint = did_you_mean(word.text, known) or "known: " + ", ".join(f"`{name}`" for name in known)
    reader.remark("SF3313", word, f"`{word.text}` is no {what}; it is left out", hint)


def lvs_timeouts(words: Words, reader: Reader) -> dict[str, int] | Dropped:
    """``[tcp S] [tcpfin S] [udp S]``: seconds; a wrong pair is left out."""
    found: dict[str, int] = {}
    pending = list(words)
    while pending:
        name = pending.pop(0)
        if name.text not in ("tcp", "tcpfin", "udp"):
            _unknown(name, reader, "timeout", ("tcp", "tcpfin", "udp"))
        elif not pending:
            reader.remark("SF3102", name, f"`{name.text}` needs a number of seconds behind it")
        else:
            value = Integer(0, DAYS_31, "seconds").number(pending.pop(0), reader)
            if not isinstance(value, Dropped):
                found[name.text] = value
    return found or DROPPED


_SYNC: dict[str, Integer] = {
    "id": Integer(0, 255),
    "maxlen": Integer(1, 65507, "bytes"),
    "port": Integer(1, 65535),
    "ttl": Integer(1, 255),
}
_SYNC_WORDS = ("inst", *_SYNC, "group")


def sync_daemon(words: Words, reader: Reader) -> SyncDaemon | Dropped:
    """``INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]``; a wrong option is left out."""
    name = interface().read(words[:1], reader)
    if isinstance(name, Dropped):
        return name
    pending = list(words[1:])
    values: dict[str, Any] = {}
    if pending and pending[0].text not in _SYNC_WORDS:
        values["instance"] = pending.pop(0).text
        if pending and pending[0].text.isdigit():
            reader.remark("SF3313", pending[0], f"write `id {pending[0].text}`: a number alone is the old form")
            pending.insert(0, Word("id", pending[0].span))
    while pending:
        option = pending.pop(0)
        if option.text not in _SYNC_WORDS:
            _unknown(option, reader, "option of `lvs_sync_daemon`", _SYNC_WORDS)
        elif not pending:
            reader.remark("SF3102", option, f"`{option.text}` needs a value behind it; it is left out")
        else:
            value = _sync_value(option.text, pending.pop(0), reader)
            if not isinstance(value, Dropped):
                values["instance" if option.text == "inst" else option.text] = value
    return SyncDaemon(interface=name, **values)


def _sync_value(option: str, word: Word, reader: Reader) -> str | int | Address | Dropped:
    if option == "inst":
        return word.text
    if option != "group":
        return _SYNC[option].number(word, reader)
    address = address_of(word, reader)
    if not isinstance(address, Dropped) and not address.is_multicast:
        return reader.refuse("SF3007", word, f"`{word.text}` is not a multicast address; it is left out")
    return address


CHAIN_BYTES = 27
"""Of a chain or set; two more follow for IPv6 (XT_EXTENSION_MAXNAMELEN and IPSET_MAXNAMELEN less their suffixes)."""


@dataclass(frozen=True, slots=True)
class Names:
    """Several names, each for something else."""

    syntax: str
    most: int | None
    least: int = 0

    def read(self, words: Words, reader: Reader) -> tuple[str, ...] | Dropped:
        """The names."""
        texts = tuple(word.text for word in words)
        for position, word in enumerate(words):
            if len(word.text.encode(errors="replace")) > CHAIN_BYTES:
                return reader.refuse("SF3006", word, f"`{word.text}` is longer than {CHAIN_BYTES} bytes")
            if word.text in texts[:position]:
                return reader.refuse("SF3316", word, f"`{word.text}` stands twice, but each name is for something else")
        return texts


_DBUS = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]*(?:\.[A-Za-z_-][A-Za-z0-9_-]*)+")


def dbus_name(words: Words, reader: Reader) -> str | Dropped:
    """A well-known bus name: at least two parts, none of them beginning with a digit."""
    text = words[0].text
    if not _DBUS.fullmatch(text) or len(text) > 255:
        return reader.refuse("SF3004", words[0], f"`{text}` is no name on D-Bus", "as in `org.example.Vrrp1`")
    return text


def smtp_timeout(words: Words, reader: Reader) -> int | Dropped:
    """Microseconds; 0 becomes 1 s with an error, as in keepalived."""
    value = Integer(0, 4294, "seconds").number(words[0], reader)
    if value == 0:
        reader.remark("SF3002", words[0], "`smtp_connect_timeout` must be above 0; used: 1")
        value = 1
    return value if isinstance(value, Dropped) else value * 1_000_000
