"""Kinds of argument that only load balancing has: services, ports, forwarding methods, masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from standfast.config.kinds import BOOLEANS, DROPPED, Dropped, Integer, Reader, Switch, Words, address_of
from standfast.config.lvs_model import Forwarding
from standfast.config.suggest import did_you_mean
from standfast.config.tree import Word
from standfast.values import Address

MAX_PORT = 65535
MARK = Integer(0, 2**32 - 1)
DAYS_31 = 2678400
"""Seconds: the longest time that IPVS keeps."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address with a port; 0: none given."""

    address: Address
    port: int = 0

    def __str__(self) -> str:
        return f"{self.address} {self.port}" if self.port else str(self.address)


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """What a virtual server balances: an address, a firewall mark, or a group."""

    kind: Literal["address", "mark", "group"]
    address: Address | None = None
    port: int = 0
    mark: int = 0
    group: str = ""

    def shown(self, protocol: str) -> str:
        """As in messages and FIFO lines."""
        if self.kind == "mark":
            return f"FWM {self.mark}"
        head = self.group if self.kind == "group" else str(self.address)
        return f"[{head}]:{protocol.lower() or 'none'}" + (f":{self.port}" if self.kind == "address" else "")


def port(word: Word, reader: Reader, *, optional: bool = False) -> int | Dropped:
    """1 to 65535; with ``optional`` nothing but zeros means none."""
    text = word.text
    if optional and text and not text.strip("0"):
        return 0
    text = text.removeprefix("+")
    if text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) <= MAX_PORT:
        return int(text)
    code = "SF3002" if text.isascii() and text.isdigit() else "SF3001"
    hint = "names of services are not looked up here" if text.isalpha() else ""
    return reader.refuse(code, word, f"a port is 1 to {MAX_PORT}, not `{text}`", hint)


def one_port(words: Words, reader: Reader) -> int | Dropped:
    """For keywords that take just a port."""
    return port(words[0], reader)


def endpoint(words: Words, reader: Reader) -> Endpoint | Dropped:
    """``IP [PORT]``. Both are looked at, so that one run shows both faults."""
    address = _bare_address(words[0], reader)
    number = port(words[1], reader, optional=True) if len(words) > 1 else 0
    if isinstance(address, Dropped) or isinstance(number, Dropped):
        return DROPPED
    return Endpoint(address, number)


def _bare_address(word: Word, reader: Reader) -> Address | Dropped:
    """An address; a port stuck to it gets the advice it needs, a prefix length is left out."""
    text, slash, _length = word.text.partition("/")
    if slash and _is_address(text):
        reader.findings.warning(
            "SF3301", reader.statement, f"a prefix length means nothing in `{word.text}`; it is left out", word=word
        )
        return Address.parse(text)
    host, colon, number = word.text.rpartition(":")
    host = host.strip("[]")
    if colon and number.isdigit() and not _is_address(word.text) and _is_address(host):
        return reader.refuse(
            "SF3005", word, f"`{word.text}` is an address and a port in one word", f"write `{host} {number}`"
        )
    return address_of(word, reader)


def _is_address(text: str) -> bool:
    try:
        Address.parse(text)
    except ValueError:
        return False
    return True


def service(words: Words, reader: Reader) -> ServiceKey | Dropped:
    """``IP [PORT]``, ``fwmark N`` or ``group NAME``."""
    first = words[0].text
    if first not in ("fwmark", "group") or words[0].quoted:
        found = endpoint(words, reader)
        return found if isinstance(found, Dropped) else ServiceKey("address", found.address, found.port)
    if len(words) < 2:
        what = "a number" if first == "fwmark" else "the name of a `virtual_server_group`"
        return reader.refuse("SF2105", words[0], f"`{reader.statement.keyword.text} {first}` needs {what} behind it")
    if first == "group":
        return ServiceKey("group", group=words[1].text)
    mark = MARK.number(words[1], reader)
    if mark == 0:
        return reader.refuse("SF3002", words[1], "mark 0 is what packets without a mark have; take another number")
    return mark if isinstance(mark, Dropped) else ServiceKey("mark", mark=mark)


PROTOCOLS = ("TCP", "UDP", "SCTP")


def protocol(words: Words, reader: Reader) -> str | Dropped:
    """In any case, unlike nearly everything else."""
    text = words[0].text
    if text.upper() in PROTOCOLS:
        return text.upper()
    hint = did_you_mean(text, PROTOCOLS) or "known: `TCP`, `UDP`, `SCTP`"
    message = f"`{text}` is no protocol that can be balanced; without `protocol` the service is UDP"
    return reader.refuse("SF3004", words[0], message, hint)


SCHEDULERS = ("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "dh", "mh", "sed", "nq", "fo", "ovf", "twos", "random")
"""The kernel's, and `random`, ours: by weight, for nftables alone."""


def scheduler(words: Words, reader: Reader) -> str | Dropped:
    """One that some data plane knows."""
    text = words[0].text
    if text in SCHEDULERS:
        return text
    hint = did_you_mean(text, SCHEDULERS) or "known: " + ", ".join(f"`{name}`" for name in SCHEDULERS)
    return reader.refuse("SF3004", words[0], f"there is no scheduler `{text}`; without one `wlc` is used", hint)


_METHODS: dict[str, Forwarding] = {
    "NAT": Forwarding(),
    "DR": Forwarding(method="DR"),
    "TUN": Forwarding(method="TUN"),
}
PLAIN_TUNNEL = _METHODS["TUN"]
_TUNNELS = {"ipip": ("nocsum",), "gue": ("nocsum", "csum", "remcsum"), "gre": ("nocsum", "csum")}
"""Tunnel type -> the checksum words it knows."""


def forwarding(words: Words, reader: Reader) -> Forwarding | Dropped:
    """``NAT [masquerade]``, ``DR`` or ``TUN [type ...]``. What follows and is wrong is left out; the method stays."""
    method = words[0].text
    if method not in _METHODS:
        near = did_you_mean(method, _METHODS)
        known = f"{near} Capitals count" if near else "known: `NAT`, `DR`, `TUN`"
        return reader.refuse("SF3004", words[0], f"there is no forwarding method `{method}`; without one it is NAT",
                             known)  # fmt: skip
    plain = _METHODS[method]
    if len(words) == 1:
        return plain
    if method == "NAT" and words[1].text == "masquerade":
        if len(words) > 2:
            reader.remark("SF3302", words[2], f"`NAT masquerade` takes no more options; `{words[2].text}` is ignored")
        return Forwarding(masquerade=True)
    if method != "TUN":
        message = f"`{method}` takes no options; `{words[1].text}` is ignored"
        reader.findings.warning("SF3302", reader.statement, message, word=words[1])
        return plain
    return _Tunnel(words[1:], reader).read()


class _Tunnel:
    """The words behind ``TUN``; the first fault ends the reading."""

    def __init__(self, words: Words, reader: Reader) -> None:
        self.words = list(words)
        self.reader = reader

    def read(self) -> Forwarding:
        """A plain tunnel after a complaint."""
        first = self.words.pop(0)
        if first.text != "type" or not self.words:
            return self._wrong(first, "`TUN` is followed by `type ipip`, `type gue port NUMBER` or `type gre`")
        kind = self.words.pop(0)
        if kind.text not in _TUNNELS:
            return self._wrong(kind, f"there is no tunnel type `{kind.text}`", did_you_mean(kind.text, _TUNNELS))
        number, checksum = 0, "nocsum"
        while self.words:
            word = self.words.pop(0)
            if word.text == "port" and kind.text == "gue" and self.words:
                read = port(self.words.pop(0), self.reader)
                if isinstance(read, Dropped):
                    return PLAIN_TUNNEL
                number = read
            elif word.text in _TUNNELS[kind.text]:
                checksum = word.text
            else:
                return self._wrong(word, f"a tunnel of type `{kind.text}` knows no `{word.text}`")
        if kind.text == "gue" and not number:
            return self._wrong(kind, "a tunnel of type `gue` needs a port", "write `type gue port 6080`, for example")
        return Forwarding(method="TUN", tunnel=kind.text, port=number, checksum=checksum)  # type: ignore[arg-type]

    def _wrong(self, word: Word, message: str, hint: str = "") -> Forwarding:
        self.reader.remark("SF3302", word, f"{message}; a plain `ipip` tunnel is used", hint)
        return PLAIN_TUNNEL


def persistence_timeout(words: Words, reader: Reader) -> int | Dropped:
    """Seconds; without a number 360. Persistence cannot be switched off by a 0."""
    if not words:
        return 360
    if words[0].text and not words[0].text.strip("0"):
        hint = "leave the line out for a service without persistence"
        return reader.refuse("SF3002", words[0], "`persistence_timeout 0` does not exist; the line is ignored", hint)
    return Integer(1, DAYS_31, "seconds").number(words[0], reader)


def granularity(words: Words, reader: Reader) -> Address | int | Dropped:
    """A netmask for IPv4, a prefix length for IPv6."""
    word = words[0]
    if "." in word.text:
        return address_of(word, reader)
    if not any(map(str.isdigit, word.text)):
        message = f"`{word.text}` is neither a netmask nor a number of bits"
        return reader.refuse("SF3001", word, message, "as in `255.255.255.0`, or for IPv6 `64`")
    return Integer(1, 128, "bits").number(word, reader)


def own_switch(words: Words, reader: Reader) -> bool | Dropped:
    """``[on|off]`` where keepalived takes any word for on: ours counts, and the difference is told."""
    if words and words[0].text not in BOOLEANS:
        name = reader.statement.keyword.text
        message = f"`{name}` is on or off, not `{words[0].text}`; it is on, as with any word in keepalived"
        reader.findings.warning("SF3303", reader.statement, message, word=words[0], hint=f"write `{name}`")
        return True
    value = Switch().read(words, reader)
    if value is False:
        name = reader.statement.keyword.text
        message = f"keepalived does not look at the `{words[0].text}` and switches `{name}` on here; standfast obeys it"
        hint = "leave the line out: that is off for both"
        reader.findings.warning("SF3303", reader.statement, message, word=words[0], hint=hint)
    return value
